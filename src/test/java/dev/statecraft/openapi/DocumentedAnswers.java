package dev.statecraft.openapi;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.ValidationMessage;
import dev.statecraft.http.Problem;
import io.restassured.builder.ResponseBuilder;
import io.restassured.filter.Filter;
import io.restassured.filter.FilterContext;
import io.restassured.response.Response;
import io.restassured.specification.FilterableRequestSpecification;
import io.restassured.specification.FilterableResponseSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compares every response with the OpenAPI document: status, media type, fields, and problem type. */
public final class DocumentedAnswers implements Filter {

    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    /** Problems of the HTTP transfer, which operations do not document. */
    private static final Set<String> OF_HTTP = Set.of(
            "/problems/method-not-allowed",
            "/problems/headers-too-large",
            "/problems/not-acceptable",
            "/problems/route-not-found",
            "/problems/refused",
            "/problems/uri-too-long");

    private final ApiDocument document;

    public DocumentedAnswers(ApiDocument document) {
        this.document = document;
    }

    @Override
    public Response filter(
            FilterableRequestSpecification request, FilterableResponseSpecification wanted, FilterContext context) {
        Response answer = context.next(request, wanted);
        Optional<ApiDocument.Call> call =
                document.find(request.getMethod(), URI.create(request.getURI()).getRawPath());
        if (call.isEmpty()) {
            return answer;
        }
        byte[] body = answer.asByteArray();
        check(call.get(), answer.statusCode(), answer.contentType(), body);
        return new ResponseBuilder().clone(answer).setBody(body).build();
    }

    /**
     * Compares one response with the document.
     *
     * @param contentType null if the response has none
     */
    void check(ApiDocument.Call call, int status, @Nullable String contentType, byte[] body) {
        String which = call + " answers " + status;
        String type = contentType == null ? "" : contentType.split(";", 2)[0].trim();
        JsonNode problem = type.equals(Problem.MEDIA_TYPE) ? tree(body) : null;
        if (problem != null && OF_HTTP.contains(problem.path("type").asText())) {
            return;
        }
        JsonNode response = document.response(call, status)
                .orElseThrow(() -> new AssertionError(which + ", which the OpenAPI document does not know: "
                        + new String(body, 0, Math.min(300, body.length), java.nio.charset.StandardCharsets.UTF_8)));
        if (!response.has("content")) {
            if (body.length > 0) {
                throw new AssertionError(which + " with a body that the OpenAPI document does not know");
            }
            return;
        }
        JsonNode content = response.get("content").path(type);
        if (content.isMissingNode()) {
            throw new AssertionError(which + " as " + type + ", which the OpenAPI document does not know");
        }
        if (problem != null) {
            known(which, response, problem);
        }
        if (type.endsWith("json")) {
            Set<ValidationMessage> faults = document.faultsOfAnswer(content.get("schema"), tree(body));
            if (!faults.isEmpty()) {
                throw new AssertionError(which + ", which is not what the OpenAPI document says: "
                        + faults.stream().limit(5).toList());
            }
        }
    }

    /** Fails unless the document names the type of the problem for this operation. */
    private void known(String which, JsonNode response, JsonNode problem) {
        String type = problem.path("type").asText();
        JsonNode content = response.get("content").get(Problem.MEDIA_TYPE);
        boolean named = content.path("example").path("type").asText().equals(type)
                || response.path("description").asText().contains("`" + type.replace("/problems/", "") + "`");
        for (JsonNode example : content.path("examples")) {
            named |= document.resolve(example)
                    .path("value")
                    .path("type")
                    .asText()
                    .equals(type);
        }
        if (!named) {
            throw new AssertionError(which + " with " + type + ", which the OpenAPI document does not name there");
        }
    }

    private static JsonNode tree(byte[] body) {
        try {
            return MAPPER.readTree(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
