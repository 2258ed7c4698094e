package dev.statecraft.access.key;

import static dev.statecraft.access.Keyring.DEVELOPER;
import static dev.statecraft.access.Keyring.idOf;
import static dev.statecraft.access.Keyring.key;
import static dev.statecraft.access.Keyring.with;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.access.ClosedDoor;
import dev.statecraft.access.Scope;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.table.TableNames;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** API keys: creation, use, listing, expiry and revocation. */
@QuarkusTest
@Tag("application-profile")
@TestProfile(ClosedDoor.class)
@WithTestResource(DynamoDbLocalResource.class)
class KeyResourceTest {

    @Inject
    DynamoDbClient dynamo;

    @Inject
    TableNames tables;

    @Inject
    GameService games;

    @Test
    void createdKey_isReturnedOnceAndStoredAsHash() {
        String key = with(DEVELOPER, "{'name': 'shown', 'scopes': ['board:read', 'board:read'], 'game': 'shown'}")
                .post("/v1/keys")
                .then()
                .statusCode(201)
                .header("Location", containsString("/v1/keys/"))
                .header("Cache-Control", "no-store")
                .body("key", matchesPattern("sk_[0-9a-z]{12}_[0-9A-Za-z_-]{43}"))
                .body("scopes", equalTo(List.of("board:read")))
                .body("createdBy", equalTo("development"))
                .extract()
                .path("key");
        with(DEVELOPER)
                .get("/v1/keys?game=shown")
                .then()
                .statusCode(200)
                .body("keys", hasSize(1))
                .body("keys[0].id", equalTo(idOf(key)))
                .body("keys[0].key", nullValue());
        String secret = key.substring(key.lastIndexOf(idOf(key)) + 13);
        String stored = dynamo.scan(scan -> scan.tableName(tables.access())).toString();
        assertFalse(stored.contains(secret), "the secret is nowhere");
    }

    @Test
    void repeatedCreateRequest_returnsTheSameKey() {
        String body = "{'name': 'lost', 'scopes': ['board:read'], 'game': 'lost'}";
        String key = idempotent(DEVELOPER, body)
                .post("/v1/keys")
                .then()
                .statusCode(201)
                .body("replayed", nullValue())
                .extract()
                .path("key");
        idempotent(DEVELOPER, "{'game': 'lost', 'scopes': ['board:read'], 'name': 'lost'}")
                .post("/v1/keys")
                .then()
                .statusCode(201)
                .header("Location", containsString("/v1/keys/" + idOf(key)))
                .header("Cache-Control", "no-store")
                .header("Idempotent-Replayed", "true")
                .body("key", equalTo(key))
                .body("replayed", equalTo(true));
        idempotent(DEVELOPER, "{'name': 'another', 'scopes': ['board:read'], 'game': 'lost'}")
                .post("/v1/keys")
                .then()
                .statusCode(422)
                .body("type", equalTo("/problems/id-reused"))
                .body("field", equalTo("Idempotency-Key"));
        with(key).get("/v1/who-am-i").then().statusCode(anyOf(equalTo(200), equalTo(403)));
        with(DEVELOPER).get("/v1/keys?game=lost").then().body("keys", hasSize(1));
        String another = idempotent(key("lost", Scope.SYSTEM_ADMIN), body)
                .post("/v1/keys")
                .then()
                .statusCode(201)
                .body("replayed", nullValue())
                .extract()
                .path("key");
        assertNotEquals(key, another, "the key of another credential");
        String secret = key.substring(key.lastIndexOf(idOf(key)) + 13);
        for (String table : List.of(tables.access(), tables.limits(), tables.integration())) {
            assertFalse(dynamo.scan(scan -> scan.tableName(table)).toString().contains(secret), table);
        }
        with(DEVELOPER).delete("/v1/keys/" + idOf(key) + "?game=lost").then().statusCode(204);
        idempotent(DEVELOPER, body)
                .post("/v1/keys")
                .then()
                .statusCode(201)
                .body("id", equalTo(idOf(key)))
                .body("key", nullValue());
        with(DEVELOPER)
                .get("/v1/audit?limit=1000")
                .then()
                .body(
                        "records.findAll { it.target == '/v1/keys/" + idOf(key) + "' }.action",
                        equalTo(List.of("revokeKey", "createKey")));
    }

