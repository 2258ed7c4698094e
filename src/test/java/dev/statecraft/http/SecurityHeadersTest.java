package dev.statecraft.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import dev.statecraft.local.DynamoDbLocalResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Security headers of every response, including responses without a resource. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class SecurityHeadersTest {

    private static void assertGuarded(Response answer, int status) {
        answer.then()
                .statusCode(status)
                .header("X-Content-Type-Options", equalTo("nosniff"))
                .header("Referrer-Policy", equalTo("no-referrer"))
                .header("Strict-Transport-Security", containsString("max-age="))
                .header("Content-Security-Policy", containsString("frame-ancestors 'none'"))
                .header("Cache-Control", not(nullValue()))
                .header("Server", nullValue())
                .header("Access-Control-Allow-Origin", nullValue())
                .body(not(containsString("at dev.statecraft.")));
    }

    @Test
    void everyResponse_hasSecurityHeaders() {
        assertGuarded(given().get("/v1/leaderboards"), 200);
        assertGuarded(given().get("/v1/leaderboards/nobody"), 404);
        assertGuarded(given().get("/nowhere"), 404);
        assertGuarded(given().delete("/v1/leaderboards"), 405);
        assertGuarded(given().contentType("application/json").body("{").post("/v1/leaderboards"), 400);
        assertGuarded(
                given().contentType("application/json")
                        .body("[" + " ".repeat(2 << 20) + "]")
                        .post("/v1/entities"),
                413);
        assertGuarded(given().header("Authorization", "Bearer sk_nobody").get("/v1/leaderboards"), 401);
        assertGuarded(given().get("/openapi"), 200);
        assertGuarded(given().get("/q/health"), 200);
        assertGuarded(given().get("/"), 200);
    }

    @Test
    void onlyResponsesWithAnEntityTag_areCacheable() {
        given().contentType("application/json")
                .body(Map.of("id", "guarded", "type", "UI_STATE", "state", Map.of("a", 1)))
                .post("/v1/entities");
        given().get("/v1/entities/guarded").then().header("Cache-Control", containsString("no-cache"));
        given().get("/v1/stats").then().header("Cache-Control", containsString("no-store"));
    }

    @Test
    void compressibleResponses_varyByEncoding() {
        given().contentType("application/json")
                .body(Map.of("id", "varied", "type", "UI_STATE", "state", Map.of("a", 1)))
                .post("/v1/entities")
                .then()
                .header("Vary", "accept-encoding");
        String tag = given().get("/v1/entities/varied").header("ETag");
        for (String path : List.of(
                "/",
                "/dashboard/app.js",
                "/openapi",
                "/openapi?format=json",
                "/q/health",
                "/v1/entities/varied",
                "/v1/entities/nobody",
                "/v1/nowhere",
                "/nowhere")) {
            for (String encoding : List.of("identity", "gzip")) {
                given().header("Accept-Encoding", encoding).get(path).then().header("Vary", "accept-encoding");
            }
        }
        given().header("If-None-Match", tag)
                .get("/v1/entities/varied")
                .then()
                .statusCode(304)
                .header("Vary", "accept-encoding");
        given().get("/openapi?format=json").then().statusCode(200).contentType("application/json");
    }

    @Test
    void otherOrigins_getNoCorsHeaders() {
        for (String origin : List.of("https://game.example", "null", "http://localhost:8081")) {
            given().header("Origin", origin)
                    .get("/v1/leaderboards")
                    .then()
                    .statusCode(200)
                    .header("Access-Control-Allow-Origin", nullValue());
            given().header("Origin", origin)
                    .header("Access-Control-Request-Method", "POST")
                    .options("/v1/leaderboards")
                    .then()
                    .header("Access-Control-Allow-Origin", nullValue())
                    .header("Access-Control-Allow-Methods", nullValue());
        }
    }
}
