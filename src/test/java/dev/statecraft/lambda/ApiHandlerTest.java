package dev.statecraft.lambda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.http.Problem;
import dev.statecraft.local.DynamoDbLocalResource;
import io.quarkus.amazon.lambda.runtime.AmazonLambdaMapperRecorder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class ApiHandlerTest {

    /** The mapper with which the Lambda extension parses events. */
    private final ObjectMapper lambda = AmazonLambdaMapperRecorder.objectMapper;

    @Inject
    @Named("api")
    ApiHandler handler;

    private APIGatewayV2HTTPEvent event(String file) throws IOException {
        return lambda.readValue(
                Files.readString(Path.of("infra/events/" + file + ".json")), APIGatewayV2HTTPEvent.class);
    }

    private APIGatewayV2HTTPEvent event(String method, String path) throws IOException {
        APIGatewayV2HTTPEvent event = event("api-get-health");
        event.setRawPath(path);
        event.getRequestContext().getHttp().setMethod(method);
        event.setHeaders(new HashMap<>(Map.of("content-type", "application/json")));
        return event;
    }

    private APIGatewayV2HTTPEvent post(String path, byte[] body) throws IOException {
        APIGatewayV2HTTPEvent event = event("POST", path);
        event.setBody(Base64.getEncoder().encodeToString(body));
        event.setIsBase64Encoded(true);
        return event;
    }

    private JsonNode json(APIGatewayV2HTTPResponse response) throws IOException {
        assertFalse(response.getIsBase64Encoded());
        return lambda.readTree(response.getBody());
    }

    private APIGatewayV2HTTPResponse call(APIGatewayV2HTTPEvent event) {
        return handler.handleRequest(event, null);
    }

    @Test
    void healthCheck_returns200() throws IOException {
        APIGatewayV2HTTPResponse response = call(event("api-get-health"));
        assertEquals(200, response.getStatusCode());
        assertEquals("UP", json(response).get("status").asText());
    }

    @Test
    void unknownRoute_isAProblem() throws IOException {
        APIGatewayV2HTTPResponse response = call(event("api-get-unknown-route"));
        assertEquals(404, response.getStatusCode());
        assertEquals(Problem.MEDIA_TYPE, response.getHeaders().get("content-type"));
        assertEquals("/problems/route-not-found", json(response).get("type").asText());
        assertEquals("/v1/nothing", json(response).get("instance").asText());
    }

    @Test
    void plainBody_isPassed() throws IOException {
        APIGatewayV2HTTPEvent event = event("POST", "/v1/echo");
        event.setBody("{\"text\":\"é😀\"}");
        event.setIsBase64Encoded(false);
        assertEquals("é😀", json(call(event)).get("text").asText());
    }

    @Test
    void compressedBase64Body_isPassed() throws IOException {
        APIGatewayV2HTTPEvent event = post("/v1/echo", gzip("{\"text\":\"zipped\"}"));
        event.getHeaders().put("content-encoding", "gzip");
        assertEquals("zipped", json(call(event)).get("text").asText());
    }

    @Test
    void body_isLimitedAfterDecompression() throws IOException {
        String tooLong = "{\"text\":\"" + "x".repeat(1_048_576) + "\"}";
        APIGatewayV2HTTPEvent zipped = post("/v1/echo", gzip(tooLong));
        zipped.getHeaders().put("content-encoding", "gzip");
        APIGatewayV2HTTPEvent plain = event("POST", "/v1/echo");
        plain.setBody(tooLong);
        plain.setIsBase64Encoded(false);
        for (APIGatewayV2HTTPEvent event : List.of(zipped, plain)) {
            APIGatewayV2HTTPResponse response = call(event);
            assertEquals(413, response.getStatusCode());
            assertEquals("/problems/body-too-large", json(response).get("type").asText());
        }
    }

    @Test
    void headers_arePassedUnsplitAndCookiesJoined() throws IOException {
        APIGatewayV2HTTPEvent event = event("GET", "/v1/echo/headers");
        event.getHeaders().put("if-modified-since", "Tue, 12 Mar 2024 20:57:06 GMT");
        event.setCookies(List.of("a=1", "b=2"));
        APIGatewayV2HTTPResponse response = call(event);
        JsonNode headers = json(response);
        assertEquals(
                "[\"Tue, 12 Mar 2024 20:57:06 GMT\"]",
                headers.get("if-modified-since").toString());
        assertEquals("[\"a=1; b=2\"]", headers.get("cookie").toString());
        assertEquals(2, response.getCookies().size());
        assertTrue(response.getCookies().get(0).startsWith("a=1"));
        assertEquals("one, two", response.getHeaders().get("x-many"));
        assertNull(response.getHeaders().get("content-encoding"));
        assertNull(response.getHeaders().get("transfer-encoding"));
    }

    @Test
    void query_isPassedAsEncoded() throws IOException {
        APIGatewayV2HTTPEvent event = event("GET", "/v1/echo/page");
        event.setRawQueryString("limit=5&q=a%20b%26c%3Dd%2C%C3%A9+f");
        JsonNode answer = json(call(event));
        assertEquals(5, answer.get("limit").asInt());
        assertEquals("a b&c=d,é f", answer.get("q").asText());
    }

    @ParameterizedTest
    @CsvSource({
        "prod, /prod/v1/echo/ids/a, 200",
        "prod, /v1/echo/ids/a, 200",
        "v1, /v1/v1/echo/ids/a, 200",
        "$default, /v1/echo/ids/a:b@c, 200",
        "$default, /v1/echo/ids/a%20b, 400",
        "$default, '/v1/echo/ids/a b', 400",
        "$default, /v1/echo/ids/é#?, 400",
        "$default, /v1/echo/ids/a%zz, 400",
        "prod, /prod, 200",
        "$default, '', 200",
    })
    void stage_isRemovedFromThePath(String stage, String path, int status) throws IOException {
        APIGatewayV2HTTPEvent event = event("GET", path);
        event.getRequestContext().setStage(stage);
        APIGatewayV2HTTPResponse response = call(event);
        assertEquals(status, response.getStatusCode(), response.getBody());
    }

    @Test
    void binaryResponse_isBase64() throws IOException {
        APIGatewayV2HTTPResponse response = call(event("GET", "/v1/echo/binary"));
        assertTrue(response.getIsBase64Encoded());
        assertArrayEquals(new byte[] {0, 1, (byte) 0xff}, Base64.getDecoder().decode(response.getBody()));
    }

    @Test
    void largeResponse_isCompressedIfAccepted() throws IOException {
        APIGatewayV2HTTPEvent event = event("GET", "/v1/echo/large");
        APIGatewayV2HTTPResponse plain = call(event);
        assertFalse(plain.getIsBase64Encoded());
        assertEquals(
                "accept-encoding",
                String.valueOf(plain.getHeaders().get("vary")).toLowerCase(Locale.ROOT));
        event.getHeaders().put("accept-encoding", "br;q=1, gzip;q=0.8");
        APIGatewayV2HTTPResponse zipped = call(event);
        assertEquals("gzip", zipped.getHeaders().get("content-encoding"));
        try (GZIPInputStream in =
                new GZIPInputStream(new ByteArrayInputStream(Base64.getDecoder().decode(zipped.getBody())))) {
            assertEquals(plain.getBody(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
        event.getHeaders().put("accept-encoding", "gzip;q=0, br");
        assertEquals(plain.getBody(), call(event).getBody());
    }

    @Test
    void malformedEvent_isAProblem() throws IOException {
        assertEquals(400, handler.handleRequest(null, null).getStatusCode());
        assertEquals(400, call(new APIGatewayV2HTTPEvent()).getStatusCode());
        assertEquals(400, call(event("GET", "/v1/echo/ids/\u0000")).getStatusCode());
        assertEquals(405, call(event("BREW", "/v1/echo")).getStatusCode());
        APIGatewayV2HTTPEvent notBase64 = post("/v1/echo", new byte[0]);
        notBase64.setBody("*");
        assertEquals(400, call(notBase64).getStatusCode());
        APIGatewayV2HTTPEvent noHeaders = event("GET", "/q/health/live");
        noHeaders.setHeaders(null);
        noHeaders.setRawQueryString(null);
        assertEquals(200, call(noHeaders).getStatusCode());
        assertEquals(400, call(event("G E T", "/v1/echo")).getStatusCode());
    }

    @Test
    void events_mayHaveUnknownAndDeeplyNestedFields() throws IOException {
        String deep = "[".repeat(100) + "]".repeat(100);
        String event = Files.readString(Path.of("infra/events/api-get-health.json"))
                .replaceFirst("\\{", "{\"somethingNew\":" + deep + ",\"somethingNew\":1,");
        APIGatewayV2HTTPEvent read = lambda.readValue(event, APIGatewayV2HTTPEvent.class);
        assertEquals(200, call(read).getStatusCode());
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return zipped.toByteArray();
    }
}