    @Test
    void concurrentIdenticalCreateRequests_createOneKey() {
        List<String> keys = IntStream.range(0, 6)
                .parallel()
                .mapToObj(i -> with(DEVELOPER, "{'name': 'at-once', 'scopes': ['board:read'], 'game': 'at-once'}")
                        .header("Idempotency-Key", "at-once")
                        .post("/v1/keys")
                        .then()
                        .statusCode(201)
                        .extract()
                        .<String>path("key"))
                .toList();
        assertEquals(1, keys.stream().distinct().count());
        with(DEVELOPER).get("/v1/keys?game=at-once").then().body("keys", hasSize(1));
    }

    private static RequestSpecification idempotent(String credential, String body) {
        return with(credential, body).header("Idempotency-Key", "key-1");
    }

    @Test
    void key_authenticatesItsGameAndName() {
        with(key("one", Scope.SYSTEM_READ))
                .get("/v1/who-am-i")
                .then()
                .statusCode(200)
                .body("game", equalTo("one"));
        assertTrue(
                games.all().containsAll(Arrays.asList("default", "one")),
                games.all().toString());
    }

    @Test
    void twoKeysOfAName_canBeActiveForRotation() {
        String first = create("rotated", 201);
        String second = create("rotated", 201);
        create("rotated", 409);
        with(first).get("/v1/who-am-i").then().statusCode(200);
        with(second).get("/v1/who-am-i").then().statusCode(200);
        with(DEVELOPER)
                .delete("/v1/keys/" + idOf(first) + "?game=rotation")
                .then()
                .statusCode(204);
        with(first).get("/v1/who-am-i").then().statusCode(401);
        with(second).get("/v1/who-am-i").then().statusCode(200);
        String third = create("rotated", 201);
        with(DEVELOPER)
                .get("/v1/keys?game=rotation")
                .then()
                .body("keys.id", hasItem(idOf(third)))
                .body("keys.id", not(hasItem(idOf(first))));
    }

    private static String create(String name, int status) {
        return with(DEVELOPER, "{'name': '" + name + "', 'scopes': ['system:read'], 'game': 'rotation'}")
                .post("/v1/keys")
                .then()
                .statusCode(status)
                .extract()
                .path("key");
    }

