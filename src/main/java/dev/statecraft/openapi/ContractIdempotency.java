package dev.statecraft.openapi;

import java.util.Map;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;

/** The part of the OpenAPI document about operations that accept an {@code Idempotency-Key}. */
final class ContractIdempotency {

    /** Type of the problem for a key that was used with a different body. */
    static final String PROBLEM = "id-reused";

    private static final String HEADER = "Idempotency-Key";
    private static final String REPLAYED = "replayed";
    private static final String PREFIX = "#/components/schemas/";

    private ContractIdempotency() {}

    /** Whether an operation accepts the header for the whole request, and not only as a prefix for its items. */
    static boolean accepts(Operation operation) {
        return operation.getParameters() != null
                && operation.getParameters().stream()
                        .anyMatch(parameter -> HEADER.equals(parameter.getName())
                                || (parameter.getRef() != null
                                        && parameter.getRef().endsWith("/" + HEADER)));
    }

    /** Adds the field {@code replayed} to the responses of these operations. */
    static void complete(OpenAPI document) {
        Map<String, Schema> schemas = document.getComponents().getSchemas();
        document.getPaths().getPathItems().values().stream()
                .flatMap(path -> path.getOperations().values().stream())
                .filter(ContractIdempotency::accepts)
                .flatMap(ContractIdempotency::responses)
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

    private static Stream<MediaType> responses(Operation operation) {
        return operation.getResponses().getAPIResponses().entrySet().stream()
                .filter(response ->
                        response.getKey().startsWith("2") && response.getValue().getContent() != null)
                .flatMap(response -> response.getValue().getContent().getMediaTypes().values().stream());
    }
}
