package dev.statecraft.leaderboard;

import static dev.statecraft.leaderboard.LeaderboardCalls.createBoard;
import static dev.statecraft.leaderboard.LeaderboardCalls.get;
import static dev.statecraft.leaderboard.LeaderboardCalls.json;
import static dev.statecraft.leaderboard.LeaderboardCalls.post;
import static dev.statecraft.leaderboard.LeaderboardCalls.submit;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.leaderboard.upkeep.LeaderboardMaintenance;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalRuntime;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A board over HTTP: entries, ranks, seasons, players, the consistency check of its rank tree. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class LeaderboardResourceTest {

    @Inject
    LocalRuntime local;

    @Inject
    LeaderboardMaintenance upkeep;

    @Test
    void callsOfTheOriginalApi_work() {
        createBoard(Map.of(
                        "id", "high_scores",
                        "description", "Global high score leaderboard",
                        "rankingType", "SCORE",
                        "maxSize", 1000))
                .statusCode(201)
                .header("Location", endsWith("/v1/leaderboards/high_scores"))
                .body("rankingType", equalTo("SCORE"))
                .body("order", equalTo("DESCENDING"))
                .body("season", equalTo(1));

        submit("high_scores", Map.of("playerId", "ada", "value", 1500, "metadata", Map.of("level", 10)))
                .statusCode(200)
                .body("oldValue", equalTo(0))
                .body("newValue", equalTo(1500))
                .body("change", equalTo(1500))
                .body("first", equalTo(true))
                .body("improved", equalTo(true))
                .body("rank", equalTo(1))
                .body("season", equalTo(1))
                .body("asOf", notNullValue())
                .body("submissionId", notNullValue())
                .body("replayed", nullValue());
        submit("high_scores", Map.of("playerId", "bob", "value", 1700));
        submit("high_scores", Map.of("playerId", "cyd", "value", 1500));
        submit("high_scores", Map.of("playerId", "dan", "value", 900));
        rest();

        get("high_scores/entries?limit=10&offset=1")
                .statusCode(200)
                .body("board", equalTo("high_scores"))
                .body("entries.playerId", contains("bob", "ada", "cyd", "dan"))
                .body("entries.rank", contains(1, 2, 2, 4))
                .body("entries.position", contains(1, 2, 3, 4))
                .body("entries[1].metadata.level", equalTo(10))
                .body("totalEntries", equalTo(4))
                .body("nextCursor", nullValue());
        get("high_scores/top?count=2").body("entries.playerId", contains("bob", "ada"));
        get("high_scores/players/cyd")
                .body("rank", equalTo(2))
                .body("value", equalTo(1500))
                .body("percentile", equalTo(50.0f))
                .body("tieCount", equalTo(2))
                .body("totalEntries", equalTo(4))
                .body("listed", equalTo(true));
        get("high_scores/players/nobody")
                .statusCode(200)
                .body("rank", equalTo(0))
                .body("value", equalTo(0))
                .body("percentile", equalTo(0.0f))
                .body("listed", equalTo(false));
        get("high_scores/rank?value=1600").body("rank", equalTo(2)).body("tieCount", equalTo(0));
        get("high_scores/select?rank=4").body("value", equalTo(900)).body("rank", equalTo(4));
        get("high_scores/select?percentile=25").body("value", equalTo(1700));
        get("high_scores/distribution?buckets=2")
                .body("buckets.count", contains(1, 3))
                .body("totalEntries", equalTo(4));
        get("high_scores/entries?around=cyd&limit=3").body("entries.playerId", contains("ada", "cyd", "dan"));
        get("high_scores/entries?players=dan,nobody,bob").body("entries.playerId", contains("bob", "dan"));

        post("high_scores/reset", Map.of("reason", "Season reset"))
                .statusCode(200)
                .body("closedSeason", equalTo(1))
                .body("season", equalTo(2))
                .body("snapshotId", endsWith("-season-1"));
        get("high_scores/entries").body("entries", hasSize(0)).body("totalEntries", equalTo(0));
        get("high_scores/entries?season=1").body("entries", hasSize(4)).body("season", equalTo(1));
        get("high_scores/players/bob?season=1").body("rank", equalTo(1));
        get("high_scores/players/bob").body("rank", equalTo(0));
        get("high_scores/seasons")
                .body("seasons.season", contains(2, 1))
                .body("seasons[1].reason", equalTo("Season reset"))
                .body("seasons[1].totalEntries", equalTo(4));
        given().get("/v1/stats/leaderboards")
                .then()
                .statusCode(200)
                .body("totalLeaderboards", greaterThanOrEqualTo(1))
                .body("seasonalDataSize", greaterThanOrEqualTo(1));
    }

    @Test
    void repeatedReset_closesOneSeason() {
        createBoard(Map.of("id", "once", "rankingType", "POINTS"));
        for (int i = 0; i < 2; i++) {
            json().header("Idempotency-Key", "reset-1")
                    .body(Map.of("reason", "week 1"))
                    .post("/v1/leaderboards/once/reset")
                    .then()
                    .statusCode(200)
                    .body("season", equalTo(2))
                    .body("replayed", equalTo(i == 0 ? null : true));
        }
        json().header("Idempotency-Key", "reset-1")
                .body(Map.of("reason", "week 2"))
                .post("/v1/leaderboards/once/reset")
                .then()
                .statusCode(422);
    }

    @Test
    void list_containsOnlyListedPositions() {
        createBoard(Map.of("id", "small", "rankingType", "SCORE", "maxSize", 3));
        for (int i = 0; i < 5; i++) {
            submit("small", Map.of("playerId", "p" + i, "value", i == 3 ? 2 : 10 - i * 4));
        }
        rest();
        get("small/entries")
                .body("entries.playerId", contains("p0", "p1", "p2"))
                .body("totalEntries", equalTo(5))
                .body("nextCursor", nullValue());
        get("small/players/p3").body("rank", equalTo(3)).body("listed", equalTo(false));
        get("small/players/p2").body("rank", equalTo(3)).body("listed", equalTo(true));
        get("small/players/p4").body("rank", equalTo(5)).body("listed", equalTo(false));
    }

    @Test
    void pages_followTheCursor() {
        createBoard(Map.of("id", "pages", "rankingType", "TIME", "decimals", 2));
        for (int i = 0; i < 7; i++) {
            submit("pages", Map.of("playerId", "p" + i, "value", 60 + i / 4.0));
        }
        rest();
        String cursor = get("pages/entries?limit=3")
                .body("entries.value", contains(60, 60.25f, 60.5f))
                .extract()
                .path("nextCursor");
        cursor = get("pages/entries?limit=3&cursor=" + cursor)
                .body("entries.position", contains(4, 5, 6))
                .extract()
                .path("nextCursor");
        get("pages/entries?limit=3&cursor=" + cursor)
                .body("entries.playerId", contains("p6"))
                .body("nextCursor", nullValue());
        createBoard(Map.of("id", "elsewhere", "rankingType", "TIME"));
        get("elsewhere/entries?cursor=" + cursor).statusCode(400).body("field", equalTo("cursor"));
    }

    @Test
    void removedPlayer_isNotRestoredByALateRetry() {
        createBoard(Map.of("id", "removal", "rankingType", "POINTS"));
        Map<String, Object> body = Map.of("playerId", "ada", "value", 10, "submissionId", "s-1");
        submit("removal", body);
        given().delete("/v1/leaderboards/removal/players/ada").then().statusCode(204);
        given().delete("/v1/leaderboards/removal/players/ada").then().statusCode(404);
        submit("removal", body).body("replayed", equalTo(true));
        rest();
        get("removal/players/ada").body("rank", equalTo(0));
        submit("removal", Map.of("playerId", "ada", "value", 3))
                .body("oldValue", equalTo(0))
                .body("newValue", equalTo(3));
    }

    @Test
    void consistencyCheck_findsNoDriftAndRebuilds() {
        createBoard(Map.of("id", "audited", "rankingType", "SCORE"));
        for (int i = 0; i < 5; i++) {
            submit("audited", Map.of("playerId", "p" + i, "value", i * 1000));
        }
        rest();
        post("audited/audit", Map.of())
                .statusCode(200)
                .body("entries", equalTo(5))
                .body("drift", equalTo(0))
                .body("settled", equalTo(true));
        post("audited/mend", Map.of()).statusCode(202).body("mending", equalTo(true));
        post("audited/mend", Map.of()).statusCode(409);
        local.pump().pause();
        try {
            assertEquals(0, upkeep.run("default", () -> true).mended(), "moves that are not counted");
        } finally {
            local.pump().resume();
        }
        rest();
        get("audited/players/p0").body("rank", equalTo(5));
        LeaderboardMaintenance.Done done = upkeep.run("default", () -> true);
        assertEquals(1, done.mended(), done.toString());
        post("audited/audit", Map.of()).body("drift", equalTo(0)).body("mending", equalTo(false));
        get("audited/players/p0").body("rank", equalTo(5));
    }

    private void rest() {
        local.pump().drain(Duration.ofSeconds(30));
    }
}