    @Test
    void expiredKey_isRejectedAndFreesItsSlot() {
        Instant soon = Instant.now().plusMillis(700);
        String body = "{'name': 'short', 'scopes': ['system:read'], 'game': 'short', 'expiresAt': '" + soon + "'}";
        String key = with(DEVELOPER, body)
                .post("/v1/keys")
                .then()
                .statusCode(201)
                .extract()
                .path("key");
        with(DEVELOPER, body).post("/v1/keys").then().statusCode(201);
        with(key).get("/v1/who-am-i").then().statusCode(200);
        while (Instant.now().isBefore(soon.plusMillis(5))) {
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        with(key).get("/v1/who-am-i").then().statusCode(401);
        with(DEVELOPER, body).post("/v1/keys").then().statusCode(400).body("field", equalTo("expiresAt"));
        with(DEVELOPER, "{'name': 'short', 'scopes': ['system:read'], 'game': 'short'}")
                .post("/v1/keys")
                .then()
                .statusCode(201);
    }

    @Test
    void bootstrapKey_onlyManagesKeys() {
        String key = with(ClosedDoor.BOOTSTRAP, "{'name': 'first', 'scopes': ['board:read']}")
                .post("/v1/keys")
                .then()
                .statusCode(201)
                .body("game", equalTo("default"))
                .extract()
                .path("key");
        with(key).get("/v1/leaderboards").then().statusCode(200);
        with(ClosedDoor.BOOTSTRAP).get("/v1/leaderboards").then().statusCode(403);
        with(ClosedDoor.BOOTSTRAP + "0").get("/v1/keys").then().statusCode(401);
    }

    @Test
    void namedGame_requiresSystemAdmin() {
        String reader = key("alpha", Scope.SYSTEM_READ);
        with(reader).get("/v1/keys").then().statusCode(200);
        with(reader).get("/v1/keys?game=beta").then().statusCode(403);
        with(reader, "{'name': 'x', 'scopes': ['board:read']}")
                .post("/v1/keys")
                .then()
                .statusCode(403);
        String admin = key("alpha", Scope.SYSTEM_ADMIN);
        with(admin, "{'name': 'y', 'scopes': ['board:read']}")
                .post("/v1/keys")
                .then()
                .statusCode(201)
                .body("game", equalTo("alpha"));
        String foreign = key("beta", Scope.SYSTEM_READ);
        with(admin).delete("/v1/keys/" + idOf(foreign)).then().statusCode(404);
        with(foreign).get("/v1/who-am-i").then().statusCode(200);
        with(admin).delete("/v1/keys/" + idOf(foreign) + "?game=beta").then().statusCode(204);
        with(foreign).get("/v1/who-am-i").then().statusCode(401);
        with(admin).delete("/v1/keys/" + idOf(foreign) + "?game=beta").then().statusCode(404);
    }

    @Test
    void keyList_continuesAtTheCursor() {
        for (int i = 0; i < 3; i++) {
            key("listed", Scope.BOARD_READ);
        }
        String cursor = with(DEVELOPER)
                .get("/v1/keys?game=listed&limit=2")
                .then()
                .body("keys", hasSize(2))
                .extract()
                .path("nextCursor");
        with(DEVELOPER)
                .get("/v1/keys?game=listed&limit=2&cursor=" + cursor)
                .then()
                .body("keys", hasSize(1))
                .body("nextCursor", nullValue());
        with(DEVELOPER).get("/v1/keys?cursor=" + cursor).then().statusCode(400);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{}; name",
                "{'name': null, 'scopes': ['board:read']}; name",
                "{'name': '', 'scopes': ['board:read']}; name",
                "{'name': 'a\\u0000b', 'scopes': ['board:read']}; name",
                "{'name': 1, 'scopes': ['board:read']}; name",
                "{'name': 'a'}; scopes",
                "{'name': 'a', 'scopes': []}; scopes",
                "{'name': 'a', 'scopes': ['board:fly']}; scopes[0]",
                "{'name': 'a', 'scopes': ['board:read', null]}; scopes[1]",
                "{'name': 'a', 'scopes': 'board:read'}; scopes",
                "{'name': 'a', 'scopes': ['board:read'], 'game': 'a#b'}; game",
                "{'name': 'a', 'scopes': ['board:read'], 'game': '~'}; game",
                "{'name': 'a', 'scopes': ['board:read'], 'expiresAt': 'soon'}; expiresAt",
                "{'name': 'a', 'scopes': ['board:read'], 'expiresAt': '2020-01-01T00:00:00Z'}; expiresAt",
                "{'name': 'a', 'scopes': ['board:read'], 'secret': 'mine'}; secret",
            })
    void malformedKeyRequest_returns400(String body, String field) {
        with(DEVELOPER, body).post("/v1/keys").then().statusCode(400).body("field", equalTo(field));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nobody", "dev", "bootstrap", "anonymous"})
    void unknownKey_cannotBeRevoked(String id) {
        with(DEVELOPER).delete("/v1/keys/" + id).then().statusCode(404);
    }

    @Test
    void wrongSecret_returns401() {
        String key = key("one", Scope.SYSTEM_READ);
        char last = key.charAt(key.length() - 1);
        String other = key.substring(0, key.length() - 1) + (last == 'A' ? 'B' : 'A');
        with(other).get("/v1/who-am-i").then().statusCode(401);
        assertEquals(key.length(), other.length());
    }
}
