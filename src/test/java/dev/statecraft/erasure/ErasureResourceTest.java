package dev.statecraft.erasure;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.statecraft.leaderboard.score.NewScore;
import dev.statecraft.leaderboard.score.ScoreService;
import dev.statecraft.leaderboard.upkeep.LeaderboardMaintenance;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalRuntime;
import dev.statecraft.table.TableNames;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** An erased player is found nowhere, and data of other players remains. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class ErasureResourceTest {

    private static final String PLAYER = "erased-77";

    @Inject
    LocalRuntime local;

    @Inject
    LeaderboardMaintenance upkeep;

    @Inject
    ErasureService erasures;

    @Inject
    ScoreService scores;

    @Inject
    DynamoDbClient dynamo;

    @Inject
    TableNames tables;

    /** Earlier versions accepted ids of dots only; their data can still be erased. */
    @Test
    void playerIdOfDots_isErasedByABody() {
        post("/v1/leaderboards", "{'id':'dotted','rankingType':'SCORE'}");
        post("/v1/leaderboards/dotted/scores", "{'playerId':'..a','value':10}");
        rest();
        scores.submit(
                "default", "dotted", new NewScore("..", new BigDecimal(7), BigDecimal.ZERO, null, null, null), false);
        rest();
        get("/v1/leaderboards/dotted/entries?fresh=true").body("entries.playerId", hasItem(".."));
        given().urlEncodingEnabled(false).delete("/v1/players/..").then().statusCode(400);
        given().urlEncodingEnabled(false).delete("/v1/players/%2e%2e").then().statusCode(400);
        String id = given().contentType("application/json")
                .body("{\"playerId\":\"..\"}")
                .post("/v1/erasures")
                .then()
                .header("Location", containsString("/v1/erasures/"))
                .extract()
                .path("id");
        erasures.resume("default", () -> true);
        rest();
        given().get("/v1/erasures/" + id).then().statusCode(200).body("erased.LEADERBOARDS", greaterThan(0));
        get("/v1/leaderboards/dotted/entries?fresh=true").body("entries.playerId", equalTo(List.of("..a")));
    }

    @Test
    void player_isErasedEverywhereAndTheReceiptCountsIt() {
        post(
                "/v1/leaderboards",
                "{'id':'er','rankingType':'SCORE','rewards':[{'name':'all','percentile':100,'reward':{'c':1}}],"
                        + "'bounds':{'max':1000,'action':'QUARANTINE'}}");
        for (String player : List.of(PLAYER, "stays-1", "stays-2")) {
            post(
                    "/v1/leaderboards/er/scores",
                    "{'playerId':'" + player + "','value':10,'metadata':{'n':'" + player + "'}}");
        }
        post("/v1/leaderboards/er/scores", "{'playerId':'" + PLAYER + "','value':5000,'submissionId':'q'}");
        rest();
        post("/v1/leaderboards/er/reset", "{'reason':'over'}");
        // Grace period, count, awards and final snapshot are separate steps.
        for (int step = 0; step < 4; step++) {
            upkeep.run("default", () -> true);
            rest();
        }
        post("/v1/leaderboards/er/scores", "{'playerId':'" + PLAYER + "','value':20}");
        post("/v1/entities", "{'id':'own','type':'UI_STATE','state':{'a':1},'source':{'playerId':'" + PLAYER + "'}}");
        post("/v1/entities", "{'id':'field','type':'PLAYER_DATA','state':{'playerId':'" + PLAYER + "'}}");
        post("/v1/entities", "{'id':'shared','type':'UI_STATE','state':{'b':1}}");
        patch("shared", "{'set':{'b':2},'source':{'playerId':'" + PLAYER + "'}}");
        patch("shared", "{'set':{'b':3}}");
        patch("own", "{'set':{'a':2}}");
        post("/v1/entities/shared/players/" + PLAYER, "{}");
        post("/v1/leaderboards", "{'id':'er-gone','rankingType':'SCORE'}");
        post("/v1/leaderboards/er-gone/scores", "{'playerId':'" + PLAYER + "','value':3}");
        rest();
        given().delete("/v1/leaderboards/er-gone").then().statusCode(204);
        // Entities that belonged to the player earlier and now belong to another player or to none.
        post("/v1/entities", "{'id':'passed-on','type':'UI_STATE','state':{'playerId':'" + PLAYER + "','d':1}}");
        patch("passed-on", "{'set':{'playerId':'stays-1'}}");
        post("/v1/entities", "{'id':'given-up','type':'UI_STATE','state':{'playerId':'" + PLAYER + "','e':1}}");
        given().delete("/v1/entities/given-up").then().statusCode(200);
        post("/v1/entities", "{'id':'given-up','type':'UI_STATE','state':{'e':2}}");
        // Messages to entities that never exist.
        for (String place : List.of(PLAYER + "/messages", PLAYER + "/messages?space=arena", "stays-1/messages")) {
            post("/v1/entities/" + place, "{'id':'gift','body':{'coins':5}}");
        }
        rest();

        String id = given().delete("/v1/players/" + PLAYER)
                .then()
                .header("Location", containsString("/v1/erasures/"))
                .extract()
                .path("id");
        erasures.resume("default", () -> true);
        rest();

        given().get("/v1/erasures/" + id)
                .then()
                .statusCode(200)
                .body("status", equalTo("DONE"))
                .body("playerId", nullValue())
                .body("erased.LEADERBOARDS", greaterThan(3))
                .body("erased.ENTITIES", greaterThan(1))
                .body("erased.MESSAGES", equalTo(4))
                .body("erased.EVENTS", greaterThan(0));
        get("/v1/leaderboards/er/players/" + PLAYER).body("rank", equalTo(0));
        get("/v1/leaderboards/er/players/" + PLAYER + "?season=1").body("rank", equalTo(0));
        get("/v1/leaderboards/er/entries?season=1")
                .body("entries.playerId", not(hasItem(PLAYER)))
                .body("totalEntries", equalTo(2));
        get("/v1/leaderboards/er/players/stays-1?season=1").body("rank", equalTo(1));
        given().get("/v1/entities/own").then().statusCode(404);
        given().get("/v1/entities/field").then().statusCode(404);
        get("/v1/entities/shared").body("state.b", equalTo(3));
        get("/v1/entities/passed-on").body("state.playerId", equalTo("stays-1"));
        get("/v1/entities/given-up").body("state.e", equalTo(2));
        get("/v1/players/" + PLAYER + "/entities").body("entities.size()", equalTo(0));
        // The same once more finds nothing.
        Erasure again = erasures.erase("default", PLAYER, "test");
        erasures.resume("default", () -> true);
        Map<Erasure.Part, Long> found =
                erasures.find("default", again.id()).orElseThrow().erased();
        assertEquals(0, found.values().stream().mapToLong(Long::longValue).sum(), found::toString);
        rest();
        // Whatever is stored, in any table: only the log still has what was committed, until it expires.
        for (String table :
                List.of(tables.boards(), tables.entries(), tables.entities(), tables.history(), tables.replication())) {
            dynamo.scanPaginator(scan -> scan.tableName(table))
                    .items()
                    .forEach(item -> assertFalse(item.toString().contains(PLAYER), () -> table + " " + item));
        }
        get("/v1/events?limit=1000").body("events.collect { it.toString() }.join(' ')", not(containsString(PLAYER)));
        assertEquals(List.of(), messages(PLAYER, "global"));
        assertEquals(List.of(), messages(PLAYER, "arena"));
        assertEquals(List.of("gift"), messages("stays-1", "global"));
    }

    @Test
    void interruptedErasure_isResumed() {
        post("/v1/entities", "{'id':'broken-off','type':'UI_STATE','state':{'playerId':'broken'}}");
        Erasure begun = erasures.erase("default", "broken", "test");
        assertEquals("broken", begun.isFinished() ? "broken" : begun.playerId());
        erasures.resume("default", () -> true);
        assertEquals(true, erasures.find("default", begun.id()).orElseThrow().isFinished());
        given().get("/v1/entities/broken-off").then().statusCode(404);
        assertEquals(0, erasures.resume("default", () -> true));
    }

    @Test
    void numericPlayerId_isFound() {
        List<String> spellings = List.of("817959853140", "817959853140.0", "8.1795985314e11", "'817959853140'");
        for (String spelling : spellings) {
            String id = "numeric-" + spellings.indexOf(spelling);
            post("/v1/entities", "{'id':'" + id + "','type':'UI_STATE','state':{'playerId':" + spelling + "}}");
        }
        post("/v1/entities", "{'id':'numeric-other','type':'UI_STATE','state':{'playerId':817959853141.0}}");
        given().delete("/v1/players/817959853140");
        erasures.resume("default", () -> true);
        for (int i = 0; i < spellings.size(); i++) {
            given().get("/v1/entities/numeric-" + i).then().statusCode(404);
        }
        get("/v1/entities/numeric-other").body("version", equalTo(1));
    }

    @Test
    void malformedRequests_return400() {
        given().delete("/v1/players/no id").then().statusCode(400);
        given().get("/v1/erasures/none").then().statusCode(404).body("type", equalTo("/problems/erasure-not-found"));
    }

    @Test
    void robloxNotification_isAcceptedOnceAndOnlyIfSigned() {
        post("/v1/entities", "{'id':'of-roblox','type':'UI_STATE','state':{'playerId':'4711'}}");
        // Other tests have games of their own, so the game has to be named.
        String body =
                "{\"NotificationId\":\"n\",\"EventType\":\"RightToErasureRequest\",\"EventTime\":\"2026-01-01T00:00:00Z\","
                        + "\"EventPayload\":{\"UserId\":4711,\"GameIds\":[1,\"default\"]}}";
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        webhook(body, RobloxSignatureTest.signed(Instant.now(), bytes, "wrong")).statusCode(401);
        webhook(body, RobloxSignatureTest.signed(Instant.now().minusSeconds(3600), bytes, "test-secret"))
                .statusCode(401);
        String signature = RobloxSignatureTest.signed(Instant.now(), bytes, "test-secret");
        webhook(body.replace("4711", "4712"), signature).statusCode(401);
        webhook(body, signature).statusCode(200);
        webhook(body, signature).statusCode(409).body("type", equalTo("/problems/notification-repeated"));
        webhook(body, signature.replace(",", " ,  ")).statusCode(409);
        webhook(body, RobloxSignatureTest.signed(Instant.now().plusSeconds(2), bytes, "test-secret"))
                .statusCode(409);
        get("/v1/audit?limit=100")
                .body("records.findAll { it.by == 'roblox' }.action", hasItem("receiveRobloxWebhook"));
        erasures.resume("default", () -> true);
        given().get("/v1/entities/of-roblox").then().statusCode(404);
        String other = "{\"EventType\":\"SampleNotification\",\"EventPayload\":{}}";
        webhook(other, RobloxSignatureTest.signed(Instant.now(), other.getBytes(StandardCharsets.UTF_8), "test-secret"))
                .statusCode(200)
                .body("erasures.size()", equalTo(0));
    }

    private static ValidatableResponse webhook(String body, String signature) {
        return given().contentType("application/json")
                .header("roblox-signature", signature)
                .body(body)
                .post("/v1/webhooks/roblox")
                .then();
    }

    private void rest() {
        local.pump().drain(Duration.ofSeconds(30));
    }

    private static ValidatableResponse get(String path) {
        return given().get(path).then().statusCode(200);
    }

    private static void post(String path, String body) {
        int status = given().contentType("application/json")
                .body(body.replace('\'', '"'))
                .post(path)
                .statusCode();
        assertEquals(2, status / 100, path + " " + body);
    }

    private static void patch(String entity, String body) {
        given().contentType("application/json")
                .body(body.replace('\'', '"'))
                .patch("/v1/entities/" + entity)
                .then()
                .statusCode(200);
    }

    /** The ids of the messages that the holder of a new entity receives. */
    private static List<String> messages(String entity, String space) {
        post("/v1/entities/" + entity + "/session?space=" + space, "{'holder':'one','type':'UI_STATE','state':{}}");
        return given().contentType("application/json")
                .body("{'sessions':[{'entityId':'%s','space':'%s','fence':1}]}"
                        .formatted(entity, space)
                        .replace('\'', '"'))
                .post("/v1/sync")
                .then()
                .statusCode(200)
                .extract()
                .path("sessions[0].messages.id");
    }
}
