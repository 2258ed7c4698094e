package dev.statecraft.access.token;

import static dev.statecraft.access.Keyring.DEVELOPER;
import static dev.statecraft.access.Keyring.idOf;
import static dev.statecraft.access.Keyring.key;
import static dev.statecraft.access.Keyring.playerToken;
import static dev.statecraft.access.Keyring.token;
import static dev.statecraft.access.Keyring.with;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;

import dev.statecraft.access.ClosedDoor;
import dev.statecraft.access.Keyring;
import dev.statecraft.access.Scope;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalRuntime;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens of API keys, and the access of player tokens. */
@QuarkusTest
@Tag("application-profile")
@TestProfile(ClosedDoor.class)
@WithTestResource(DynamoDbLocalResource.class)
class TokenResourceTest {

    @Inject
    LocalRuntime local;

    @Test
    void token_hasTheScopesOfItsKey() {
        String key = key("one", Scope.SYSTEM_READ);
        String token = with(key)
                .post("/v1/tokens")
                .then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .body("expiresAt", notNullValue())
                .extract()
                .path("token");
        with(token).get("/v1/who-am-i").then().statusCode(200).body("game", equalTo("one"));
        with(token).get("/v1/leaderboards").then().statusCode(403);
        with(token).post("/v1/tokens").then().statusCode(403);
    }

    @Test
    void developmentAndBootstrapKeys_canCreateTokens() {
        with(token(DEVELOPER)).get("/v1/leaderboards").then().statusCode(200);
        with(token(ClosedDoor.BOOTSTRAP)).get("/v1/keys").then().statusCode(200);
    }

    @Test
    void tokenOfARevokedKey_isRejected() {
        String key = key("ending", Scope.SYSTEM_READ, Scope.STATE_READ);
        String token = token(key);
        String players = playerToken(key, "ada", "{}");
        with(players).get("/v1/players/ada/entities").then().statusCode(200);
        with(DEVELOPER).delete("/v1/keys/" + idOf(key) + "?game=ending").then().statusCode(204);
        with(token).get("/v1/who-am-i").then().statusCode(401);
        with(players).get("/v1/players/ada/entities").then().statusCode(401);
    }

    @Test
    void playerToken_readsTheNamedSpacesAndBoards() {
        String server = key("park", Scope.STATE_READ, Scope.STATE_WRITE, Scope.BOARD_READ, Scope.BOARD_ADMIN);
        for (String board : new String[] {"open", "hidden"}) {
            with(server, "{'id': '" + board + "', 'rankingType': 'SCORE'}")
                    .post("/v1/leaderboards")
                    .then()
                    .statusCode(201);
        }
        with(server, "{'id': 'bench', 'space': 'lawn', 'type': 'UI_STATE', 'state': {'free': true}}")
                .post("/v1/entities")
                .then()
                .statusCode(201);
        with(server, "{'id': 'tree', 'space': 'wood', 'type': 'UI_STATE', 'state': {}}")
                .post("/v1/entities")
                .then()
                .statusCode(201);
        with(server).post("/v1/entities/tree/players/ada?space=wood").then().statusCode(200);
        String ada = playerToken(server, "ada", "{'spaces': ['lawn'], 'boards': ['open']}");

        with(ada).get("/v1/leaderboards/open").then().statusCode(200);
        with(ada).get("/v1/leaderboards/open/players/bob").then().statusCode(200);
        with(ada).get("/v1/leaderboards/hidden").then().statusCode(403);
        with(ada).get("/v1/leaderboards").then().statusCode(403);
        with(ada).get("/v1/entities/bench?space=lawn").then().statusCode(200);
        with(ada).get("/v1/entities/tree?space=wood").then().statusCode(403);
        with(ada).get("/v1/entities?space=wood").then().statusCode(403);
        with(ada).get("/v1/entities").then().statusCode(403);
        with(ada).get("/v1/players/ada/entities").then().statusCode(200).body("entities", hasSize(1));
        with(ada).get("/v1/players/bob/entities").then().statusCode(403);
        with(ada).post("/v1/players/ada/synchronize").then().statusCode(403);
        with(ada, "{}").post("/v1/players/ada/tokens").then().statusCode(403);

        with(ada, "{'cursors': {'lawn': ''}, 'playerId': 'ada'}")
                .post("/v1/sync")
                .then()
                .statusCode(200)
                .body("spaces.lawn.snapshot.entities", hasSize(1))
                .body("player.snapshot.entities", hasSize(1));
        with(ada, "{'cursors': {'wood': ''}}").post("/v1/sync").then().statusCode(403);
        with(ada, "{'playerId': 'bob'}").post("/v1/sync").then().statusCode(403);
        with(ada, "{'updates': [{'entityId': 'bench', 'space': 'lawn', 'set': {'free': false}}]}")
                .post("/v1/sync")
                .then()
                .statusCode(403);
        with(ada, "{'set': {'free': false}}")
                .patch("/v1/entities/bench?space=lawn")
                .then()
                .statusCode(403);
    }

