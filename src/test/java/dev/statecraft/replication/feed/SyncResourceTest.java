package dev.statecraft.replication.feed;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalRuntime;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class SyncResourceTest {

    @Inject
    LocalRuntime local;

    @Test
    void oneRequestAppliesUpdatesAndReturnsAllChanges() {
        create("s1", "a", "UI_STATE");
        Response first = sync("{'clientId': 'srv', 'cursors': {'s1': ''}}");
        first.then()
                .statusCode(200)
                .body("spaces.s1.resync", equalTo(false))
                .body("spaces.s1.snapshot.first", equalTo(true))
                .body("spaces.s1.snapshot.entities.id", contains("a"))
                .body("spaces.s1.snapshot.entities[0].state.n", equalTo(0))
                .body("spaces.s1.commits", hasSize(0))
                .body("spaces.s1.checksum", matchesPattern("[0-9a-f]{8}"))
                .body("nextPollMillis", greaterThanOrEqualTo(121));
        String cursor = first.path("spaces.s1.cursor");
        Response answer = sync("{'clientId': 'srv', 'cursors': {'s1': '" + cursor + "'}, 'updates': ["
                + "{'entityId': 'a', 'space': 's1', 'increment': {'n': 2}, 'mutationId': '1'},"
                + "{'entityId': 'a', 'space': 's1', 'increment': {'n': 'x'}},"
                + "{'entityId': 'b', 'space': 's1', 'set': {'n': 1}},"
                + "{'entityId': 'a', 'space': 's1', 'increment': {'n': 3}},"
                + "{'entityId': 'a', 'space': 's1', 'increment': {'n': 2}, 'mutationId': '1'}]}");
        answer.then()
                .statusCode(200)
                .body("results.status", contains(200, 400, 404, 200, 200))
                .body("results[0].version", equalTo(2))
                .body("results[0].state.n", equalTo(2))
                .body("results[1].problem.field", equalTo("updates[1].increment.n"))
                .body("results[2].problem.type", equalTo("/problems/entity-not-found"))
                .body("results[3].version", equalTo(3))
                .body("results[4].version", equalTo(2))
                .body("results[4].replayed", equalTo(true))
                .body("spaces.s1.snapshot", nullValue())
                .body("spaces.s1.commits", hasSize(1))
                .body("spaces.s1.commits[0].changes.version", contains(2, 3))
                .body("spaces.s1.commits[0].changes[0].state.n", equalTo(2));
        String next = answer.path("spaces.s1.cursor");
        sync("{'cursors': {'s1': '" + next + "'}}").then().body("spaces.s1.commits", hasSize(0));
        given().get("/v1/entities/a?space=s1").then().body("updatedBy", equalTo("srv"));
    }

    @Test
    void atomicBatchIsAppliedCompletelyOrNotAtAll() {
        create("s2", "a", "UI_STATE");
        create("s2", "b", "UI_STATE");
        String cursor = sync("{'cursors': {'s2': ''}}").path("spaces.s2.cursor");
        String good = "{'entityId': 'a', 'space': 's2', 'increment': {'n': 1}}";
        String other = "{'entityId': 'b', 'space': 's2', 'increment': {'n': 1}}";
        String missing = "{'entityId': 'c', 'space': 's2', 'increment': {'n': 1}}";
        sync("{'cursors': {'s2': '" + cursor + "'}, 'atomic': true, 'updates': [" + good + "," + missing + "]}")
                .then()
                .body("results.status", contains(409, 404))
                .body("results[0].problem.type", equalTo("/problems/batch-refused"))
                .body("spaces.s2.commits", hasSize(0));
        sync("{'cursors': {'s2': '" + cursor + "'}, 'atomic': true, 'updates': [" + good + "," + other + "]}")
                .then()
                .body("results.status", contains(200, 200))
                .body("spaces.s2.commits", hasSize(1))
                .body("spaces.s2.commits[0].changes.entityId", contains("a", "b"));
        sync("{'atomic': true, 'updates': [" + good + "," + other.replace("'s2'", "'s3'") + "]}")
                .then()
                .statusCode(400)
                .body("field", equalTo("updates"));
    }

    @Test
    void malformedUpdateIsReportedAsItsOwnProblem() {
        create("s10", "a", "UI_STATE");
        String good = "{'entityId': 'a', 'space': 's10', 'increment': {'n': 1.0}, 'baseVersion': 1.0, 'source': []}";
        List<String> wrong = List.of(
                "{'entityId': 'a', 'space': 's10', 'set': {'n': 1e400}}",
                "{'entityId': 'a', 'space': 's10', 'set': {'n': 1}, 'baseVersion': 1.5}",
                "{'entityId': 'a', 'space': 's10', 'set': {'n': 1}, 'extra': 1}",
                "{'entityId': 5, 'space': 's10', 'set': {'n': 1}}",
                "{'entityId': 'a', 'space': 's10', 'set': {'n': 1, 'n': 2}}",
                "{'entityId': 'a', 'space': 's10', 'set': {'n': " + "[".repeat(50) + "]".repeat(50) + "}}",
                "[[]]",
                "'a'");
        String updates = good + "," + String.join("," + good + ",", wrong) + "," + good;
        ValidatableResponse answer =
                sync("{'updates': [" + updates + "]}").then().statusCode(200);
        for (int i = 0; i < wrong.size(); i++) {
            String field = "updates[" + (2 * i + 1) + "]";
            answer.body("results[" + 2 * i + "].status", equalTo(200))
                    .body("results[" + (2 * i + 1) + "].status", equalTo(400))
                    .body("results[" + (2 * i + 1) + "].problem.field", startsWith(field));
        }
        given().get("/v1/entities/a?space=s10").then().body("state.n", equalTo(wrong.size() + 1));
        sync("{'atomic': true, 'updates': [" + good + "," + wrong.get(0) + "]}")
                .then()
                .statusCode(400)
                .body("field", equalTo("updates[1].set.n"));
        given().get("/v1/entities/a?space=s10").then().body("state.n", equalTo(wrong.size() + 1));
        sync("{'waitMillis': 1e400}").then().statusCode(400).body("field", equalTo("waitMillis"));
    }

    @Test
    void tooManyUpdatesReturn429() {
        create("s4", "a", "UI_STATE");
        String updates = IntStream.range(0, 51)
                .mapToObj(i -> "{'entityId': 'a', 'space': 's4', 'increment': {'n': 1}}")
                .collect(Collectors.joining(","));
        sync("{'updates': [" + updates + "]}")
                .then()
                .statusCode(429)
                .header("Retry-After", equalTo("1"))
                .body("type", equalTo("/problems/too-many-requests"));
        given().get("/v1/entities/a?space=s4").then().body("version", equalTo(1));
    }

    @Test
    void waitingClientReceivesChangesImmediately() {
        create("s5", "a", "UI_STATE");
        String cursor = sync("{'cursors': {'s5': ''}}").path("spaces.s5.cursor");
        long start = System.nanoTime();
        CompletableFuture<Response> waiting =
                CompletableFuture.supplyAsync(() -> sync("{'cursors': {'s5': '" + cursor + "'}, 'waitMillis': 15000}"));
        patch("s5", "a", "{'increment': {'n': 1}}");
        waiting.join().then().body("spaces.s5.commits[0].changes[0].state.n", equalTo(1));
        assertTrue(Duration.ofNanos(System.nanoTime() - start).toMillis() < 14_000);
        sync("{'cursors': {'s5': '" + waiting.join().path("spaces.s5.cursor") + "'}, 'waitMillis': 150}")
                .then()
                .body("spaces.s5.commits", hasSize(0));
        local.pump().drain(Duration.ofSeconds(20));
        given().get("/v1/stats/replication")
                .then()
                .body("averageReplicationLatency", greaterThanOrEqualTo(0.0f))
                .body("totalCommits", greaterThanOrEqualTo(2));
    }

    @Test
    void outdatedCursorsResyncAndMalformedCursorsReturn400() {
        create("s6", "a", "UI_STATE");
        String foreign = sync("{'cursors': {'s6': ''}}").path("spaces.s6.cursor");
        sync("{'cursors': {'s7': '" + foreign + "'}}")
                .then()
                .statusCode(200)
                .body("spaces.s7.resync", equalTo(true))
                .body("spaces.s7.snapshot.first", equalTo(true));
        sync("{'cursors': {'s6': 'abc'}}").then().statusCode(400).body("field", equalTo("cursors.s6"));
        sync("{'cursors': {'s 6': ''}}").then().statusCode(400);
    }

    @Test
    void playerReceivesItsEntities() {
        create("s8", "a", "UI_STATE");
        create("s8", "b", "UI_STATE");
        given().contentType("application/json")
                .post("/v1/entities/a/players/eve?space=s8")
                .then()
                .statusCode(200);
        Response first = sync("{'playerId': 'eve'}");
        first.then().body("player.snapshot.first", equalTo(true)).body("player.snapshot.entities.id", contains("a"));
        patch("s8", "a", "{'increment': {'n': 1}}");
        patch("s8", "b", "{'increment': {'n': 1}}");
        given().contentType("application/json").post("/v1/entities/b/players/eve?space=s8");
        Response second = sync("{'playerId': 'eve', 'playerCursor': '" + first.path("player.cursor") + "'}");
        second.then()
                .body("player.snapshot.first", equalTo(false))
                .body("player.snapshot.entities.id", contains("b"))
                .body("player.commits", hasSize(1))
                .body("player.commits[0].changes.entityId", contains("a"));
        given().delete("/v1/entities/a/players/eve?space=s8").then().statusCode(204);
        given().delete("/v1/entities/a/players/eve?space=s8").then().statusCode(404);
        sync("{'playerId': 'eve', 'playerCursor': '" + second.path("player.cursor") + "'}")
                .then()
                .body("player.left.entityId", contains("a"));
        given().contentType("application/json")
                .post("/v1/players/eve/synchronize")
                .then()
                .statusCode(200)
                .body("entities.id", contains("b"));
        sync("{'playerId': 'eve', 'playerCursor': '" + second.path("player.cursor") + "'}")
                .then()
                .body("player.resync", equalTo(true))
                .body("player.snapshot.entities.id", contains("b"));
        sync("{'playerId': 'eve', 'updates': [{'entityId': 'b', 'space': 's8', 'set': {'n': 9},"
                        + " 'source': {'playerId': 'bob'}}]}")
                .then()
                .body("results[0].status", equalTo(403));
    }

    @Test
    void statisticsAreCounted() {
        local.pump().drain(Duration.ofSeconds(20));
        long before = given().get("/v1/stats/replication").jsonPath().getLong("totalEntities");
        create("s9", "a", "UI_STATE");
        create("s9", "b", "UI_STATE");
        given().delete("/v1/entities/b?space=s9");
        local.pump().drain(Duration.ofSeconds(20));
        Response after = given().get("/v1/stats/replication");
        assertEquals(before + 1, after.jsonPath().getLong("totalEntities"));
    }

    private static void create(String space, String id, String type) {
        json("{'id': '" + id + "', 'space': '" + space + "', 'type': '" + type + "', 'state': {'n': 0}}")
                .post("/v1/entities")
                .then()
                .statusCode(201);
    }

    private static void patch(String space, String id, String body) {
        json(body).patch("/v1/entities/" + id + "?space=" + space).then().statusCode(200);
    }

    private static Response sync(String body) {
        return json(body).post("/v1/sync");
    }

    private static RequestSpecification json(String body) {
        return given().contentType("application/json").body(body.replace('\'', '"'));
    }
}
