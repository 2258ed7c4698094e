package dev.statecraft.replication.entity;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.replication.guard.Guard;
import dev.statecraft.replication.state.Strategy;
import dev.statecraft.replication.type.EntityType;
import dev.statecraft.replication.type.EntityTypeService;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class SessionResourceTest {

    @Inject
    EntityTypeService types;

    /** Stored once: a changed type waits until every instance uses it. */
    @BeforeEach
    void profileType() {
        if (types.read("default", "PROFILE").isEmpty()) {
            types.put(
                    "default",
                    new EntityType(
                            "PROFILE",
                            Strategy.SERVER_WINS,
                            Strategy.SERVER_WINS,
                            new TreeMap<>(),
                            true,
                            true,
                            null,
                            Guard.NONE,
                            null));
        }
    }

    @Test
    void typeSaysWhetherASessionIsRequired() {
        json("{'strategy': 'SERVER_WINS', 'sessionRequired': true}")
                .put("/v1/entity-types/SAVED")
                .then()
                .statusCode(200)
                .body("sessionRequired", equalTo(true));
        given().get("/v1/entity-types/SAVED").then().body("sessionRequired", equalTo(true));
        given().get("/v1/entity-types/PLAYER_DATA").then().body("sessionRequired", equalTo(false));
        json("{'strategy': 'SERVER_WINS', 'sessionRequired': true}")
                .put("/v1/entity-types/LEADERBOARD_STATE")
                .then()
                .statusCode(400)
                .body("field", equalTo("sessionRequired"));
    }

    @Test
    void sessionIsGrantedUsedHandedOverAndEnded() {
        start("hand", "{'holder': 'one', 'type': 'PROFILE', 'state': {'coins': 1}}")
                .statusCode(201)
                .header("ETag", equalTo("\"1\""))
                .body("session", equalTo("hand:1"))
                .body("fence", equalTo(1))
                .body("holder", equalTo("one"))
                .body("ttlSeconds", equalTo(60))
                .body("version", equalTo(1))
                .body("state.coins", equalTo(1))
                .body("previousHolder", nullValue());
        start("hand", "{'holder': 'one'}").statusCode(200).body("fence", equalTo(1));
        start("hand", "{'holder': 'two'}")
                .statusCode(409)
                .body("type", equalTo("/problems/session-held"))
                .body("holder", equalTo("one"))
                .body("since", notNullValue())
                .body("expiresInSeconds", greaterThan(0))
                .body("expiresInSeconds", lessThanOrEqualTo(60));
        patch("hand", "{'set': {'coins': 2}}").statusCode(409).body("type", equalTo("/problems/session-required"));
        patch("hand", "{'set': {'coins': 2}, 'fence': 1}").statusCode(200).body("state.coins", equalTo(2));
        given().get("/v1/entities/hand/session")
                .then()
                .statusCode(200)
                .body("holder", equalTo("one"))
                .body("wantedBy", equalTo("two"))
                .body("waitingMessages", equalTo(0));
        start("hand", "{'holder': 'two', 'steal': true}")
                .statusCode(200)
                .body("fence", equalTo(2))
                .body("previousHolder", equalTo("one"))
                .body("state.coins", equalTo(2));
        patch("hand", "{'set': {'coins': 3}, 'fence': 1}")
                .statusCode(409)
                .body("type", equalTo("/problems/session-lost"))
                .body("holder", equalTo("two"));
        given().delete("/v1/entities/hand/session?fence=1")
                .then()
                .statusCode(409)
                .body("type", equalTo("/problems/session-lost"));
        patch("hand", "{'set': {'coins': 4}, 'fence': 2, 'endSession': true}")
                .statusCode(200)
                .body("state.coins", equalTo(4));
        given().delete("/v1/entities/hand/session?fence=2").then().statusCode(204);
        given().get("/v1/entities/hand/session")
                .then()
                .statusCode(404)
                .body("type", equalTo("/problems/session-not-found"));
        start("hand", "{'holder': 'three'}").statusCode(200).body("fence", equalTo(3));
        given().delete("/v1/entities/hand/session?fence=3").then().statusCode(204);
    }

    @Test
    void endWithoutAnUpdateIsAnUpdateOfTheSessionAlone() {
        start("alone", "{'holder': 'one', 'type': 'PROFILE', 'state': {'coins': 1}}")
                .statusCode(201);
        patch("alone", "{'fence': 1, 'endSession': true}").statusCode(200).body("state.coins", equalTo(1));
        patch("alone", "{'set': {'coins': 2}, 'fence': 1}")
                .statusCode(409)
                .body("type", equalTo("/problems/session-lost"));
    }

    @Test
    void endCarriesTheLastUpdate() {
        start("last", "{'holder': 'one', 'type': 'PROFILE', 'state': {'coins': 1}}")
                .statusCode(201);
        end("last", 1, "{'increment': {'coins': 5}, 'guard': {'/coins': {'max': 5}}}")
                .statusCode(422)
                .body("type", equalTo("/problems/guard-failed"));
        end("last", 1, "{'increment': {'coins': 5}, 'fence': 2}")
                .statusCode(400)
                .body("field", equalTo("fence"));
        end("last", 1, "{'increment': {'coins': 5}, 'endSession': false}")
                .statusCode(400)
                .body("field", equalTo("endSession"));
        end("last", 1, "{'increments': {'coins': 5}}").statusCode(400);
        given().get("/v1/entities/last/session").then().statusCode(200);
        for (int attempt = 0; attempt < 2; attempt++) {
            end("last", 1, "{'increment': {'coins': 5}, 'mutationId': 'the-last'}")
                    .statusCode(200)
                    .header("ETag", equalTo("\"2\""))
                    .body("state.coins", equalTo(6))
                    .body("replayed", attempt == 0 ? nullValue() : equalTo(true));
        }
        given().get("/v1/entities/last/session").then().statusCode(404);
        end("last", 1, "{'increment': {'coins': 5}}").statusCode(409).body("type", equalTo("/problems/session-lost"));
        start("last", "{'holder': 'two'}").statusCode(200).body("fence", equalTo(2));
        end("last", 2, "{}").statusCode(204);
        given().get("/v1/entities/last").then().body("state.coins", equalTo(6));
    }

    @Test
    void syncCarriesHeartbeatsMessagesAndUpdates() {
        start("synced", "{'holder': 'one', 'type': 'PROFILE', 'state': {'coins': 0}}")
                .statusCode(201);
        message("synced", "{'id': 'gift', 'body': {'coins': 5}}")
                .statusCode(202)
                .body("id", equalTo("gift"))
                .body("replayed", nullValue());
        message("synced", "{'id': 'gift', 'body': {'coins': 5}}")
                .statusCode(202)
                .body("replayed", equalTo(true));
        message("synced", "{'id': 'gift', 'body': {'coins': 6}}")
                .statusCode(422)
                .body("type", equalTo("/problems/id-reused"));
        sync("{'sessions': [{'entityId': 'synced', 'fence': 1}, {'entityId': 'synced', 'fence': 9}]}")
                .statusCode(200)
                .body("sessions", hasSize(2))
                .body("sessions[0].lost", nullValue())
                .body("sessions[0].messages.id", contains("gift"))
                .body("sessions[0].messages[0].body.coins", equalTo(5))
                .body("sessions[0].messages[0].at", notNullValue())
                .body("sessions[1].lost", equalTo(true));
        start("synced", "{'holder': 'two'}").statusCode(409);
        sync("{'sessions': [{'entityId': 'synced', 'fence': 1}], 'updates': [{'entityId': 'synced', 'fence': 1,"
                        + " 'increment': {'coins': 5}, 'acknowledge': ['gift']}]}")
                .statusCode(200)
                .body("results[0].status", equalTo(200))
                .body("results[0].state.coins", equalTo(5))
                .body("sessions[0].wantedBy", equalTo("two"))
                .body("sessions[0].messages", hasSize(0));
        sync("{'updates': [{'entityId': 'synced', 'fence': 1, 'increment': {'coins': 5}, 'acknowledge': ['gift']},"
                        + " {'entityId': 'synced', 'increment': {'coins': 5}}]}")
                .statusCode(200)
                .body("results[0].problem.type", equalTo("/problems/message-not-waiting"))
                .body("results[0].problem.messageId", equalTo("gift"))
                .body("results[1].problem.type", equalTo("/problems/session-required"));
        given().get("/v1/entities/synced").then().body("state.coins", equalTo(5));
    }

    @Test
    void sessionsOfASpaceAreListed() {
        for (int i = 0; i < 3; i++) {
            json("{'holder': 'srv', 'type': 'PROFILE', 'state': {}}")
                    .post("/v1/entities/l" + i + "/session?space=listed")
                    .then()
                    .statusCode(201);
        }
        given().delete("/v1/entities/l1/session?space=listed&fence=1").then().statusCode(204);
        String cursor = given().get("/v1/sessions?space=listed&limit=1")
                .then()
                .statusCode(200)
                .body("sessions.entityId", contains("l0"))
                .body("sessions.holder", contains("srv"))
                .extract()
                .path("nextCursor");
        given().queryParam("cursor", cursor)
                .get("/v1/sessions?space=listed")
                .then()
                .body("sessions.entityId", contains("l2"))
                .body("nextCursor", nullValue());
    }

    @Test
    void deletionAndRevertNameTheFence() {
        start("gone-profile", "{'holder': 'one', 'type': 'PROFILE', 'state': {'coins': 1}}")
                .statusCode(201);
        patch("gone-profile", "{'set': {'coins': 2}, 'fence': 1}").statusCode(200);
        json("{'version': 1}")
                .post("/v1/entities/gone-profile/revert")
                .then()
                .statusCode(409)
                .body("type", equalTo("/problems/session-required"));
        json("{'version': 1, 'fence': 1}")
                .post("/v1/entities/gone-profile/revert")
                .then()
                .statusCode(200);
        given().delete("/v1/entities/gone-profile")
                .then()
                .statusCode(409)
                .body("type", equalTo("/problems/session-required"));
        given().delete("/v1/entities/gone-profile?fence=2")
                .then()
                .statusCode(409)
                .body("type", equalTo("/problems/session-lost"));
        given().delete("/v1/entities/gone-profile?fence=1").then().statusCode(200);
        start("gone-profile", "{'holder': 'one'}").statusCode(404).body("type", equalTo("/problems/entity-not-found"));
        json("{'id': 'gone-profile', 'type': 'PROFILE', 'state': {}}")
                .post("/v1/entities")
                .then()
                .statusCode(409)
                .body("type", equalTo("/problems/session-required"));
    }

    /** No migration has changed the type, so each schema version shows the same state. */
    @Test
    void writesNameASchemaVersion() {
        start("spoken", "{'holder': 'one', 'type': 'PROFILE', 'state': {'coins': 1}, 'schemaVersion': '1.2.0'}")
                .statusCode(201)
                .body("state.coins", equalTo(1));
        patch("spoken", "{'increment': {'coins': 1}, 'fence': 1, 'schemaVersion': '1.2.0'}")
                .statusCode(200)
                .body("state.coins", equalTo(2));
        sync("{'schemaVersion': '1.2.0', 'cursors': {'global': ''}, 'updates': [{'entityId': 'spoken', 'fence': 1,"
                        + " 'increment': {'coins': 1}}]}")
                .statusCode(200)
                .body("results[0].state.coins", equalTo(3));
        json("{'mutationId': 'spoken-1', 'schemaVersion': '1.2.0', 'updates': [{'entityId': 'spoken', 'fence': 1,"
                        + " 'increment': {'coins': 1}}]}")
                .post("/v1/transactions")
                .then()
                .statusCode(200)
                .body("results[0].state.coins", equalTo(4));
        for (String path : List.of("/v1/sync", "/v1/transactions")) {
            String id = path.equals("/v1/sync") ? "" : "'mutationId': 'spoken-2', ";
            json("{" + id + "'schemaVersion': 'one', 'updates': [{'entityId': 'spoken'}]}")
                    .post(path)
                    .then()
                    .statusCode(400)
                    .body("field", equalTo("schemaVersion"));
        }
        patch("spoken", "{'set': {'a': 1}, 'schemaVersion': 'one'}")
                .statusCode(400)
                .body("field", equalTo("schemaVersion"));
        start("spoken", "{'holder': 'one', 'schemaVersion': 'one'}")
                .statusCode(400)
                .body("field", equalTo("schemaVersion"));
    }

    @Test
    void playersHoldNoSessionsAndSendNoMessages() {
        String token = json("{'spaces': ['global']}")
                .post("/v1/players/ada/tokens")
                .then()
                .statusCode(200)
                .extract()
                .path("token");
        json("{'holder': 'ada'}")
                .header("Authorization", "Bearer " + token)
                .post("/v1/entities/own/session")
                .then()
                .statusCode(403);
        json("{'id': 'm', 'body': 1}")
                .header("Authorization", "Bearer " + token)
                .post("/v1/entities/own/messages")
                .then()
                .statusCode(403);
        json("{'sessions': [{'entityId': 'own', 'fence': 1}]}")
                .header("Authorization", "Bearer " + token)
                .post("/v1/sync")
                .then()
                .statusCode(403);
    }

    private static ValidatableResponse start(String entity, String body) {
        return json(body).post("/v1/entities/" + entity + "/session").then();
    }

    private static ValidatableResponse patch(String entity, String body) {
        return json(body).patch("/v1/entities/" + entity).then();
    }

    private static ValidatableResponse end(String entity, int fence, String body) {
        return json(body)
                .delete("/v1/entities/" + entity + "/session?fence=" + fence)
                .then();
    }

    private static ValidatableResponse message(String entity, String body) {
        return json(body).post("/v1/entities/" + entity + "/messages").then();
    }

    private static ValidatableResponse sync(String body) {
        return json(body).post("/v1/sync").then();
    }

    private static RequestSpecification json(String body) {
        return given().contentType("application/json").body(body.replace('\'', '"'));
    }
}
