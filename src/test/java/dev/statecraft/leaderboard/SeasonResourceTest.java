package dev.statecraft.leaderboard;

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
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Seasons, history and rewards over HTTP, with the schedule handler as EventBridge would call it. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class SeasonResourceTest {

    @Inject
    LocalRuntime local;

    @Inject
    LocalScheduler scheduler;

    @Test
    void aSeasonIsResetRecordedAndRewarded() throws Exception {
        create("""
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
    void aScheduleSaysWhenTheSeasonEnds() {
        create("""
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
    void aBoardForAnEventStartsOnceAndClosesForGood() throws Exception {
        String start = Instant.now().plus(Duration.ofHours(1)).toString();
        String end = Instant.now().plus(Duration.ofHours(2)).toString();
        create("{\"id\": \"event\", \"rankingType\": \"POINTS\", \"maxAttempts\": 2, \"startsAt\": \"" + start
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
    void settingsAreClearedByName() {
        create("""
                {"id": "cleared", "rankingType": "SCORE", "ranking": "UNIQUE", "description": "full", "order": "ASCENDING", "operator": "LAST",
                 "decimals": 2, "maxSize": 5, "maxAttempts": 3, "startsAt": "2090-01-01T00:00:00Z",
                 "endsAt": "2095-01-01T00:00:00Z", "reset": {"cron": "0 0 * * 1"}, "bounds": {"max": 10},
                 "rewards": [{"toRank": 1, "reward": 1}], "tiers": [{"name": "all"}],
                 "source": {"entityType": "NOTHING", "path": "/x"}}""").statusCode(201);
        change("cleared", "{\"clear\": [\"bounds\", \"reset\"]}")
                .statusCode(200)
                .body("bounds", nullValue())
                .body("reset", nullValue())
                .body("seasonEndsAt", equalTo("2095-01-01T00:00:00.000Z"))
                .body("description", equalTo("full"))
                .body("tiers", hasSize(1));
        change("cleared", """
                {"clear": ["decimals", "description", "endsAt", "maxAttempts", "maxSize", "operator", "order", "ranking", "rating",
                           "rewards", "source", "startsAt", "tiers", "tiers"], "bounds": {"min": 1}}""")
                .statusCode(200)
                .body("description", equalTo(""))
                .body("order", equalTo("DESCENDING"))
                .body("ranking", equalTo("COMPETITION"))
                .body("operator", nullValue())
                .body("decimals", equalTo(0))
                .body("maxSize", equalTo(1000))
                .body("maxAttempts", equalTo(0))
                .body("startsAt", nullValue())
                .body("endsAt", nullValue())
                .body("seasonEndsAt", nullValue())
                .body("status", equalTo("OPEN"))
                .body("rewards", hasSize(0))
                .body("tiers", hasSize(0))
                .body("source", nullValue())
                .body("bounds.min", equalTo(1));
        change("cleared", "{\"clear\": []}").statusCode(200).body("bounds.min", equalTo(1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"clear\": [\"bounds\", \"lanes\"]} | clear[1]",
                "{\"clear\": [\"rankingType\"]} | clear[0]",
                "{\"clear\": [\"Bounds\"]} | clear[0]",
                "{\"clear\": [null]} | clear[0]",
                "{\"clear\": [\"reset\", \"tiers\"], \"tiers\": []} | clear[1]",
                "{\"clear\": [\"endsAt\"], \"endsAt\": \"2095-01-01T00:00:00Z\"} | clear[0]",
                "{\"clear\": \"bounds\"} | clear",
                "{\"startsAt\": \"2095-01-01T00:00:00Z\", \"endsAt\": \"2095-01-01T00:00:00Z\"} | startsAt",
                "{\"endsAt\": \"2001-01-01T00:00:00Z\"} | endsAt",
                "{\"startsAt\": \"soon\"} | startsAt",
                "{\"maxAttempts\": -1} | maxAttempts",
                "{\"maxAttempts\": 1000000001} | maxAttempts",
            })
    void aChangeThatDoesNotFitIsRefusedByName(String change, String field) {
        create("{\"id\": \"unchanged\", \"rankingType\": \"SCORE\", \"tiers\": [{\"name\": \"all\"}]}");
        change("unchanged", change).statusCode(400).body("field", equalTo(field));
        get("unchanged").body("tiers", hasSize(1)).body("endsAt", nullValue()).body("maxAttempts", equalTo(0));
        create("{\"id\": \"new\", \"rankingType\": \"SCORE\", \"clear\": [\"bounds\"]}")
                .statusCode(400)
                .body("field", equalTo("clear"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "reset | {\"cron\": \"0 0 * * 1\", \"endsAt\": \"2100-01-01T00:00:00Z\"} | reset",
                "reset | {\"timezone\": \"UTC\"} | reset",
                "reset | {\"cron\": \"every day\"} | reset.cron",
                "reset | {\"cron\": \"0 0 30 2 *\"} | reset.cron",
                "reset | {\"cron\": \"0 0 * * *\", \"timezone\": \"Nowhere\"} | reset.timezone",
                "reset | {\"endsAt\": \"2001-01-01T00:00:00Z\"} | reset.endsAt",
                "reset | {\"endsAt\": \"soon\"} | reset.endsAt",
                "reset | {\"weekly\": true} | reset.weekly",
                "rewards | [{\"toRank\": 1}] | rewards[0].reward",
                "rewards | [{\"reward\": 1}] | rewards[0]",
                "rewards | [null] | rewards[0]",
                "rewards | [{\"toRank\": 0, \"reward\": 1}] | rewards[0].toRank",
                "rewards | [{\"fromRank\": 5, \"toRank\": 4, \"reward\": 1}] | rewards[0].toRank",
                "rewards | [{\"percentile\": 0, \"reward\": 1}] | rewards[0].percentile",
                "rewards | [{\"percentile\": 100.1, \"reward\": 1}] | rewards[0].percentile",
                "tiers | [{\"rank\": 3}] | tiers[0].name",
                "tiers | [{\"name\": \"a\"}, {\"name\": \"a\"}] | tiers[1].name",
                "tiers | [{\"name\": \"a\", \"percentile\": 200}] | tiers[0].percentile",
                "bounds | {\"min\": 5, \"max\": 4} | bounds.max",
                "bounds | {\"maxIncrease\": -1} | bounds.maxIncrease",
                "bounds | {\"perMinute\": 0} | bounds.perMinute",
                "bounds | {\"perMinute\": 61} | bounds.perMinute",
                "bounds | {\"firstPercentile\": 101} | bounds.firstPercentile",
            })
    void settingsThatDoNotFitAreRefusedByName(String setting, String value, String field) {
        create("{\"id\": \"refused\", \"rankingType\": \"SCORE\", \"" + setting + "\": " + value + "}")
                .statusCode(400)
                .body("field", equalTo(field));
        get("refused").statusCode(404);
    }

    @Test
    void whatIsNotThereIsNotFound() {
        create("{\"id\": \"young\", \"rankingType\": \"SCORE\"}").statusCode(201);
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

    private static ValidatableResponse create(String body) {
        return given().contentType("application/json")
                .body(body)
                .post("/v1/leaderboards")
                .then();
    }

    private static ValidatableResponse post(String path, String body) {
        return given().contentType("application/json")
                .body(body)
                .post("/v1/leaderboards/" + path)
                .then();
    }

    private static ValidatableResponse change(String board, String body) {
        return given().contentType("application/json")
                .body(body)
                .patch("/v1/leaderboards/" + board)
                .then();
    }

    private static ValidatableResponse get(String path) {
        return given().urlEncodingEnabled(false).get("/v1/leaderboards/" + path).then();
    }
}
