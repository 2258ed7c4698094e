package dev.statecraft.leaderboard.season;

import static dev.statecraft.leaderboard.LeaderboardCalls.change;
import static dev.statecraft.leaderboard.LeaderboardCalls.createBoard;
import static dev.statecraft.leaderboard.LeaderboardCalls.get;
import static dev.statecraft.leaderboard.LeaderboardCalls.post;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalRuntime;
import dev.statecraft.local.LocalScheduler;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Seasons, history and awards over HTTP, with the schedule handler called as by EventBridge. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class SeasonResourceTest {

    @Inject
    LocalRuntime local;

    @Inject
    LocalScheduler scheduler;

    @Test
    void reset_closesTheSeasonWithSnapshotAndAwards() throws Exception {
        createBoard("""
                {"id": "league", "rankingType": "SCORE", "rewards": [
                  {"name": "gold", "toRank": 1, "reward": {"coins": 100}},
                  {"name": "silver", "percentile": 50, "reward": "a cup"}]}""")
                .statusCode(201)
                .body("rewards[0].reward.coins", equalTo(100))
                .body("rewards[1].percentile", equalTo(50));
        for (int i = 0; i < 6; i++) {
            post("league/scores", "{\"playerId\": \"p" + i + "\", \"value\": " + (60 - i * 10) + "}");
        }
        rest();
        String snapshot = post("league/reset", "{\"reason\": \"Season reset\"}")
                .statusCode(200)
                .extract()
                .path("snapshotId");
        get("league/history/" + snapshot)
                .statusCode(200)
                .body("eventType", equalTo("RESET"))
                .body("reason", equalTo("Season reset"))
                .body("season", equalTo(1))
                .body("totalEntries", equalTo(6))
                .body("entries.playerId", contains("p0", "p1", "p2", "p3", "p4", "p5"))
                .body("entries[5].value", equalTo(10));
        get("league/history").body("snapshots.id", contains(snapshot)).body("nextCursor", nullValue());

        tick();
        tick();
        get("league/seasons")
                .body("seasons[1].complete", equalTo(true))
                .body("seasons[1].awards", equalTo(3))
                .body("seasons[1].eventType", equalTo("RESET"))
                .body("seasons[1].snapshotId", equalTo(snapshot));
        String next = get("league/seasons/1/awards?limit=2")
                .statusCode(200)
                .body("complete", equalTo(true))
                .body("awards.playerId", contains("p0", "p1"))
                .body("awards.rank", contains(1, 2))
                .body("awards.name", contains("gold", "silver"))
                .body("awards[0].value", equalTo(60))
                .body("awards[0].reward.coins", equalTo(100))
                .body("awards[1].reward", equalTo("a cup"))
                .body("awards[0].id", equalTo("award:league:0:1:p0"))
                .extract()
                .path("nextCursor");
        get("league/seasons/1/awards?limit=2&cursor=" + next)
                .body("awards.playerId", contains("p2"))
                .body("nextCursor", nullValue());
        get("league/players/p5/history")
                .statusCode(200)
                .body("samples.rank", contains(6))
                .body("samples[0].value", equalTo(10))
                .body("samples[0].percentile", equalTo(100.0F))
                .body("seasons.rank", contains(6))
                .body("seasons.season", contains(1));
        get("league/players/nobody/history").body("samples", hasSize(0)).body("seasons", hasSize(0));
    }

    @Test
    void schedule_determinesTheSeasonEnd() {
        createBoard("""
                {"id": "weekly", "rankingType": "POINTS",
                 "reset": {"cron": "0 0 * * 1", "timezone": "Europe/Berlin"}}""")
                .statusCode(201)
                .body("reset.cron", equalTo("0 0 * * 1"))
                .body("reset.timezone", equalTo("Europe/Berlin"))
                .body("seasonEndsAt", notNullValue());
        get("weekly/seasons").body("seasons[0].endsAt", notNullValue());
        given().contentType("application/json")
                .body("{\"reset\": {}}")
                .patch("/v1/leaderboards/weekly")
                .then()
                .statusCode(200)
                .body("reset", nullValue())
                .body("seasonEndsAt", nullValue());
        String end = Instant.now().plus(Duration.ofDays(3)).toString();
        given().contentType("application/json")
                .body(Map.of("reset", Map.of("endsAt", end), "rewards", List.of()))
                .patch("/v1/leaderboards/weekly")
                .then()
                .statusCode(200)
                .body("reset.endsAt", notNullValue())
                .body("reset.cron", nullValue());
    }

    @Test
    void eventBoard_startsOnceAndClosesPermanently() throws Exception {
        String start = Instant.now().plus(Duration.ofHours(1)).toString();
        String end = Instant.now().plus(Duration.ofHours(2)).toString();
        createBoard("{\"id\": \"event\", \"rankingType\": \"POINTS\", \"maxAttempts\": 2, \"startsAt\": \"" + start
                        + "\", \"endsAt\": \"" + end + "\", \"rewards\": [{\"toRank\": 1, \"reward\": 5}]}")
                .statusCode(201)
                .body("status", equalTo("SCHEDULED"))
                .body("maxAttempts", equalTo(2))
                .body("startsAt", notNullValue());
        String early = "{\"playerId\": \"a\", \"value\": 10, \"submissionId\": \"a1\"}";
        post("event/scores", early)
                .statusCode(409)
                .header("Retry-After", notNullValue())
                .body("type", equalTo("/problems/board-not-started"))
                .body("startsAt", notNullValue());
        post("event/scores/batch", "{\"scores\": [" + early + "]}")
                .statusCode(200)
                .body("results[0].status", equalTo(409))
                .body("results[0].problem.type", equalTo("/problems/board-not-started"));
        post("event/reset", "{\"reason\": \"early\"}")
                .statusCode(409)
                .body("type", containsString("board-not-started"));
        get("event/entries").statusCode(200).body("totalEntries", equalTo(0));

        change("event", "{\"clear\": [\"startsAt\"]}")
                .statusCode(200)
                .body("status", equalTo("OPEN"))
                .body("startsAt", nullValue())
                .body("endsAt", notNullValue());
        post("event/scores", early).statusCode(200).body("attempts", equalTo(1)).body("attemptsLeft", equalTo(1));
        post("event/scores", early)
                .statusCode(200)
                .body("replayed", equalTo(true))
                .body("attempts", equalTo(1));
        post("event/scores", "{\"playerId\": \"a\", \"value\": 1}")
                .statusCode(200)
                .body("attemptsLeft", equalTo(0));
        post("event/scores", "{\"playerId\": \"a\", \"value\": 1}")
                .statusCode(409)
                .body("type", equalTo("/problems/attempts-exhausted"))
                .body("field", equalTo("playerId"))
                .body("maxAttempts", equalTo(2))
                .body("attempts", equalTo(2))
                .body("season", equalTo(1));
        get("event/players/a").body("attempts", equalTo(2)).body("attemptsLeft", equalTo(0));
        get("event/players/b")
                .body("attempts", equalTo(0))
                .body("attemptsLeft", equalTo(2))
                .body("rank", equalTo(0));
        change("event", "{\"startsAt\": \"" + end + "\", \"clear\": [\"endsAt\"]}")
                .statusCode(409)
                .body("type", equalTo("/problems/board-scored"));

        Instant soon = Instant.now().plusMillis(400);
        change("event", "{\"endsAt\": \"" + soon + "\"}").statusCode(200);
        while (Instant.now().isBefore(soon)) {
            LockSupport.parkNanos(1_000_000);
        }
        post("event/scores", "{\"playerId\": \"b\", \"value\": 1}")
                .statusCode(409)
                .body("type", equalTo("/problems/board-closed"))
                .body("endsAt", notNullValue())
                .body("season", equalTo(1));
        post("event/scores", early)
                .statusCode(200)
                .body("replayed", equalTo(true))
                .body("newValue", equalTo(10));
        post("event/reset", "{\"reason\": \"late\"}").statusCode(409).body("type", containsString("board-closed"));
        change("event", "{\"endsAt\": \"" + end + "\"}").statusCode(409).body("type", containsString("board-closed"));
        change("event", "{\"clear\": [\"endsAt\"]}").statusCode(409).body("type", containsString("board-closed"));
        change("event", "{\"endsAt\": \"" + soon + "\", \"description\": \"over\"}")
                .statusCode(200)
                .body("status", equalTo("CLOSED"))
                .body("season", equalTo(1))
                .body("seasonEndsAt", nullValue());
        rest();
        get("event/entries").body("entries.playerId", contains("a")).body("season", equalTo(1));
        get("event/seasons")
                .body("seasons", hasSize(1))
                .body("seasons[0].endedAt", notNullValue())
                .body("seasons[0].eventType", equalTo("SEASON"));
        given().get("/v1/events?order=NEWEST&type=LEADERBOARD_CLOSED&limit=1")
                .then()
                .statusCode(200)
                .body("events[0].data.board", equalTo("event"))
                .body("events[0].data.closedSeason", equalTo(1))
                .body("events[0].data.season", nullValue());
        given().delete("/v1/leaderboards/event/players/a").then().statusCode(204);
    }

    @Test
    void unknownBoardSeasonOrSnapshot_returns404() {
        createBoard("{\"id\": \"young\", \"rankingType\": \"SCORE\"}").statusCode(201);
        get("young/history/season-1").statusCode(404).body("type", containsString("snapshot-not-found"));
        get("young/history/a%20b").statusCode(400).body("field", equalTo("snapshot"));
        get("young/seasons/1/awards").statusCode(409).body("type", containsString("season-running"));
        get("young/seasons/2/awards").statusCode(404).body("type", containsString("season-not-found"));
        get("young/seasons/x/awards").statusCode(400);
        get("young/history?cursor=abc").statusCode(400).body("field", equalTo("cursor"));
        get("young/history?limit=0").statusCode(400).body("field", equalTo("limit"));
        get("nowhere/history").statusCode(404);
        get("nowhere/players/p/history").statusCode(404);
        get("young/players/a%20b/history").statusCode(400).body("field", equalTo("player"));
    }

    private void tick() throws Exception {
        rest();
        scheduler.trigger("schedule");
        rest();
    }

    private void rest() {
        local.pump().drain(Duration.ofSeconds(30));
    }
}
