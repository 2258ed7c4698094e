package dev.statecraft.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.local.DynamoDbLocalResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class ProblemMapperTest {

    @TestHTTPResource
    URI root;

    private static ValidatableResponse get(String path) {
        return given().urlEncodingEnabled(false).when().get(path).then();
    }

    private static ValidatableResponse problem(ValidatableResponse response, int status, String type) {
        return response.statusCode(status)
                .contentType(Problem.MEDIA_TYPE)
                .body("status", equalTo(status))
                .body("type", equalTo("/problems/" + type))
                .body("title", notNullValue());
    }

    @Test
    void problemOfAResource_keepsItsMembers() {
        problem(get("/v1/echo/fail/conflict"), 409, "version-conflict")
                .body("current.version", equalTo(7))
                .body("instance", equalTo("/v1/echo/fail/conflict"))
                .body("$", not(hasKey("detail")))
                .body("$", not(hasKey("more")))
                .body("$", not(hasKey("retryAfterSeconds")));
    }

    @Test
    void unreadableType_returns500() {
        problem(
                        given().contentType("application/json")
                                .body("{\"text\":\"a\"}")
                                .post("/v1/echo/undefined")
                                .then(),
                        500,
                        "internal")
                .body("incident", notNullValue())
                .body("instance", equalTo("/v1/echo/undefined"));
    }

    @Test
    void temporaryProblem_hasRetryAfter() {
        problem(get("/v1/echo/fail/slow-down"), 429, "too-many-requests").header("Retry-After", "3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"throttled", "unreachable"})
    void unavailableDatabase_returns503(String how) {
        problem(get("/v1/echo/fail/" + how), 503, "unavailable").header("Retry-After", "1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bug", "no-table"})
    void fault_returns500WithIncidentOnly(String how) {
        problem(get("/v1/echo/fail/" + how), 500, "internal")
                .body("incident", notNullValue())
                .body("detail", nullValue())
                .body(not(containsString("secret")))
                .body(not(containsString("Exception")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/nothing", "/v1/echo/nothing", "/nothing", "/v1/echo/ids", "/v2/echo"})
    void unknownRoute_returns404(String path) {
        problem(get(path), 404, "route-not-found").body("instance", equalTo(path));
    }

    @Test
    void unsupportedMethod_returns405WithAllow() {
        problem(given().when().delete("/v1/echo").then(), 405, "method-not-allowed")
                .header("Allow", "POST");
        problem(given().when().delete("/v1/echo/ids/x").then(), 405, "method-not-allowed")
                .header("Allow", "GET, PUT");
        problem(given().when().request("BREW", "/v1/echo").then(), 405, "method-not-allowed");
    }

    @Test
    void unsupportedAccept_returns406() {
        problem(given().accept("image/png").when().get("/v1/echo/shapes").then(), 406, "not-acceptable");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/xml", "application/octet-stream"})
    void unsupportedMediaType_returns415(String type) {
        problem(
                given().header("Content-Type", type)
                        .body(new byte[] {'{', '}'})
                        .when()
                        .post("/v1/echo")
                        .then(),
                415,
                "unsupported-media-type");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a%20b", "%00", "a%2Fb", "%C3%A9", "%ff"})
    void invalidId_returns400(String id) {
        problem(get("/v1/echo/ids/" + id), 400, "bad-request");
    }

    @Test
    void idLongerThan128Characters_returns400() {
        String longest = "a".repeat(128);
        get("/v1/echo/ids/" + longest).statusCode(200).body("id", equalTo(longest));
        problem(get("/v1/echo/ids/" + longest + "a"), 400, "bad-request").body("field", equalTo("id"));
        get("/v1/echo/ids/a:b@c.d-e_F9").statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "1.5", "0", "-1", "1001", "99999999999999999999", "0x10", "1e2"})
    void invalidNumberParameter_returns400(String limit) {
        problem(get("/v1/echo/page?limit=" + limit), 400, "bad-request").body("field", equalTo("limit"));
    }

    @Test
    void unknownParameters_areIgnored() {
        get("/v1/echo/page?what=ever").statusCode(200).body("limit", equalTo(100));
        get("/v1/echo/page?limit=1000").statusCode(200).body("limit", equalTo(1000));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /v1/echo/ids/a%zz",
                "GET /v1/echo/ids/a%",
                "GET /v1/echo/page?limit=1&q=%zz",
                "GET /v1/echo/page?q=%",
                "GET /v1/echo/page?%=%",
                "GET /v1/echo/ids/a\\b",
                "GET //v1//echo/shapes",
                "GET /v1/../v1/echo/ids/%2e%2e",
                "GET http://elsewhere/v1/echo/nothing",
                "OPTIONS *",
                "PATCH /v1/echo/shapes",
                "get /v1/echo/shapes",
                "GET /v1/echo/shapes;a=b;=",
            })
    void malformedRequestLine_isNotAFault(String line) throws IOException {
        String answer = raw(line + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        int status = status(answer);
        assertTrue(status >= 200 && status < 500, answer);
        // The server rejects an invalid URI before any handler of the application.
        assertTrue(status <= 400 || answer.contains(Problem.MEDIA_TYPE), answer);
    }

    @Test
    void tooLongRequest_isNotAFault() throws IOException {
        String host = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
        assertEquals(414, status(raw("GET /v1/echo/ids/" + "a".repeat(20_000) + host + "\r\n")));
        assertEquals(431, status(raw("GET /v1/echo/shapes" + host + "X: " + "a".repeat(100_000) + "\r\n\r\n")));
        assertEquals(400, status(raw("nonsense\r\n\r\n")));
    }

    private String raw(String request) throws IOException {
        try (Socket socket = new Socket(root.getHost(), root.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static int status(String answer) {
        assertTrue(answer.startsWith("HTTP/1."), answer);
        return Integer.parseInt(answer.substring(9, 12));
    }

    @Test
    void responses_omitNullsAndWritePlainTimesAndDecimals() {
        get("/v1/echo/shapes")
                .statusCode(200)
                .body(equalTo("{\"time\":\"2023-11-14T22:13:20.000Z\",\"big\":1000,\"small\":0.000000001}"));
    }
}