    @Test
    void writingPlayerToken_writesOwnEntitiesOfPermittedTypes() {
        String server = key("craft", Scope.STATE_READ, Scope.STATE_WRITE);
        create(server, "hers", "PLAYER_DATA", "'ada'", 201);
        create(server, "his", "PLAYER_DATA", "'bob'", 201);
        create(server, "nobodys", "PLAYER_DATA", "null", 201);
        create(server, "rules", "GAME_STATE", "'ada'", 201);
        String ada = playerToken(server, "ada", "{'spaces': ['lot'], 'write': true}");
        patch(ada, "hers", "{'increment': {'coins': 1}}", 200);
        // The writer is the player of the token, regardless of the body.
        patch(ada, "hers", "{'increment': {'coins': 1}, 'source': {'playerId': 'bob'}}", 200);
        patch(ada, "his", "{'increment': {'coins': 1}, 'source': {'playerId': 'bob'}}", 403);
        patch(ada, "his", "{'increment': {'coins': 1}, 'source': {'serverId': 'me'}}", 403);
        patch(ada, "nobodys", "{'increment': {'coins': 1}}", 403);
        patch(ada, "rules", "{'set': {'coins': 1}}", 403);
        with(ada, "{'set': {'coins': 1}}").patch("/v1/entities/hers").then().statusCode(403);
        create(ada, "new", "PLAYER_DATA", "'bob'", 403);
        create(ada, "new", "PLAYER_DATA", "null", 201);
        with(server)
                .get("/v1/entities/new?space=lot")
                .then()
                .body("owner", equalTo("ada"))
                .body("updatedBy", equalTo("ada"));
        with(ada).delete("/v1/entities/his?space=lot&playerId=bob").then().statusCode(403);
        with(ada).delete("/v1/entities/new?space=lot&playerId=bob").then().statusCode(200);
        with(
                        ada,
                        "{'clientId': 'root', 'updates': ["
                                + "{'entityId': 'hers', 'space': 'lot', 'set': {'x': 1}},"
                                + "{'entityId': 'his', 'space': 'lot', 'set': {'x': 1}},"
                                + "{'entityId': 'his', 'space': 'lot', 'set': {'x': 1}, 'source': {'playerId': 'bob'}},"
                                + "{'entityId': 'hers', 'set': {'x': 1}}]}")
                .post("/v1/sync")
                .then()
                .statusCode(200)
                .body("results.status", equalTo(List.of(200, 403, 403, 403)));
        with(server).get("/v1/entities/his?space=lot").then().body("version", equalTo(1));
    }

    @Test
    void sourceEntities_areWrittenByServersOnly() {
        String server = key("scored", Scope.STATE_READ, Scope.STATE_WRITE, Scope.BOARD_READ, Scope.BOARD_ADMIN);
        String ada = playerToken(server, "ada", "{'spaces': ['lot'], 'boards': ['rich'], 'write': true}");
        create(ada, "purse", "PURSE", "null", 201);
        with(server, "{'id': 'rich', 'rankingType': 'SCORE', 'source': {'entityType': 'PURSE', 'path': 'coins'}}")
                .post("/v1/leaderboards")
                .then()
                .statusCode(201);
        local.pump().drain(Duration.ofSeconds(30));
        patch(ada, "purse", "{'set': {'coins': 1000000}}", 403);
        create(ada, "another", "PURSE", "null", 403);
        create(ada, "wardrobe", "WARDROBE", "null", 201);
        patch(server, "purse", "{'set': {'coins': 7}, 'source': {'playerId': 'ada'}}", 200);
        local.pump().drain(Duration.ofSeconds(30));
        with(ada)
                .get("/v1/leaderboards/rich/players/ada")
                .then()
                .statusCode(200)
                .body("value", equalTo(7));
    }

    private static void create(String credential, String id, String type, String owner, int status) {
        with(
                        credential,
                        "{'id': '" + id + "', 'space': 'lot', 'type': '" + type + "', 'owner': " + owner
                                + ", 'state': {'coins': 0}}")
                .post("/v1/entities")
                .then()
                .statusCode(status);
    }

    private static void patch(String credential, String id, String body, int status) {
        with(credential, body).patch("/v1/entities/" + id + "?space=lot").then().statusCode(status);
    }

    @Test
    void playerToken_hasAtMostTheScopesOfTheServer() {
        String reader = key("less", Scope.STATE_READ);
        with(reader, "{'boards': ['b']}").post("/v1/players/ada/tokens").then().statusCode(403);
        with(reader, "{'write': true}").post("/v1/players/ada/tokens").then().statusCode(403);
        with(reader, "{'spaces': ['s']}").post("/v1/players/ada/tokens").then().statusCode(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{'spaces': ['a#b']}; spaces[0]",
                "{'boards': ['a', null]}; boards[1]",
                "{'spaces': 'a'}; spaces",
                "{'write': 'yes'}; write",
                "{'scopes': ['board:write']}; scopes",
            })
    void malformedTokenRequest_returns400(String body, String field) {
        with(DEVELOPER, body)
                .post("/v1/players/ada/tokens")
                .then()
                .statusCode(400)
                .body("field", equalTo(field));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a%23b", "%00", "a%20b"})
    void invalidPlayerId_returns400(String player) {
        Keyring.with(DEVELOPER, "{}")
                .urlEncodingEnabled(false)
                .post("/v1/players/" + player + "/tokens")
                .then()
                .statusCode(400);
    }
}
