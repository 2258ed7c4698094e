package dev.statecraft.http.json;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.http.Problem;
import dev.statecraft.local.DynamoDbLocalResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Length, encoding and transfer of bodies; {@link RequestBodyTest} covers their content. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class RequestBodySizeTest {

    private static final int LIMIT = 1_048_576;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TestHTTPResource("/v1/echo")
    URI echo;

    private static ValidatableResponse post(byte[] body) {
        return given().header("Content-Type", "application/json")
                .body(body)
                .when()
                .post("/v1/echo")
                .then();
    }

    @Test
    void bodyUpToOneMebibyte_isAccepted() {
        post(bodyOf(LIMIT)).statusCode(200);
        tooLarge(post(bodyOf(LIMIT + 1)));
        tooLarge(post(bodyOf(5 * LIMIT)));
        tooLarge(post(bodyOf(20 * LIMIT)));
    }

    @Test
    void tooLongBody_returns413OnEveryRoute() {
        tooLarge(given().header("Content-Type", "application/json")
                .body(bodyOf(2 * LIMIT))
                .when()
                .post("/v1/nothing")
                .then());
    }

    @Test
    void chunkedBody_isLimited() throws Exception {
        assertEquals(200, chunked(bodyOf(LIMIT)).statusCode());
        HttpResponse<String> answer = chunked(bodyOf(2 * LIMIT));
        assertEquals(413, answer.statusCode());
        assertEquals(
                Problem.MEDIA_TYPE, answer.headers().firstValue("Content-Type").orElse(""));
        assertEquals(413, chunked(bodyOf(5 * LIMIT)).statusCode());
    }

    @Test
    void expectContinue_isRejectedImmediately() throws IOException {
        try (Socket socket = new Socket(echo.getHost(), echo.getPort())) {
            socket.setSoTimeout(10_000);
            String head = "POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Expect: 100-continue\r\nContent-Length: " + 2 * LIMIT + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            byte[] line = socket.getInputStream().readNBytes(12);
            assertEquals("HTTP/1.1 413", new String(line, StandardCharsets.US_ASCII));
        }
    }

    @Test
    void compressedBody_isLimitedAfterDecompression() {
        compressed(gzip("{\"text\":\"zipped\"}".getBytes(StandardCharsets.UTF_8)))
                .statusCode(200)
                .body("text", equalTo("zipped"));
        compressed(gzip(bodyOf(LIMIT))).statusCode(200);
        tooLarge(compressed(gzip(bodyOf(LIMIT + 1))));
        tooLarge(compressed(gzip(bodyOf(200 * LIMIT))));
    }

    @Test
    void malformedGzip_returns400() {
        compressed("{}".getBytes(StandardCharsets.UTF_8)).statusCode(400).body("detail", containsString("gzip"));
        byte[] whole = gzip(bodyOf(10_000));
        compressed(Arrays.copyOf(whole, whole.length / 2)).statusCode(400).body("detail", containsString("gzip"));
    }

    @Test
    void unsupportedEncoding_returns415() {
        given().header("Content-Type", "application/json")
                .header("Content-Encoding", "br")
                .body("{}")
                .when()
                .post("/v1/echo")
                .then()
                .statusCode(415)
                .contentType(Problem.MEDIA_TYPE);
    }

    @Test
    void rawBody_isPassedUnchanged() {
        given().header("Content-Type", "application/json")
                .body("not { json")
                .when()
                .post("/v1/echo/raw")
                .then()
                .statusCode(200)
                .body("length", equalTo(10));
    }

    @Test
    void response_isCompressedOnRequest() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(echo.resolve("/v1/echo/large"))
                .header("Accept-Encoding", "gzip")
                .build();
        HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        assertEquals("gzip", answer.headers().firstValue("Content-Encoding").orElse(""));
        assertTrue(answer.body().length < 1_000, () -> answer.body().length + " bytes");
        try (GZIPInputStream unzipped = new GZIPInputStream(new ByteArrayInputStream(answer.body()))) {
            assertEquals(11_011, unzipped.readAllBytes().length);
        }
    }

    private HttpResponse<String> chunked(byte[] body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(echo)
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(20))
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static ValidatableResponse compressed(byte[] body) {
        return given().header("Content-Type", "application/json")
                .header("Content-Encoding", "gzip")
                .body(body)
                .when()
                .post("/v1/echo")
                .then();
    }

    private static void tooLarge(ValidatableResponse response) {
        response.statusCode(413).contentType(Problem.MEDIA_TYPE).body("type", equalTo("/problems/body-too-large"));
    }

    /** A valid body of exactly {@code bytes} bytes. */
    private static byte[] bodyOf(int bytes) {
        String frame = "{\"text\":\"\"}";
        return ("{\"text\":\"" + "x".repeat(bytes - frame.length()) + "\"}").getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return zipped.toByteArray();
    }
}
