package dev.statecraft.leaderboard.score;

import static dev.statecraft.leaderboard.LeaderboardCalls.createBoard;
import static dev.statecraft.leaderboard.LeaderboardCalls.get;
import static dev.statecraft.leaderboard.LeaderboardCalls.json;
import static dev.statecraft.leaderboard.LeaderboardCalls.post;
import static dev.statecraft.leaderboard.LeaderboardCalls.submit;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalRuntime;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Scores over HTTP: retries, batches, unreadable scores, immediate ranks. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class ScoreResourceTest {

    @Inject
    LocalRuntime local;

    @Test
    void repeatedSubmissionReturnsTheSameResult() {
        createBoard(Map.of("id", "repeat", "rankingType", "POINTS"));
        Map<String, Object> body = Map.of("playerId", "ada", "value", 10, "submissionId", "s-1");
        submit("repeat", body).body("newValue", equalTo(10));
        submit("repeat", Map.of("playerId", "ada", "value", 5)).body("newValue", equalTo(15));
        submit("repeat", body)
                .statusCode(200)
                .body("oldValue", equalTo(0))
                .body("newValue", equalTo(10))
                .body("first", equalTo(true))
                .body("replayed", equalTo(true));
        submit("repeat", Map.of("playerId", "ada", "value", 11, "submissionId", "s-1"))
                .statusCode(422)
                .body("type", equalTo("/problems/id-reused"));
        json().header("Idempotency-Key", "k-1")
                .body(Map.of("playerId", "ada", "value", 1))
                .post("/v1/leaderboards/repeat/scores");
        json().header("Idempotency-Key", "k-1")
                .body(Map.of("playerId", "ada", "value", 1))
                .post("/v1/leaderboards/repeat/scores")
                .then()
                .body("replayed", equalTo(true))
                .body("newValue", equalTo(16));
    }

    @Test
    void retryAcrossResetIsNotCountedAgain() {
        createBoard(Map.of("id", "crossing", "rankingType", "POINTS"));
        Map<String, Object> body = Map.of("playerId", "ada", "value", 10, "submissionId", "s-1");
        submit("crossing", body);
        post("crossing/reset", Map.of("reason", "new week"));
        submit("crossing", body).body("replayed", equalTo(true)).body("season", equalTo(1));
        get("crossing/players/ada").body("rank", equalTo(0));
    }

    @Test
    void batchReturnsOneResultForEachScore() {
        createBoard(Map.of("id", "batch", "rankingType", "POINTS"));
        json().body(Map.of(
                        "scores",
                        List.of(
                                Map.of("playerId", "ada", "value", 10, "submissionId", "1"),
                                Map.of("playerId", "no spaces", "value", 10),
                                Map.of("playerId", "ada", "value", 5, "submissionId", "2"),
                                Map.of("playerId", "bob", "value", 0.5),
                                Map.of("playerId", "bob", "value", 20),
                                Map.of("playerId", "ada", "value", 10, "submissionId", "1"))))
                .post("/v1/leaderboards/batch/scores/batch")
                .then()
                .statusCode(200)
                .body("results.status", contains(200, 400, 200, 400, 200, 200))
                .body("results[0].newValue", equalTo(10))
                .body("results[1].problem.field", equalTo("scores[1].playerId"))
                .body("results[2].newValue", equalTo(15))
                .body("results[3].problem.field", equalTo("scores[3].value"))
                .body("results[4].newValue", equalTo(20))
                .body("results[5].replayed", equalTo(true));
    }

    @Test
    void unreadableScoreOfBatchIsItsOwnProblem() {
        createBoard(Map.of("id", "each-for-itself", "rankingType", "SCORE"));
        List<String> wrong = List.of(
                "{'playerId':'ada','value':1e400}",
                "{'playerId':'ada','value':'5'}",
                "{'playerId':'ada','value':5,'extra':1}",
                "{'playerId':'ada','playerId':'eve','value':5}",
                "{'playerId':'ada','value':5,'operator':'TIMES'}",
                "{'playerId':'ada','value':5,'metadata':" + "[".repeat(100) + "]".repeat(100) + "}",
                "{'playerId':'ada','value':5,'metadata':[" + "0,".repeat(20_000) + "0]}",
                "{'playerId':'\\ud800','value':5}",
                "[1]",
                "[]",
                "7",
                "null");
        List<String> scores = new ArrayList<>();
        for (String item : wrong) {
            scores.add("{'playerId':'bob','value':" + (scores.size() + 1) + ".0}");
            scores.add(item);
        }
        String body = "{'scores':[" + String.join(",", scores) + "]}";
        ValidatableResponse answer = json().body(body.replace('\'', '"'))
                .post("/v1/leaderboards/each-for-itself/scores/batch")
                .then()
                .statusCode(200)
                .body("results.status", hasSize(scores.size()));
        for (int i = 0; i < wrong.size(); i++) {
            answer.body("results[" + 2 * i + "].status", equalTo(200))
                    .body("results[" + 2 * i + "].newValue", equalTo(2 * i + 1))
                    .body("results[" + (2 * i + 1) + "].status", equalTo(400))
                    .body("results[" + (2 * i + 1) + "].problem.field", startsWith("scores[" + (2 * i + 1) + "]"));
        }
        answer.body("results[1].problem.field", equalTo("scores[1].value"))
                .body("results[5].problem.field", equalTo("scores[5].extra"));
        get("each-for-itself/players/ada").body("rank", equalTo(0));
    }

    @Test
    void floatingPointNoiseIsRoundedAndExcessDigitsAreRejected() {
        createBoard(Map.of("id", "noise", "rankingType", "SCORE", "decimals", 2));
        submit("noise", Map.of("playerId", "ada", "value", 0.1 + 0.2, "subscore", 3 * 1.1))
                .body("newValue", equalTo(0.3f));
        rest();
        get("noise/rank?value=0.30000000000000004&subscore=3.3000000000000003").body("value", equalTo(0.3f));
        json().body("{\"playerId\":\"ada\",\"value\":0.301}")
                .post("/v1/leaderboards/noise/scores")
                .then()
                .statusCode(400);
        json().body("{\"bounds\":{\"min\":0.30000000000000004,\"max\":1e2},\"maxSize\":10.0}")
                .patch("/v1/leaderboards/noise")
                .then()
                .statusCode(200)
                .body("bounds.min", equalTo(0.3f))
                .body("bounds.max", equalTo(100))
                .body("maxSize", equalTo(10));
        get("noise/entries?limit=10.0").body("totalEntries", equalTo(1));
    }

    @Test
    void ownScoreIsRankedImmediately() {
        createBoard(Map.of("id", "own", "rankingType", "SCORE", "operator", "LAST"));
        submit("own", Map.of("playerId", "ada", "value", 100));
        submit("own", Map.of("playerId", "bob", "value", 50));
        rest();
        local.pump().pause();
        try {
            submit("own", Map.of("playerId", "ada", "value", 20)).body("rank", equalTo(2));
            get("own/players/ada").body("rank", equalTo(2)).body("totalEntries", equalTo(2));
            submit("own", Map.of("playerId", "new", "value", 70)).body("rank", equalTo(2));
            get("own/players/new").body("rank", equalTo(2)).body("totalEntries", equalTo(3));
            Instant asOf = Instant.parse(get("own/players/ada").extract().path("asOf"));
            Instant written = Instant.parse(get("own/players/new").extract().path("updatedAt"));
            assertEquals(true, asOf.isBefore(written), "asOf " + asOf + " claims to count " + written);
        } finally {
            local.pump().resume();
        }
        rest();
        get("own/players/ada").body("rank", equalTo(3));
        get("own/players/new").body("rank", equalTo(1));
    }

    @Test
    void submissionIsRecognizedInEveryKindOfRetry() throws Exception {
        createBoard(Map.of("id", "repeated", "rankingType", "POINTS")).statusCode(201);
        ExecutorService clients = Executors.newFixedThreadPool(12);
        try {
            List<Callable<Boolean>> tasks = Collections.nCopies(
                    12,
                    () -> submit(
                                            "repeated",
                                            Map.of(
                                                    "playerId",
                                                    "p",
                                                    "value",
                                                    10,
                                                    "submissionId",
                                                    "e1",
                                                    "metadata",
                                                    Map.of("n", 1)))
                                    .statusCode(200)
                                    .body("newValue", equalTo(10))
                                    .extract()
                                    .path("replayed")
                            != null);
            int replayed = 0;
            for (Future<Boolean> done : clients.invokeAll(tasks)) {
                replayed += done.get() ? 1 : 0;
            }
            assertEquals(11, replayed);
        } finally {
            clients.shutdownNow();
        }
        String same = "{\"submissionId\":\"e1\",\"metadata\":{\"n\":1.0},\"value\":10.0,\"playerId\":\"p\"}";
        for (int reset = 0; reset < 3; reset++) {
            json().body(same)
                    .post("/v1/leaderboards/repeated/scores")
                    .then()
                    .statusCode(200)
                    .body("replayed", equalTo(true))
                    .body("season", equalTo(1))
                    .body("newValue", equalTo(10))
                    .body("oldValue", equalTo(0));
            submit("repeated", Map.of("playerId", "p", "value", 11, "submissionId", "e1"))
                    .statusCode(422);
            post("repeated/reset", Map.of("reason", "reset " + reset)).statusCode(200);
            if (reset != 1) {
                submit("repeated", Map.of("playerId", "p", "value", 1, "submissionId", "r" + reset))
                        .statusCode(200)
                        .body("newValue", equalTo(1));
            }
        }
    }

    private void rest() {
        local.pump().drain(Duration.ofSeconds(30));
    }
}
