package dev.statecraft.replication.entity;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalRuntime;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class EntityResourceTest {

    @Inject
    LocalRuntime local;

    @Test
    void originalApiCallsWork() {
        create("{'id': 'player_123_stats', 'type': 'PLAYER_DATA', 'state':"
                        + " {'health': 100, 'mana': 50, 'position': {'x': 0, 'y': 0, 'z': 0}}}")
                .statusCode(201)
                .header("Location", endsWith("/v1/entities/player_123_stats"))
                .header("ETag", equalTo("\"1\""))
                .body("space", equalTo("global"))
                .body("version", equalTo(1))
                .body("schemaVersion", equalTo("0.0.0"))
                .body("updatedBy", notNullValue())
                .body("updatedAt", notNullValue());
        create("{'id': 'player_123_stats', 'type': 'PLAYER_DATA', 'state': {}}")
                .statusCode(409)
                .body("type", equalTo("/problems/entity-exists"))
                .body("current.version", equalTo(1));
        patch("player_123_stats", "{'state': {'health': 80, 'mana': 45, 'position': {'x': 10, 'y': 0, 'z': 10}}}")
                .statusCode(200)
                .header("ETag", equalTo("\"2\""))
                .body("version", equalTo(2))
                .body("accepted", equalTo(true))
                .body("conflicts", hasSize(0))
                .body("state.position.x", equalTo(10));
        given().get("/v1/entities/player_123_stats")
                .then()
                .statusCode(200)
                .header("ETag", equalTo("\"2\""))
                .body("state.health", equalTo(80));
        given().header("If-None-Match", "W/\"2\"")
                .get("/v1/entities/player_123_stats")
                .then()
                .statusCode(304);
        json("").post("/v1/entities/player_123_stats/players/123")
                .then()
                .statusCode(200)
                .body("version", equalTo(2));
        given().get("/v1/players/123/entities").then().body("entities.id", contains("player_123_stats"));
        given().get("/v1/stats/replication").then().statusCode(200).body("totalEntities", notNullValue());
    }

    @Test
    void operationsOfOneUpdateAreAppliedTogether() {
        create("{'id': 'ops', 'type': 'UI_STATE', 'state': {'coins': 1, 'items': ['a', 'b'], 'old': 1}}");
        patch(
                        "ops",
                        "{'set': {'/profile/name': 'ada', 'a.b': true}, 'unset': ['old'], 'increment': {'coins': 5},"
                                + " 'append': {'items': ['c']}}")
                .statusCode(200)
                .body("state.profile.name", equalTo("ada"))
                .body("state.'a.b'", equalTo(true))
                .body("state.old", nullValue())
                .body("state.coins", equalTo(6))
                .body("state.items", contains("a", "b", "c"));
        patch("ops", "{'remove': {'items': ['b']}}").body("state.items", contains("a", "c"));
    }

    @Test
    void emptyArraysCountAsEmptyObjects() {
        create("{'id': 'luau', 'type': 'UI_STATE', 'state': []}").statusCode(201);
        patch("luau", "{'set': {'a': {}}}").statusCode(200);
        patch("luau", "{'state': []}").statusCode(200).body("state.a", nullValue());
        patch("luau", "{'set': {'b': 9007199254740991}}").body("state.b", equalTo(9007199254740991L));
    }

    /** Two concurrent updates of different paths based on the same version are both applied. */
    @Test
    void concurrentEditsOfDifferentPathsAreMerged() {
        create("{'id': 'both', 'type': 'GAME_STATE', 'state': {'a': 1, 'b': 1}}");
        patch("both", "{'set': {'a': 2}, 'baseVersion': 1}").statusCode(200).body("conflicts", hasSize(0));
        patch("both", "{'set': {'b': 2}, 'baseVersion': 1}")
                .statusCode(200)
                .body("conflicts", hasSize(0))
                .body("state.a", equalTo(2))
                .body("state.b", equalTo(2));
    }

    /** C4: a rejected update returns the current state. */
    @Test
    void rejectedUpdateReturnsCurrentState() {
        create("{'id': 'lost', 'type': 'GAME_STATE', 'state': {'a': 1}}");
        patch("lost", "{'set': {'a': 2}}");
        patch("lost", "{'set': {'a': 3}, 'baseVersion': 1}")
                .statusCode(409)
                .body("type", equalTo("/problems/version-conflict"))
                .body("current.version", equalTo(2))
                .body("current.state.a", equalTo(2))
                .body("conflicts[0].path", equalTo("a"))
                .body("conflicts[0].base", equalTo(1))
                .body("conflicts[0].ours", equalTo(2))
                .body("conflicts[0].theirs", equalTo(3))
                .body("strategy", equalTo("SERVER_WINS"));
        patch("lost", "{'set': {'a': 3}, 'was': {'a': 1}}").statusCode(409);
        patch("lost", "{'set': {'a': 3}, 'was': {'a': 2}}").statusCode(200).body("version", equalTo(3));
    }

    /** A change from A to B and back to A makes new versions. */
    @Test
    void returnToEarlierStateMakesNewVersion() {
        create("{'id': 'aba', 'type': 'UI_STATE', 'state': {'a': 1}}");
        patch("aba", "{'set': {'a': 2}}");
        patch("aba", "{'set': {'a': 1}}");
        json("{'set': {'a': 5}}")
                .header("If-Match", "\"1\"")
                .patch("/v1/entities/aba")
                .then()
                .statusCode(412)
                .body("type", equalTo("/problems/precondition-failed"))
                .body("current.version", equalTo(3));
        json("{'set': {'a': 5}}")
                .header("If-Match", "\"3\"")
                .patch("/v1/entities/aba")
                .then()
                .statusCode(200);
    }

    @Test
    void mergePatchesAreApplied() {
        create("{'id': 'patch', 'type': 'UI_STATE', 'state': {'a': {'b': 1, 'c': 2}, 'd': 3}}");
        given().contentType("application/merge-patch+json")
                .header("If-Match", "\"1\"")
                .body("{\"a\": {\"b\": null, \"e\": 5}, \"d\": 4}")
                .patch("/v1/entities/patch")
                .then()
                .statusCode(200)
                .body("state.a.b", nullValue())
                .body("state.a.c", equalTo(2))
                .body("state.a.e", equalTo(5))
                .body("state.d", equalTo(4));
    }

    @Test
    void repeatedMutationReturnsSameResult() {
        create("{'id': 'again', 'type': 'UI_STATE', 'state': {}}");
        String body = "{'increment': {'n': 1}, 'mutationId': 'm-1'}";
        patch("again", body).statusCode(200).body("replayed", nullValue()).body("version", equalTo(2));
        patch("again", "{'increment': {'n': 1}, 'mutationId': 'm-2'}").body("version", equalTo(3));
        patch("again", "{'mutationId': 'm-1', 'increment': {'n': 1}}")
                .statusCode(200)
                .body("replayed", equalTo(true))
                .body("version", equalTo(2))
                .body("state.n", equalTo(1));
        patch("again", "{'increment': {'n': 2}, 'mutationId': 'm-1'}")
                .statusCode(422)
                .body("type", equalTo("/problems/id-reused"));
        json("{'increment': {'n': 5}}").header("Idempotency-Key", "k-1").patch("/v1/entities/again");
        json("{'increment': {'n': 5}}")
                .header("Idempotency-Key", "k-1")
                .patch("/v1/entities/again")
                .then()
                .body("replayed", equalTo(true))
                .body("state.n", equalTo(7));
        json("{'increment': {'n': 6}}")
                .header("Idempotency-Key", "k-1")
                .patch("/v1/entities/again")
                .then()
                .statusCode(422)
                .body("field", equalTo("Idempotency-Key"));
        // The key identifies a request of one operation only.
        given().header("Idempotency-Key", "k-1")
                .delete("/v1/entities/again")
                .then()
                .statusCode(200)
                .body("replayed", nullValue());
    }

    @Test
    void recreatedEntityContinuesVersions() {
        create("{'id': 'gone', 'type': 'UI_STATE', 'state': {'a': 1}}");
        given().delete("/v1/entities/gone")
                .then()
                .statusCode(200)
                .body("version", equalTo(2))
                .body("deleted", equalTo(true));
        given().get("/v1/entities/gone").then().statusCode(404).body("type", equalTo("/problems/entity-not-found"));
        given().delete("/v1/entities/gone").then().statusCode(404);
        patch("gone", "{'set': {'a': 2}}").statusCode(404);
        create("{'id': 'gone', 'type': 'UI_STATE', 'state': {'b': 1}}")
                .statusCode(201)
                .body("version", equalTo(3));
        patch("gone", "{'set': {'a': 9}, 'baseVersion': 1}").statusCode(200);
    }

    @Test
    void historyIsReadBeforeAndAfterStreamDelivery() {
        create("{'id': 'past', 'type': 'UI_STATE', 'state': {'n': 1}}");
        patch("past", "{'set': {'n': 2}, 'source': {'playerId': 'ada'}}");
        patch("past", "{'set': {'n': 3}, 'source': {'serverId': 'eu-1'}}");
        for (int i = 0; i < 2; i++) {
            given().get("/v1/entities/past?version=2").then().statusCode(200).body("state.n", equalTo(2));
            given().get("/v1/entities/past/history")
                    .then()
                    .statusCode(200)
                    .body("versions.version", contains(3, 2, 1))
                    .body("versions.state.n", contains(3, 2, 1))
                    .body("versions[1].by", equalTo("ada"))
                    .body("versions[0].by", equalTo("eu-1"));
            rest();
        }
        Response page = given().get("/v1/entities/past/history?limit=2");
        page.then().body("versions.version", contains(3, 2));
        given().queryParam("cursor", page.<String>path("nextCursor"))
                .get("/v1/entities/past/history?limit=2")
                .then()
                .body("versions.version", contains(1))
                .body("nextCursor", nullValue());
        json("{'version': 1}")
                .post("/v1/entities/past/revert")
                .then()
                .statusCode(200)
                .body("version", equalTo(4))
                .body("state.n", equalTo(1));
        json("{'version': 9}").post("/v1/entities/past/revert").then().statusCode(404);
        given().get("/v1/entities/past?version=9").then().statusCode(404);
    }

    @Test
    void playersWriteOnlyPermittedEntities() {
        create("{'id': 'world', 'type': 'GAME_STATE', 'state': {}}");
        patch("world", "{'set': {'a': 1}, 'source': {'playerId': 'ada'}}")
                .statusCode(403)
                .body("type", equalTo("/problems/forbidden"));
        create("{'id': 'adas', 'type': 'PLAYER_DATA', 'state': {}, 'source': {'playerId': 'ada'}}")
                .body("owner", equalTo("ada"));
        patch("adas", "{'set': {'a': 1}, 'source': {'playerId': 'bob'}}").statusCode(403);
        patch("adas", "{'set': {'a': 1}, 'source': {'playerId': 'ada'}}").statusCode(200);
        patch("adas", "{'set': {'a': 2}}").statusCode(200);
        given().delete("/v1/entities/adas?playerId=bob").then().statusCode(403);
    }

    @Test
    void entitiesAreListedBySpaceAndType() {
        for (String id : new String[] {"l1", "l2", "l3"}) {
            create("{'id': '" + id + "', 'space': 'list', 'type': '" + (id.equals("l2") ? "B" : "A")
                    + "', 'state': {}}");
        }
        given().delete("/v1/entities/l3?space=list");
        given().get("/v1/entities?space=list").then().body("entities.id", contains("l1", "l2"));
        given().get("/v1/entities?space=list&type=A").then().body("entities.id", contains("l1"));
        Response page = given().get("/v1/entities?space=list&limit=1");
        page.then().body("entities.id", contains("l1"));
        given().queryParam("cursor", page.<String>path("nextCursor"))
                .get("/v1/entities?space=list")
                .then()
                .body("entities.id", containsInAnyOrder("l2"));
        given().get("/v1/entities?space=nobody").then().body("entities", hasSize(0));
    }

    private void rest() {
        local.pump().drain(Duration.ofSeconds(20));
    }

    private static ValidatableResponse create(String body) {
        return json(body).post("/v1/entities").then();
    }

    private static ValidatableResponse patch(String id, String body) {
        return json(body).patch("/v1/entities/" + id).then();
    }

    private static RequestSpecification json(String body) {
        RequestSpecification request = given().contentType("application/json");
        return body.isEmpty() ? request : request.body(body.replace('\'', '"'));
    }
}
