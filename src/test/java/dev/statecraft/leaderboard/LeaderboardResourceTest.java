package dev.statecraft.leaderboard;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalRuntime;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
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

@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class LeaderboardResourceTest {

    @Inject
    LocalRuntime local;

    @Inject
    UpkeepService upkeep;

    @Test
    void theSeedsCallsWork() {
        create(Map.of(
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
    void aRepeatedSubmissionAnswersTheSame() {
        create(Map.of("id", "repeat", "rankingType", "POINTS"));
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
    void aRetryAcrossAResetDoesNotCountAgain() {
        create(Map.of("id", "crossing", "rankingType", "POINTS"));
        Map<String, Object> body = Map.of("playerId", "ada", "value", 10, "submissionId", "s-1");
        submit("crossing", body);
        post("crossing/reset", Map.of("reason", "new week"));
        submit("crossing", body).body("replayed", equalTo(true)).body("season", equalTo(1));
        get("crossing/players/ada").body("rank", equalTo(0));
    }

    @Test
    void aRepeatedResetClosesOneSeason() {
        create(Map.of("id", "once", "rankingType", "POINTS"));
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
    void aBatchAnswersForEachScore() {
        create(Map.of("id", "batch", "rankingType", "POINTS"));
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
    void aScoreOfABatchThatCannotBeReadIsItsOwnProblem() {
        create(Map.of("id", "each-for-itself", "rankingType", "SCORE"));
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
    void floatingPointNoiseIsRoundedAndDigitsThatAreMeantAreRefused() {
        create(Map.of("id", "noise", "rankingType", "SCORE", "decimals", 2));
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
    void aPlayersOwnScoreCountsAtOnce() {
        create(Map.of("id", "own", "rankingType", "SCORE", "operator", "LAST"));
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
    void onlyTheListedPlacesAreListed() {
        create(Map.of("id", "small", "rankingType", "SCORE", "maxSize", 3));
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
    void pagesFollowTheCursor() {
        create(Map.of("id", "pages", "rankingType", "TIME", "decimals", 2));
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
        create(Map.of("id", "elsewhere", "rankingType", "TIME"));
        get("elsewhere/entries?cursor=" + cursor).statusCode(400).body("field", equalTo("cursor"));
    }

    @Test
    void boardsAreChangedListedAndDeleted() {
        create(Map.of("id", "board-a", "rankingType", "SCORE"));
        create(Map.of("id", "board-b", "rankingType", "WINS"));
        create(Map.of("id", "board-a", "rankingType", "SCORE"))
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
        create(Map.of("id", "board-a", "rankingType", "SCORE")).statusCode(201);
        rest();
        get("board-a/entries").body("totalEntries", equalTo(0));
    }

    @Test
    void aRemovedPlayerIsGoneAndALateRetryDoesNotBringItBack() {
        create(Map.of("id", "removal", "rankingType", "POINTS"));
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
    void anAuditFindsTheRankingRightAndMendsIt() {
        create(Map.of("id", "audited", "rankingType", "SCORE"));
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
        assertEquals(0, upkeep.run("default", () -> true).mended(), "moves that are not counted");
        local.pump().resume();
        rest();
        get("audited/players/p0").body("rank", equalTo(5));
        UpkeepService.Done done = upkeep.run("default", () -> true);
        assertEquals(1, done.mended(), done.toString());
        post("audited/audit", Map.of()).body("drift", equalTo(0)).body("mending", equalTo(false));
        get("audited/players/p0").body("rank", equalTo(5));
    }

    @Test
    void aSubmissionIsRecognizedHoweverItIsRepeated() throws Exception {
        create(Map.of("id", "repeated", "rankingType", "POINTS")).statusCode(201);
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

    private static ValidatableResponse create(Map<String, Object> body) {
        return json().body(body).post("/v1/leaderboards").then();
    }

    private static ValidatableResponse submit(String board, Map<String, Object> body) {
        return post(board + "/scores", body);
    }

    private static ValidatableResponse post(String path, Map<String, Object> body) {
        return json().body(body).post("/v1/leaderboards/" + path).then();
    }

    private static ValidatableResponse get(String path) {
        return given().get("/v1/leaderboards/" + path).then();
    }

    private static RequestSpecification json() {
        return given().contentType("application/json");
    }
}
