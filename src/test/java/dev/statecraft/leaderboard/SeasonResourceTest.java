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

    private static ValidatableResponse get(String path) {
        return given().urlEncodingEnabled(false).get("/v1/leaderboards/" + path).then();
    }
}
