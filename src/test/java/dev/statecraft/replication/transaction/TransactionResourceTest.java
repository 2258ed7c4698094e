package dev.statecraft.replication.transaction;

import static dev.statecraft.access.Keyring.playerToken;
import static dev.statecraft.access.Keyring.with;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import dev.statecraft.access.Keyring;
import dev.statecraft.access.Scope;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalRuntime;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Collections;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class TransactionResourceTest {

    @Inject
    LocalRuntime local;

    private static String pay(String space, String id, int coins) {
        return "{'entityId': '" + id + "', 'space': '" + space + "', 'increment': {'coins': " + coins + "}}";
    }

    private static String transaction(String id, String... updates) {
        return "{'mutationId': '" + id + "', 'updates': [" + String.join(", ", updates) + "]}";
    }

    private static RequestSpecification json(String body) {
        return given().contentType("application/json").body(body.replace('\'', '"'));
    }

    private static Response post(String body) {
        return json(body).post("/v1/transactions");
    }

    private static ValidatableResponse refused(int status, int index, String body) {
        return post(body).then().statusCode(status).body("index", equalTo(index));
    }

    private static void create(String space, String id, String type) {
        json("{'id': '" + id + "', 'space': '" + space + "', 'type': '" + type + "', 'state': {'coins': 100}}")
                .post("/v1/entities")
                .then()
                .statusCode(201);
    }

    private static void purses(String space) {
        create(space + "-a", "ada", "UI_STATE");
        create(space + "-b", "bob", "UI_STATE");
    }

    private static void assertCoins(String space, String id, int coins) {
        given().get("/v1/entities/" + id + "?space=" + space).then().body("state.coins", equalTo(coins));
    }

    @Test
    void tradeOfTwoSpaces_isInTheFeedOfEachAndInTheEvents() {
        purses("t1");
        Response before = json("{'cursors': {'t1-a': '', 't1-b': ''}}").post("/v1/sync");
        String trade = transaction("t1-trade", pay("t1-a", "ada", -30), pay("t1-b", "bob", 30));
        post(trade)
                .then()
                .statusCode(200)
                .body("transactionId", equalTo("t1-trade"))
                .body("replayed", nullValue())
                .body("results.entityId", contains("ada", "bob"))
                .body("results.space", contains("t1-a", "t1-b"))
                .body("results.version", contains(2, 2))
                .body("results.state.coins", contains(70, 130));
        post(trade)
                .then()
                .statusCode(200)
                .body("replayed", equalTo(true))
                .body("results.version", contains(2, 2))
                .body("results.state.coins", contains(70, 130));
        json("{'cursors': {'t1-a': '" + before.path("spaces.t1-a.cursor") + "', 't1-b': '"
                        + before.path("spaces.t1-b.cursor") + "'}}")
                .post("/v1/sync")
                .then()
                .body("spaces.t1-a.commits.transactionId", contains("t1-trade"))
                .body("spaces.t1-b.commits.transactionId", contains("t1-trade"))
                .body("spaces.t1-a.commits[0].changes", hasSize(1));
        local.pump().drain(Duration.ofSeconds(30));
        given().get("/v1/events?type=ENTITY_UPDATED&order=NEWEST")
                .then()
                .body(
                        "events.findAll { it.data.transactionId == 't1-trade' }.data.space",
                        containsInAnyOrder("t1-a", "t1-b"));
    }

    @Test
    void refusals_haveTheProblemOfTheUpdateAndItsIndex() {
        purses("t2");
        create("t2-a", "rules", "GAME_STATE");
        json("{'set': {'x': 1}}").patch("/v1/entities/ada?space=t2-a").then().statusCode(200);
        String good = pay("t2-b", "bob", 1);
        String lost = "{'entityId': 'ada', 'space': 't2-a', 'set': {'x': 2}, 'baseVersion': 1,"
                + " 'strategy': '%s', 'was': {'x': 0}}";
        refused(404, 1, transaction("t2", good, pay("t2-a", "nobody", 1)))
                .body("type", equalTo("/problems/entity-not-found"));
        refused(409, 1, transaction("t2", good, lost.formatted("SERVER_WINS")))
                .body("type", equalTo("/problems/version-conflict"))
                .body("current.version", equalTo(2))
                .body("conflicts", hasSize(1));
        refused(409, 0, transaction("t2", lost.formatted("MANUAL"), good))
                .body("type", equalTo("/problems/version-conflict"));
        refused(400, 1, transaction("t2", good, pay("t2-a", "ada", 1).replace("}}", "}, 'baseVersion': 9}")))
                .body("field", equalTo("updates[1].baseVersion"));
        refused(400, 1, transaction("t2", good, "{'entityId': 'ada', 'space': 't2-a', 'append': {'x': [1]}}"))
                .body("field", equalTo("updates[1].x"));
        refused(
                        422,
                        1,
                        transaction(
                                "t2",
                                good,
                                pay("t2-a", "ada", -101).replace("}}", "}, 'guard': {'/coins': {'min': 0}}}")))
                .body("type", equalTo("/problems/guard-failed"))
                .body("path", equalTo("/coins"))
                .body("rule", equalTo("min"));
        String large = "x".repeat(360_000);
        refused(413, 1, transaction("t2", good, "{'entityId': 'ada', 'space': 't2-a', 'set': {'x': '" + large + "'}}"))
                .body("type", equalTo("/problems/state-too-large"));
        refused(
                        403,
                        1,
                        transaction(
                                "t2", good, pay("t2-a", "rules", 1).replace("}}", "}, 'source': {'playerId': 'ada'}}")))
                .body("type", equalTo("/problems/forbidden"));
        assertCoins("t2-b", "bob", 100);
        post(transaction("t2", good)).then().statusCode(200).body("replayed", nullValue());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "mutationId | {'updates': [U]}",
                "mutationId | {'mutationId': 'a b', 'updates': [U]}",
                "updates | {'mutationId': 'm'}",
                "updates | {'mutationId': 'm', 'updates': []}",
                "updates | {'mutationId': 'm', 'updates': 7}",
                "updates[0] | {'mutationId': 'm', 'updates': [null]}",
                "updates[1] | {'mutationId': 'm', 'updates': [U, 7]}",
                "updates[1].mutationId | {'mutationId': 'm', 'updates': [U, {'entityId': 'e', 'mutationId': 'n'}]}",
                "updates[1].entityId | {'mutationId': 'm', 'updates': [U, {'set': {'a': 1}}]}",
                "updates[1].set | {'mutationId': 'm', 'updates': [U, {'entityId': 'e'}]}",
                "updates[1].space | {'mutationId': 'm', 'updates': [U, {'entityId': 'e', 'space': 's p'}]}",
                "updates[0].increment.n | {'mutationId': 'm', 'updates': [{'entityId': 'e', 'increment': {'n': 'x'}}]}",
                "updates[0].more | {'mutationId': 'm', 'updates': [{'entityId': 'e', 'more': 1}]}",
                "more | {'mutationId': 'm', 'updates': [U], 'more': 1}"
            })
    void malformedTransaction_namesTheField(String field, String body) {
        post(body.replace("U", "{'entityId': 'e', 'set': {'a': 1}}"))
                .then()
                .statusCode(400)
                .body("field", equalTo(field));
    }

    @Test
    void moreUpdatesThanTheLimit_areRefused() {
        create("t3", "e", "UI_STATE");
        String[] updates = Collections.nCopies(21, pay("t3", "e", 1)).toArray(String[]::new);
        post(transaction("m", updates)).then().statusCode(400).body("field", equalTo("updates"));
        String[] most = Collections.nCopies(20, pay("t3", "e", 1)).toArray(String[]::new);
        post(transaction("m", most))
                .then()
                .statusCode(200)
                .body("results[0].version", equalTo(2))
                .body("results[19].version", equalTo(21))
                .body("results[19].state.coins", equalTo(120));
        post(transaction("m", most))
                .then()
                .body("replayed", equalTo(true))
                .body("results[0].state.coins", equalTo(101))
                .body("results[19].state.coins", equalTo(120));
        given().get("/v1/entities/e/history?space=t3").then().body("versions", hasSize(21));
    }

    @Test
    void idWithAnotherBody_isRefused() {
        purses("t4");
        post(transaction("t4", pay("t4-a", "ada", -1), pay("t4-b", "bob", 1)))
                .then()
                .statusCode(200);
        post(transaction("t4", pay("t4-a", "ada", -1), pay("t4-b", "bob", 2)))
                .then()
                .statusCode(422)
                .body("type", equalTo("/problems/id-reused"))
                .body("field", equalTo("mutationId"));
        json("{'mutationId': 't4', 'set': {'x': 1}}")
                .patch("/v1/entities/ada?space=t4-a")
                .then()
                .statusCode(422);
        assertCoins("t4-b", "bob", 101);
    }

    @Test
    void idempotencyKey_isTheMutationId() {
        purses("t5");
        String body = "{'updates': [" + pay("t5-a", "ada", -1) + "," + pay("t5-b", "bob", 1) + "]}";
        for (int i = 0; i < 2; i++) {
            json(body)
                    .header("Idempotency-Key", "t5-key")
                    .post("/v1/transactions")
                    .then()
                    .statusCode(200)
                    .body("transactionId", equalTo("t5-key"))
                    .body("replayed", equalTo(i == 0 ? null : true));
        }
        json(body.replace("1}", "2}"))
                .header("Idempotency-Key", "t5-key")
                .post("/v1/transactions")
                .then()
                .statusCode(422)
                .body("field", equalTo("Idempotency-Key"));
        assertCoins("t5-b", "bob", 101);
    }

    @Test
    void transactionOfOneSpace_usesTheDefaultSpace() {
        json("{'id': 't6', 'type': 'UI_STATE', 'state': {'coins': 1}}").post("/v1/entities");
        post("{'mutationId': 't6', 'updates': [{'entityId': 't6', 'increment': {'coins': 1}}]}")
                .then()
                .statusCode(200)
                .body("results[0].space", equalTo("global"))
                .body("results[0].state.coins", equalTo(2));
    }

    /** The update of a fenced entity names the fence; a message is removed in the transaction that applies it. */
    @Test
    void fencesAndMessages_arePartOfTheTransaction() {
        purses("t8");
        String session = "/v1/entities/ada/session?space=t8-a";
        int fence = json("{'holder': 'game-1'}").post(session).then().extract().path("fence");
        json("{'id': 'gift', 'body': {'coins': 1}}")
                .post("/v1/entities/ada/messages?space=t8-a")
                .then()
                .statusCode(202);
        String taken = pay("t8-a", "ada", 1).replace("}}", "}, 'fence': " + fence + ", 'acknowledge': ['gift']}");
        String given = pay("t8-b", "bob", -1);
        refused(404, 1, transaction("t8-0", taken, pay("t8-b", "nobody", -1)));
        post(transaction("t8-1", given, taken)).then().statusCode(200).body("results.state.coins", contains(99, 101));
        post(transaction("t8-1", given, taken)).then().statusCode(200).body("replayed", equalTo(true));
        refused(409, 1, transaction("t8-2", given, taken));
        json("{'holder': 'game-2', 'steal': true}").post(session).then().statusCode(200);
        refused(409, 0, transaction("t8-3", taken.replace(", 'acknowledge': ['gift']", ""), given))
                .body("type", equalTo("/problems/session-lost"));
        assertCoins("t8-b", "bob", 99);
    }

    @Test
    void playerToken_writesOwnEntitiesOfItsSpaces() {
        String server = Keyring.key("trade", Scope.STATE_READ, Scope.STATE_WRITE);
        for (String space : new String[] {"t7-a", "t7-b", "t7-c"}) {
            with(
                            server,
                            "{'id': 'hers', 'space': '" + space + "', 'type': 'PLAYER_DATA', 'owner': 'ada',"
                                    + " 'state': {'coins': 10}}")
                    .post("/v1/entities")
                    .then()
                    .statusCode(201);
        }
        with(server, "{'id': 'his', 'space': 't7-b', 'type': 'PLAYER_DATA', 'owner': 'bob', 'state': {'coins': 10}}")
                .post("/v1/entities")
                .then()
                .statusCode(201);
        String ada = playerToken(server, "ada", "{'spaces': ['t7-a', 't7-b'], 'write': true}");
        String reader = playerToken(server, "ada", "{'spaces': ['t7-a', 't7-b']}");
        String own = transaction("own", pay("t7-a", "hers", -1), pay("t7-b", "hers", 1));
        with(reader, own).post("/v1/transactions").then().statusCode(403);
        with(ada, own).post("/v1/transactions").then().statusCode(200);
        with(ada, transaction("other", pay("t7-a", "hers", -1), pay("t7-b", "his", 1)))
                .post("/v1/transactions")
                .then()
                .statusCode(403)
                .body("index", equalTo(1));
        with(ada, transaction("space", pay("t7-a", "hers", -1), pay("t7-c", "hers", 1)))
                .post("/v1/transactions")
                .then()
                .statusCode(403)
                .body("index", equalTo(1));
        with(server).get("/v1/entities/hers?space=t7-a").then().body("state.coins", equalTo(9));
    }
}
