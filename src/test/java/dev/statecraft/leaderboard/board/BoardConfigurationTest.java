package dev.statecraft.leaderboard.board;

import static dev.statecraft.leaderboard.LeaderboardCalls.change;
import static dev.statecraft.leaderboard.LeaderboardCalls.createBoard;
import static dev.statecraft.leaderboard.LeaderboardCalls.get;
import static dev.statecraft.leaderboard.LeaderboardCalls.post;
import static dev.statecraft.leaderboard.LeaderboardCalls.put;
import static dev.statecraft.leaderboard.LeaderboardCalls.submit;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.local.DynamoDbLocalResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Boards that callers configure as a whole and repeatedly, over HTTP. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class BoardConfigurationTest {

    private static final String FULL = """
            "rankingType": "SCORE", "ranking": "UNIQUE", "description": "full", "order": "ASCENDING", "operator": "LAST",
            "decimals": 2, "maxSize": 5, "lanes": 2, "maxAttempts": 3, "startsAt": "2090-01-01T00:00:00.1234Z",
            "endsAt": "2095-01-01T00:00:00Z", "reset": {"endsAt": "2091-01-01T00:00:00.9876Z"},
            "bounds": {"max": 10.50}, "rewards": [{"toRank": 1, "reward": {"gems": 1, "coins": 5.0}}],
            "tiers": [{"name": "all"}], "source": {"entityType": "NOTHING", "path": "/x"}""";

    @Test
    void putCreatesChangesAndSaysWhatChanged() {
        put("put", "{" + FULL + "}")
                .statusCode(201)
                .header("Location", endsWith("/v1/leaderboards/put"))
                .body("id", equalTo("put"))
                .body("created", equalTo(true))
                .body("changed", empty())
                .body("bounds.action", equalTo("REJECT"))
                .body("season", equalTo(1));
        put("put", "{" + FULL.replace("\"gems\": 1, \"coins\": 5.0", "\"coins\": 5, \"gems\": 1") + "}")
                .statusCode(200)
                .body("created", equalTo(false))
                .body("changed", empty());
        put("put", "{" + FULL.replace("\"max\": 10.50", "\"max\": 10.5, \"action\": \"REJECT\"") + "}")
                .body("changed", empty());
        put("put", "{\"rankingType\": \"POINTS\", \"lanes\": 2}")
                .statusCode(200)
                .body("created", equalTo(false))
                .body(
                        "changed",
                        contains(
                                "description",
                                "rankingType",
                                "maxSize",
                                "order",
                                "operator",
                                "decimals",
                                "reset",
                                "bounds",
                                "rewards",
                                "tiers",
                                "source",
                                "ranking",
                                "startsAt",
                                "endsAt",
                                "maxAttempts"))
                .body("maxSize", equalTo(1000))
                .body("order", equalTo("DESCENDING"))
                .body("status", equalTo("OPEN"));
        put("put", "{\"rankingType\": \"RATING\", \"lanes\": 2}")
                .body("changed", contains("rankingType", "decimals", "rating"));
        put("put", "{\"rankingType\": \"RATING\", \"lanes\": 2, \"rating\": {\"algorithm\": \"ELO\", \"k\": 32}}")
                .body("changed", empty());
        get("put").body("$", not(hasKey("created"))).body("$", not(hasKey("changed")));
    }

    @Test
    void identicalPostIsASuccessAndADifferentOneAConflict() {
        String board = "{\"id\": \"post\", " + FULL + "}";
        createBoard(board).statusCode(201);
        createBoard(board)
                .statusCode(200)
                .body("id", equalTo("post"))
                .body("maxSize", equalTo(5))
                .body("$", not(hasKey("created")));
        createBoard(board.replace("\"maxSize\": 5", "\"maxSize\": 6").replace("full", "fuller"))
                .statusCode(409)
                .body("type", equalTo("/problems/board-exists"))
                .body("fields", contains("description", "maxSize"));
        change("post", "{\"maxSize\": 6, \"description\": \"fuller\"}").statusCode(200);
        createBoard(board.replace("\"maxSize\": 5", "\"maxSize\": 6").replace("full", "fuller"))
                .statusCode(200);
    }

    @Test
    void putOfAScoredOrDeletedBoard() {
        put("scored", "{\"rankingType\": \"SCORE\"}").statusCode(201);
        put("scored", "{\"rankingType\": \"SCORE\", \"lanes\": 2}")
                .statusCode(400)
                .body("field", equalTo("lanes"));
        submit("scored", Map.of("playerId", "ada", "value", 3)).statusCode(200);
        given().contentType("application/json")
                .body("{\"reason\": \"a season later\"}")
                .post("/v1/leaderboards/scored/reset");
        put("scored", "{\"rankingType\": \"TIME\", \"maxSize\": 5}")
                .statusCode(409)
                .body("type", equalTo("/problems/board-scored"))
                .body("fields", contains("rankingType", "order"));
        put("scored", "{\"rankingType\": \"SCORE\", \"maxSize\": 5}")
                .statusCode(200)
                .body("changed", contains("maxSize"))
                .body("season", equalTo(2));
        given().delete("/v1/leaderboards/scored").then().statusCode(204);
        put("scored", "{\"rankingType\": \"TIME\"}")
                .statusCode(201)
                .body("created", equalTo(true))
                .body("season", equalTo(1));
        get("scored/entries").body("totalEntries", equalTo(0));
    }

    @Test
    void planAnswersAsPutAndWritesNothing() {
        post("plan/plan", "{" + FULL + "}")
                .statusCode(200)
                .body("created", equalTo(true))
                .body("changed", empty())
                .body("maxSize", equalTo(5));
        get("plan").statusCode(404);
        put("plan", "{" + FULL + "}").statusCode(201);
        post("plan/plan", "{" + FULL.replace("\"maxSize\": 5", "\"maxSize\": 6") + "}")
                .statusCode(200)
                .body("created", equalTo(false))
                .body("changed", contains("maxSize"))
                .body("maxSize", equalTo(6));
        get("plan").body("maxSize", equalTo(5));
        post("plan/plan", "{\"rankingType\": \"SCORE\"}").statusCode(400).body("field", equalTo("lanes"));
        post("plan/plan", "{\"rankingType\": \"NONE\"}").statusCode(400).body("field", equalTo("rankingType"));
        put("planned", "{\"rankingType\": \"SCORE\"}").statusCode(201);
        submit("planned", Map.of("playerId", "ada", "value", 3)).statusCode(200);
        post("planned/plan", "{\"rankingType\": \"TIME\"}")
                .statusCode(409)
                .body("type", equalTo("/problems/board-scored"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"id\": \"refused\", \"rankingType\": \"SCORE\"} | id",
                "{\"rankingType\": \"SCORE\", \"clear\": [\"bounds\"]} | clear",
                "{\"description\": \"no type\"} | rankingType",
                "{\"rankingType\": \"SCORE\", \"season\": 2} | season",
                "{\"rankingType\": \"SCORE\", \"endsAt\": \"2001-01-01T00:00:00Z\"} | endsAt",
                "{\"rankingType\": \"SCORE\", \"lanes\": 0} | lanes",
            })
    void putThatDoesNotFitIsRefusedByName(String body, String field) {
        put("refused", body).statusCode(400).body("field", equalTo(field));
        get("refused").statusCode(404);
    }

    @Test
    void fiftyServersThatCreateABoardAreFiftySuccesses() throws Exception {
        ExecutorService servers = Executors.newFixedThreadPool(50);
        List<Future<Integer>> answers = new ArrayList<>();
        for (int server = 0; server < 50; server++) {
            boolean post = server % 2 == 0;
            answers.add(servers.submit(
                    () -> (post ? createBoard("{\"id\": \"fifty\", " + FULL + "}") : put("fifty", "{" + FULL + "}"))
                            .extract()
                            .statusCode()));
        }
        List<Integer> statuses = new ArrayList<>();
        for (Future<Integer> answer : answers) {
            statuses.add(answer.get());
        }
        servers.shutdown();
        assertTrue(statuses.contains(201), statuses::toString);
        statuses.removeIf(status -> status == 201 || status == 200);
        assertEquals(List.of(), statuses);
        get("fifty").statusCode(200).body("tiers", hasSize(1));
    }
}
