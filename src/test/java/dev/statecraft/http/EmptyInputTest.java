package dev.statecraft.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.openapi.ApiDocument;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Empty parameters, and bodies of operations without one, are rejected; all are read from the OpenAPI document. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class EmptyInputTest {

    private static final ApiDocument DOCUMENT = ApiDocument.committed();

    private static final List<String> GARBAGE = List.of(
            "{\"space\":\"a\"}", "{\"a\":{}}", "[1]", "[[]]", "null", "1", "\"\"", "true", "{", "{}x", "x", " ");

    private static Response call(ApiDocument.Call call, String query, @Nullable String body) {
        RequestSpecification request = given().urlEncodingEnabled(false);
        if (body != null) {
            request.contentType("application/json").body(body);
        }
        return request.request(
                call.method(),
                call.path()
                                .replace("{season}", "1")
                                .replace("{version}", "1.0.0")
                                .replaceAll("\\{[^}]*\\}", "x")
                        + query);
    }

    @Test
    void emptyParameter_returns400() {
        List<String> faults = new ArrayList<>();
        int sent = 0;
        for (ApiDocument.Call call : DOCUMENT.calls()) {
            JsonNode example = DOCUMENT.requestExample(call);
            for (JsonNode each : call.node().path("parameters")) {
                JsonNode parameter = DOCUMENT.resolve(each);
                if (!parameter.path("in").asText().equals("query")) {
                    continue;
                }
                String name = parameter.path("name").asText();
                for (String query : List.of("?" + name + "=", "?" + name, "?x=1&" + name + "=", "?" + name + "=&x=1")) {
                    Response answer = call(call, query, example.isMissingNode() ? null : example.toString());
                    sent++;
                    if (answer.statusCode() != 400 || !name.equals(answer.path("field"))) {
                        faults.add(call + query + " " + answer.statusCode() + " " + answer.asString());
                    }
                }
            }
        }
        assertEquals(List.of(), faults);
        assertTrue(sent > 100);
    }

    @Test
    void schemas_excludeEmptyStrings() {
        DOCUMENT.calls().forEach(call -> call.node().path("parameters").forEach(each -> {
            JsonNode parameter = DOCUMENT.resolve(each);
            JsonNode schema = DOCUMENT.resolve(parameter.path("schema"));
            if (parameter.path("in").asText().equals("query")
                    && schema.path("type").asText().equals("string")) {
                assertTrue(
                        schema.has("enum")
                                || schema.has("pattern")
                                || schema.path("minLength").asInt() > 0,
                        parameter.toString());
            }
        }));
    }

    @Test
    void emptySpace_isNotTheDefaultSpace() {
        for (String space : List.of("global", "elsewhere")) {
            create("spaced", space);
        }
        given().delete("/v1/entities/spaced?space=").then().statusCode(400);
        given().delete("/v1/entities/spaced?space").then().statusCode(400);
        given().contentType("application/json")
                .body(Map.of("space", "elsewhere"))
                .delete("/v1/entities/spaced")
                .then()
                .statusCode(400);
        given().get("/v1/entities/spaced").then().statusCode(200);
    }

    @Test
    void idOfDots_returns400() {
        given().contentType("application/json")
                .body(Map.of("id", "undotted", "rankingType", "SCORE"))
                .post("/v1/leaderboards")
                .then()
                .statusCode(201);
        for (String query : List.of(
                "/v1/entities?space=..",
                "/v1/entities?type=..",
                "/v1/keys?game=.",
                "/v1/leaderboards/undotted/entries?around=..",
                "/v1/leaderboards/undotted/entries?players=a,..",
                "/v1/entities/x?space=.")) {
            assertEquals(400, given().get(query).statusCode(), query);
        }
        assertEquals(400, given().delete("/v1/entities/x?playerId=..").statusCode());
    }

    @Test
    void bodyOfABodylessOperation_returns400() {
        List<String> faults = new ArrayList<>();
        int sent = 0;
        for (ApiDocument.Call call : DOCUMENT.calls()) {
            if (call.node().has("requestBody") || !List.of("POST", "DELETE").contains(call.method())) {
                continue;
            }
            for (String body : GARBAGE) {
                Response answer = call(call, "", body);
                sent++;
                if (answer.statusCode() != 400) {
                    faults.add(call + " with " + body + " " + answer.statusCode() + " " + answer.asString());
                }
            }
            // The only operation without a body that requires a parameter.
            String query = call.id().equals("endSession") ? "?fence=1" : "";
            for (String body : List.of("", "{}", "[]")) {
                Response answer = call(call, query, body);
                if (answer.statusCode() == 400 || answer.statusCode() >= 500) {
                    faults.add(call + " with " + body + " " + answer.statusCode() + " " + answer.asString());
                }
            }
        }
        assertEquals(List.of(), faults);
        assertTrue(sent > 100);
    }

    @Test
    void unusedField_isNamedInTheProblem() {
        given().contentType("application/json")
                .body("{\"reason\":\"x\"}")
                .post("/v1/synchronize")
                .then()
                .statusCode(400)
                .body("field", equalTo("reason"));
    }

    private static void create(String id, String space) {
        Map<String, Object> entity = new HashMap<>(Map.of("id", id, "type", "UI_STATE", "space", space));
        entity.put("state", Map.of("a", 1));
        given().contentType("application/json")
                .body(entity)
                .post("/v1/entities")
                .then()
                .statusCode(201);
    }
}
