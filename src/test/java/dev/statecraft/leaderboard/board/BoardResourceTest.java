package dev.statecraft.leaderboard.board;

import static dev.statecraft.leaderboard.LeaderboardCalls.change;
import static dev.statecraft.leaderboard.LeaderboardCalls.createBoard;
import static dev.statecraft.leaderboard.LeaderboardCalls.get;
import static dev.statecraft.leaderboard.LeaderboardCalls.json;
import static dev.statecraft.leaderboard.LeaderboardCalls.submit;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalRuntime;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Boards and their settings over HTTP. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class BoardResourceTest {

    @Inject
    LocalRuntime local;

    @Test
    void boardsAreChangedListedAndDeleted() {
        createBoard(Map.of("id", "board-a", "rankingType", "SCORE"));
        createBoard(Map.of("id", "board-b", "rankingType", "WINS"));
        createBoard(Map.of("id", "board-a", "rankingType", "POINTS"))
                .statusCode(409)
                .body("type", equalTo("/problems/board-exists"));
        json().body(Map.of("order", "ASCENDING", "description", "lowest wins"))
                .patch("/v1/leaderboards/board-a")
                .then()
                .statusCode(200)
                .body("order", equalTo("ASCENDING"));
        submit("board-a", Map.of("playerId", "ada", "value", 3));
        json().body(Map.of("order", "DESCENDING"))
                .patch("/v1/leaderboards/board-a")
                .then()
                .statusCode(409)
                .body("type", equalTo("/problems/board-scored"));
        json().body(Map.of("maxSize", 5))
                .patch("/v1/leaderboards/board-a")
                .then()
                .statusCode(200);
        given().get("/v1/leaderboards?limit=1000").then().body("leaderboards.id", hasItem("board-b"));
        given().delete("/v1/leaderboards/board-a").then().statusCode(204);
        get("board-a/entries").statusCode(404).body("type", equalTo("/problems/board-not-found"));
        createBoard(Map.of("id", "board-a", "rankingType", "SCORE")).statusCode(201);
        rest();
        get("board-a/entries").body("totalEntries", equalTo(0));
    }

    @Test
    void settingsAreClearedByName() {
        createBoard("""
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
        createBoard("{\"id\": \"unchanged\", \"rankingType\": \"SCORE\", \"tiers\": [{\"name\": \"all\"}]}");
        change("unchanged", change).statusCode(400).body("field", equalTo(field));
        get("unchanged").body("tiers", hasSize(1)).body("endsAt", nullValue()).body("maxAttempts", equalTo(0));
        createBoard("{\"id\": \"new\", \"rankingType\": \"SCORE\", \"clear\": [\"bounds\"]}")
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
        createBoard("{\"id\": \"refused\", \"rankingType\": \"SCORE\", \"" + setting + "\": " + value + "}")
                .statusCode(400)
                .body("field", equalTo(field));
        get("refused").statusCode(404);
    }

    private void rest() {
        local.pump().drain(Duration.ofSeconds(30));
    }
}
