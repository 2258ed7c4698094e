package dev.statecraft.access.idempotency;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.local.DynamoDbLocalResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A client that lost the response sends the same request again. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class IdempotencyKeyTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Test
    void board_isCreatedOnce() {
        String body = "{'id': 'idem-board', 'rankingType': 'SCORE', 'decimals': 1, 'bounds': {'min': 0, 'max': 10}}";
        String again = "{'bounds': {'max': 10.0, 'min': 0}, 'decimals': 1, 'rankingType': 'SCORE', 'id': 'idem-board'}";
        replays("/v1/leaderboards", body, again, 201);
        refused("/v1/leaderboards", body.replace("idem-board", "idem-other"));
        given().get("/v1/leaderboards/idem-other").then().statusCode(404);
        // Without the idempotency key, or with another one, the existing board is returned.
        post(null, "/v1/leaderboards", body).then().statusCode(200);
        post("another", "/v1/leaderboards", body).then().statusCode(200);
        post("no id", "/v1/leaderboards", body).then().statusCode(400).body("field", equalTo("Idempotency-Key"));
    }

    @Test
    void rejectedRequest_releasesTheKey() {
        post("free", "/v1/leaderboards", "{'id': 'idem-free', 'rankingType': 'NONE'}")
                .then()
                .statusCode(400);
        post("free", "/v1/leaderboards", "{'id': 'idem-free', 'rankingType': 'SCORE'}")
                .then()
                .statusCode(201)
                .body("replayed", nullValue());
    }

    @Test
    void sameKeyOnAnotherPath_isADifferentRequest() {
        for (String player : List.of("idem-p1", "idem-p2")) {
            post("path", "/v1/players/" + player + "/synchronize", "")
                    .then()
                    .statusCode(200)
                    .body("playerId", equalTo(player))
                    .body("replayed", nullValue());
        }
        post("path", "/v1/players/idem-p1/synchronize", "")
                .then()
                .statusCode(200)
                .body("playerId", equalTo("idem-p1"))
                .body("replayed", equalTo(true));
    }

    @Test
    void entity_isCreatedAndRevertedOnce() {
        replays(
                "/v1/entities",
                "{'id': 'idem-e', 'type': 'UI_STATE', 'state': {'a': 1, 'b': {'c': 2, 'd': 0.5}}}",
                "{'state': {'b': {'d': 0.50, 'c': 2.0}, 'a': 1.0}, 'type': 'UI_STATE', 'id': 'idem-e'}",
                201);
        refused("/v1/entities", "{'id': 'idem-f', 'type': 'UI_STATE', 'state': {}}");
        given().get("/v1/entities/idem-f").then().statusCode(404);
        patch("idem-e", "{'set': {'a': 3}}");
        replays("/v1/entities/idem-e/revert", "{'version': 1}", "{'version': 1}", 200);
        refused("/v1/entities/idem-e/revert", "{'version': 2}");
        patch("idem-e", "{'set': {'a': 4}}");
        // Regardless of later mutations.
        IntStream.range(0, 20).forEach(i -> patch("idem-e", "{'set': {'a': 5}, 'mutationId': 'm" + i + "'}"));
        post("request", "/v1/entities/idem-e/revert", "{'version': 1}")
                .then()
                .statusCode(200)
                .body("version", equalTo(3))
                .body("replayed", equalTo(true));
        given().get("/v1/entities/idem-e").then().body("state.a", equalTo(5));
        replays("/v1/entities/idem-e/players/ada", "", "", 200);
        replays("/v1/players/ada/synchronize", "", "", 200);
    }

    @Test
    void orderOfJsonKeys_doesNotMatter() {
        post(null, "/v1/entities", "{'id': 'idem-m', 'type': 'UI_STATE', 'state': {'n': 0}}");
        patch("idem-m", "{'increment': {'n': 1}, 'set': {'x': {'a': 1, 'b': 2.50}}, 'mutationId': 'same'}")
                .body("replayed", nullValue());
        patch("idem-m", "{'mutationId': 'same', 'set': {'x': {'b': 2.5, 'a': 1.0}}, 'increment': {'n': 1.0}}")
                .body("replayed", equalTo(true))
                .body("state.n", equalTo(1));
    }

    @Test
    void updatesOfASync_haveIdsDerivedFromTheKey() {
        post(null, "/v1/entities", "{'id': 'idem-s', 'type': 'UI_STATE', 'state': {'n': 0}}");
        String body = "{'updates': [{'entityId': 'idem-s', 'increment': {'n': 1}},"
                + " {'entityId': 'idem-s', 'increment': {'n': 10}, 'mutationId': 'own'}]}";
        post("tick", "/v1/sync", body)
                .then()
                .statusCode(200)
                .body("results.replayed", equalTo(Arrays.asList(null, null)));
        post("tick", "/v1/sync", body)
                .then()
                .statusCode(200)
                .body("results.replayed", equalTo(List.of(true, true)))
                .body("results[1].state.n", equalTo(11));
        post("tick", "/v1/sync", body.replace("'n': 1}", "'n': 2}"))
                .then()
                .body("results[0].status", equalTo(422))
                .body("results[1].replayed", equalTo(true));
        patch("idem-s", "{'increment': {'n': 1}, 'mutationId': 'tick:0'}").body("replayed", equalTo(true));
        for (String path : List.of("/v1/sync", "/v1/leaderboards/idem-none/scores/batch")) {
            post("x".repeat(125), path, path.endsWith("sync") ? body : "{'scores': [{'playerId': 'a', 'value': 1}]}")
                    .then()
                    .statusCode(400)
                    .body("field", equalTo("Idempotency-Key"))
                    .body("detail", containsString("124"));
        }
    }

    @Test
    void migration_isRegisteredForcedAndRolledBackOnce() {
        String body = "{'version': '0.61.1', 'description': 'idem', 'target': {'entityType': 'IDEM'},"
                + " 'up': {'operations': [{'op': 'default', 'path': '/n', 'value': 1.0}]}, 'outOfOrder': true}";
        replays(
                "/v1/migrations",
                body,
                body.replace("'version': '0.61.1', ", "")
                        .replace("1.0", "1")
                        .replace("true}", "true, 'version': '0.61.1'}"),
                201);
        refused("/v1/migrations", body.replace("0.61.1", "0.61.2"));
        given().get("/v1/migrations/0.61.2").then().statusCode(404);
        String force = "/v1/migrations/0.61.1/force?waitMillis=20000";
        String forced = replays(force, "{'reason': 'now'}", "{'reason': 'now'}", 200)
                .path("id")
                .asText();
        post("request", "/v1/migrations/0.61.1/force?waitMillis=1", "{'reason': 'now'}")
                .then()
                .body("id", equalTo(forced))
                .body("replayed", equalTo(true));
        refused(force, "{'reason': 'later'}");
        String rolled = replays(
                        "/v1/migrations/0.61.1/rollback?waitMillis=20000",
                        "{'reason': 'back', 'mode': 'SMART'}",
                        "{'mode': 'SMART', 'reason': 'back'}",
                        200)
                .path("id")
                .asText();
        assertNotEquals(forced, rolled);
        // The earlier key does not start another run; its response is replayed.
        post("request", force, "{'reason': 'now'}").then().body("id", equalTo(forced));
        given().get("/v1/migrations/runs").then().body("runs.findAll { it.version == '0.61.1' }", hasSize(2));
    }

    @Test
    void conflict_isResolvedOnce() {
        given().contentType("application/json")
                .body("{\"strategy\": \"MANUAL\"}")
                .put("/v1/entity-types/IDEM_MANUAL")
                .then()
                .statusCode(200);
        post(null, "/v1/entities", "{'id': 'idem-c', 'type': 'IDEM_MANUAL', 'state': {'n': 1}}");
        patch("idem-c", "{'set': {'n': 2}, 'baseVersion': 1}");
        String conflict = given().contentType("application/json")
                .body("{\"set\": {\"n\": 3}, \"baseVersion\": 1}")
                .patch("/v1/entities/idem-c")
                .then()
                .statusCode(202)
                .extract()
                .path("conflictId");
        String path = "/v1/conflicts/" + conflict + "/resolve";
        replays(path, "{'state': {'n': 9, 'm': 1}}", "{'state': {'m': 1.0, 'n': 9}}", 200);
        refused(path, "{'choose': 'SERVER'}");
        // A repeated decision is recognized without an idempotency key, regardless of the order of its JSON keys.
        post(null, path, "{'state': {'m': 1, 'n': 9}}").then().statusCode(200).body("replayed", equalTo(true));
    }

    @Test
    void concurrentIdenticalRequests_areProcessedOnce() {
        List<Response> answers = IntStream.range(0, 8)
                .parallel()
                .mapToObj(i -> post("at-once", "/v1/leaderboards", "{'id': 'idem-once', 'rankingType': 'WINS'}"))
                .toList();
        answers.forEach(answer -> assertEquals(201, answer.statusCode(), answer.asString()));
        assertEquals(
                7,
                answers.stream()
                        .filter(answer -> answer.path("replayed") != null)
                        .count());
    }

    /** Sends a request twice, the second time with different JSON text, and returns the response. */
    private static JsonNode replays(String path, String body, String again, int status) {
        JsonNode first = tree(post("request", path, body).then().statusCode(status));
        assertTrue(first.path("replayed").isMissingNode(), first.toString());
        ValidatableResponse replay = post("request", path, again).then().statusCode(status);
        if (status == 201) {
            replay.header("Location", containsString("/v1/"));
        }
        ObjectNode second = (ObjectNode) tree(replay);
        assertTrue(second.remove("replayed").asBoolean());
        assertEquals(first, second);
        return first;
    }

    private static void refused(String path, String body) {
        post("request", path, body)
                .then()
                .statusCode(422)
                .body("type", equalTo("/problems/id-reused"))
                .body("field", equalTo("Idempotency-Key"));
    }

    private static Response post(@Nullable String key, String path, String body) {
        var request = given();
        if (key != null) {
            request.header("Idempotency-Key", key);
        }
        if (!body.isEmpty()) {
            request.contentType("application/json").body(body.replace('\'', '"'));
        }
        return request.post(path);
    }

    private static ValidatableResponse patch(String entity, String body) {
        return given().contentType("application/json")
                .body(body.replace('\'', '"'))
                .patch("/v1/entities/" + entity)
                .then()
                .statusCode(200);
    }

    private static JsonNode tree(ValidatableResponse response) {
        try {
            return MAPPER.readTree(response.extract().asByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
