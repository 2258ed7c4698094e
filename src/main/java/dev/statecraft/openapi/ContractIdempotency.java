package dev.statecraft.openapi;

import java.util.Map;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;

/** The part of {@link ContractFilter} that is about operations which take an {@code Idempotency-Key}. */
final class ContractIdempotency {

    /** What such an operation answers where the key was used with another body. */
    static final String PROBLEM = "id-reused";

    private static final String HEADER = "Idempotency-Key";
    private static final String REPLAYED = "replayed";
    private static final String PREFIX = "#/components/schemas/";

    private ContractIdempotency() {}

    /** Whether an operation takes the header for itself, and not for the items that it takes. */
    static boolean isTakenBy(Operation operation) {
        return operation.getParameters() != null
                && operation.getParameters().stream()
                        .anyMatch(parameter -> HEADER.equals(parameter.getName())
                                || (parameter.getRef() != null
                                        && parameter.getRef().endsWith("/" + HEADER)));
    }

    /** Gives each answer of such operations the field that tells an answer of an earlier request. */
    static void complete(OpenAPI document) {
        Map<String, Schema> schemas = document.getComponents().getSchemas();
        document.getPaths().getPathItems().values().stream()
                .flatMap(path -> path.getOperations().values().stream())
                .filter(ContractIdempotency::isTakenBy)
                .flatMap(ContractIdempotency::answers)
                .map(MediaType::getSchema)
                .filter(schema -> schema != null
                        && schema.getRef() != null
                        && schema.getRef().startsWith(PREFIX))
                .map(schema -> schemas.get(schema.getRef().substring(PREFIX.length())))
                .filter(schema -> schema != null
                        && schema.getProperties() != null
                        && !schema.getProperties().containsKey(REPLAYED))
                .forEach(schema -> schema.addProperty(
                        REPLAYED,
                        OASFactory.createSchema()
                                .addType(Schema.SchemaType.BOOLEAN)
                                .description("`true` if this is the stored response of an earlier request; otherwise"
                                        + " absent")));
    }

    private static Stream<MediaType> answers(Operation operation) {
        return operation.getResponses().getAPIResponses().entrySet().stream()
                .filter(answer ->
                        answer.getKey().startsWith("2") && answer.getValue().getContent() != null)
                .flatMap(answer -> answer.getValue().getContent().getMediaTypes().values().stream());
    }
}
