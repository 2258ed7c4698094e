package dev.statecraft.leaderboard.score;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.http.Problem;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalRuntime;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class ReviewResourceTest {

    private static final Map<String, Object> QUARANTINE = Map.of("max", 100, "action", "QUARANTINE");

    @Inject
    LocalRuntime local;

    @Test
    void implausibleScoreIsRejectedWithTheBound() {
        create("refusing", "SCORE", Map.of("bounds", Map.of("min", -5.5, "max", 100, "maxIncrease", 50)));
        problem(submit("refusing", Map.of("playerId", "ada", "value", 101)), 422)
                .body("type", equalTo("/problems/score-implausible"))
                .body("field", equalTo("value"))
                .body("bound", equalTo("MAX"))
                .body("limit", equalTo(100));
        problem(submit("refusing", Map.of("playerId", "ada", "value", 51)), 422).body("bound", equalTo("MAX_INCREASE"));
        problem(submit("refusing", Map.of("playerId", "ada", "value", -6)), 422)
                .body("bound", equalTo("MIN"))
                .body("limit", equalTo(-5.5f));
        submit("refusing", Map.of("playerId", "ada", "value", 50)).statusCode(200);
        submit("refusing", Map.of("playerId", "ada", "value", 100)).statusCode(200);
    }

    @Test
    void submissionsAboveRateAreRejectedTemporarily() {
        create("hasty", "SCORE", Map.of("bounds", Map.of("perMinute", 2)));
        submit("hasty", Map.of("playerId", "ada", "value", 3)).statusCode(200);
        submit("hasty", Map.of("playerId", "ada", "value", 1)).statusCode(200);
        ValidatableResponse refused = problem(submit("hasty", Map.of("playerId", "ada", "value", 2)), 429)
                .body("bound", equalTo("PER_MINUTE"));
        int seconds = Integer.parseInt(refused.extract().header("Retry-After"));
        assertTrue(seconds > 40 && seconds <= 60, "Retry-After: " + seconds);
        submit("hasty", Map.of("playerId", "bob", "value", 2)).statusCode(200);
    }

    @Test
    void quarantinedScoreIsReviewedOnce() {
        create("watched", "POINTS", Map.of("bounds", QUARANTINE));
        submit("watched", Map.of("playerId", "ada", "value", 60)).statusCode(200);
        Map<String, Object> body = Map.of(
                "playerId", "ada", "value", 70, "submissionId", "s-1", "metadata", Map.of("level", 3), "subscore", 1);
        for (int i = 0; i < 2; i++) {
            submit("watched", body)
                    .statusCode(202)
                    .body("playerId", equalTo("ada"))
                    .body("oldValue", equalTo(60))
                    .body("newValue", equalTo(60))
                    .body("change", equalTo(0))
                    .body("first", equalTo(false))
                    .body("improved", equalTo(false))
                    .body("season", equalTo(1))
                    .body("submissionId", equalTo("s-1"))
                    .body("quarantined", equalTo(true))
                    .body("bound", equalTo("MAX"))
                    .body("replayed", equalTo(i == 0 ? null : true))
                    .body("rank", nullValue());
        }
        problem(submit("watched", Map.of("playerId", "ada", "value", 71, "submissionId", "s-1")), 422)
                .body("type", equalTo("/problems/id-reused"));
        problem(submit("watched", Map.of("playerId", "bob", "value", 700, "submissionId", "s-1")), 422)
                .body("type", equalTo("/problems/id-reused"));
        String made = submit("watched", Map.of("playerId", "bob", "value", 500))
                .statusCode(202)
                .body("oldValue", equalTo(0))
                .extract()
                .path("submissionId");
        rest();
        get("watched/entries?fresh=true")
                .body("entries.playerId", contains("ada"))
                .body("totalEntries", equalTo(1));
        get("watched/players/bob").body("rank", equalTo(0)).body("totalEntries", equalTo(1));

        get("watched/review?status=PENDING").body("reviews", hasSize(2));
        String cursor = get("watched/review?limit=1")
                .body("reviews", hasSize(1))
                .extract()
                .path("nextCursor");
        get("watched/review?limit=1&cursor=" + cursor)
                .body("reviews", hasSize(1))
                .body("reviews[0].submissionId", anyOf(equalTo("s-1"), equalTo(made)))
                .body("nextCursor", nullValue());
        for (int i = 0; i < 2; i++) {
            decide("watched", "s-1", "ACCEPT")
                    .statusCode(200)
                    .body("status", equalTo("ACCEPTED"))
                    .body("oldValue", equalTo(60))
                    .body("newValue", equalTo(130))
                    .body("change", equalTo(70))
                    .body("improved", equalTo(true))
                    .body("decidedAt", notNullValue())
                    .body("replayed", equalTo(i == 0 ? null : true));
        }
        problem(decide("watched", "s-1", "REJECT"), 409)
                .body("type", equalTo("/problems/review-decided"))
                .body("decided", equalTo("ACCEPTED"));
        submit("watched", body).statusCode(200).body("newValue", equalTo(130)).body("replayed", equalTo(true));
        decide("watched", made, "REJECT").statusCode(200).body("status", equalTo("REJECTED"));
        submit("watched", Map.of("playerId", "bob", "value", 500, "submissionId", made))
                .statusCode(202);
        rest();
        get("watched/players/ada")
                .body("value", equalTo(130))
                .body("rank", equalTo(1))
                .body("metadata.level", equalTo(3));
        get("watched/review?status=ACCEPTED").body("reviews.submissionId", contains("s-1"));
        get("watched/review?status=REJECTED")
                .body("reviews[0].playerId", equalTo("bob"))
                .body("reviews[0].value", equalTo(500))
                .body("reviews[0].bound", equalTo("MAX"));
    }

    @Test
    void closedSeasonAcceptsNoScores() {
        create("over", "POINTS", Map.of("bounds", QUARANTINE));
        Map<String, Object> body = Map.of("playerId", "ada", "value", 500, "submissionId", "s-1");
        submit("over", body).statusCode(202);
        json().body(Map.of("reason", "over"))
                .post("/v1/leaderboards/over/reset")
                .then()
                .statusCode(200);
        submit("over", body).statusCode(202).body("season", equalTo(1)).body("replayed", equalTo(true));
        problem(decide("over", "s-1", "ACCEPT"), 409).body("type", equalTo("/problems/season-closed"));
        decide("over", "s-1", "REJECT").statusCode(200);
        get("over/players/ada").body("rank", equalTo(0));
    }

    @Test
    void scoresOfBatchAreCheckedIndependently() {
        create("mixed", "SCORE", Map.of("bounds", QUARANTINE));
        json().body(Map.of(
                        "scores",
                        List.of(
                                Map.of("playerId", "ada", "value", 90, "submissionId", "1"),
                                Map.of("playerId", "ada", "value", 900, "submissionId", "2"),
                                Map.of("playerId", "ada", "value", 95, "submissionId", "3"),
                                Map.of("playerId", "bob", "value", 101, "submissionId", "4"))))
                .post("/v1/leaderboards/mixed/scores/batch")
                .then()
                .statusCode(200)
                .body("results.status", contains(200, 202, 200, 202))
                .body("results[1].newValue", equalTo(90))
                .body("results[1].quarantined", equalTo(true))
                .body("results[2].newValue", equalTo(95))
                .body("results[2].rank", equalTo(1))
                .body("results[3].newValue", equalTo(0));
        json().body(Map.of("bounds", Map.of("max", 100, "perMinute", 3)))
                .patch("/v1/leaderboards/mixed")
                .then()
                .statusCode(200);
        json().body(Map.of(
                        "scores",
                        List.of(
                                Map.of("playerId", "bob", "value", 900),
                                Map.of("playerId", "ada", "value", 96),
                                Map.of("playerId", "bob", "value", 9))))
                .post("/v1/leaderboards/mixed/scores/batch")
                .then()
                .body("results.status", contains(422, 429, 200))
                .body("results[0].problem.field", equalTo("scores[0].value"))
                .body("results[1].problem.retryAfterSeconds", greaterThan(0));
    }

    @Test
    void responsesWithRankHaveTier() {
        create(
                "tiered",
                "SCORE",
                Map.of(
                        "tiers",
                        List.of(
                                Map.of("name", "champion", "rank", 1, "score", 100),
                                Map.of("name", "gold", "percentile", 50),
                                Map.of("name", "bronze", "score", 10))));
        for (int i = 0; i < 4; i++) {
            submit("tiered", Map.of("playerId", "p" + i, "value", new int[] {200, 90, 20, 5}[i]));
        }
        rest();
        get("tiered/top?fresh=true").body("entries.tier", contains("champion", "gold", "bronze", null));
        get("tiered/entries?offset=2&limit=2").body("entries.tier", contains("gold", "bronze"));
        get("tiered/entries?around=p3&limit=2").body("entries.tier", contains("bronze", null));
        get("tiered/entries?players=p0,p2").body("entries.tier", contains("champion", "bronze"));
        String cursor = get("tiered/entries?limit=1").extract().path("nextCursor");
        get("tiered/entries?limit=1&cursor=" + cursor).body("entries.tier", contains("gold"));
        get("tiered/players/p0").body("tier", equalTo("champion"));
        get("tiered/players/p3").body("tier", nullValue());
        get("tiered/players/nobody").body("tier", nullValue());
        get("tiered/rank?value=150").body("tier", equalTo("gold"));
        get("tiered/rank?value=300").body("tier", equalTo("champion"));
        submit("tiered", Map.of("playerId", "p3", "value", 15)).body("tier", equalTo("bronze"));
        submit("tiered", Map.of("playerId", "p3", "value", 500)).body("tier", equalTo("champion"));
        json().body(Map.of("reason", "over"))
                .post("/v1/leaderboards/tiered/reset")
                .then()
                .statusCode(200);
        rest();
        get("tiered/entries?season=1&fresh=true")
                .body("entries.tier", contains("champion", "gold", "bronze", "bronze"));
    }

    @ParameterizedTest(name = "{0} {1} -> {2} {3}")
    @CsvSource(
            delimiter = '|',
            value = {
                "s-1 | {\"decision\":\"MAYBE\"} | 400 | decision",
                "s-1 | {\"decision\":\"accept\"} | 400 | decision",
                "s-1 | {\"decision\":1} | 400 | decision",
                "s-1 | {} | 400 | decision",
                "s-1 | {\"decision\":null} | 400 | decision",
                "s-1 | {\"decision\":\"ACCEPT\",\"extra\":1} | 400 | extra",
                "s-1 | [] | 400 | ",
                "s-1 | null | 400 | ",
                "nothing | {\"decision\":\"ACCEPT\"} | 404 | ",
                "nothing | {\"decision\":\"REJECT\"} | 404 | ",
                "a%20b | {\"decision\":\"REJECT\"} | 400 | submissionId"
            })
    void invalidDecisionIsRejected(String id, String body, int status, String field) {
        create("decisions", "POINTS", Map.of("bounds", QUARANTINE));
        submit("decisions", Map.of("playerId", "ada", "value", 500, "submissionId", "s-1"));
        ValidatableResponse response = problem(
                json().urlEncodingEnabled(false)
                        .body(body)
                        .post("/v1/leaderboards/decisions/review/" + id)
                        .then(),
                status);
        if (field != null) {
            response.body("field", equalTo(field));
        }
        get("decisions/review").body("reviews.status", contains("PENDING"));
    }

    @Test
    void unknownBoardOrReviewReturns404() {
        create("empty", "POINTS", Map.of());
        get("empty/review").statusCode(200).body("reviews", hasSize(0)).body("nextCursor", nullValue());
        problem(get("empty/review?status=DONE"), 400).body("field", equalTo("status"));
        problem(get("empty/review?limit=0"), 400).body("field", equalTo("limit"));
        problem(get("empty/review?cursor=x"), 400).body("field", equalTo("cursor"));
        problem(get("none/review"), 404);
        problem(decide("none", "s-1", "ACCEPT"), 404).body("type", equalTo("/problems/board-not-found"));
        problem(decide("empty", "s-1", "ACCEPT"), 404).body("type", equalTo("/problems/review-not-found"));
        problem(json().put("/v1/leaderboards/empty/review").then(), 405);
        problem(given().get("/v1/leaderboards/empty/review/s-1").then(), 405);
    }

    private static void create(String id, String type, Map<String, Object> more) {
        Map<String, Object> body = new HashMap<>(more);
        body.put("id", id);
        body.put("rankingType", type);
        int status = json().body(body).post("/v1/leaderboards").statusCode();
        assertTrue(status == 201 || status == 200, "created: " + status);
    }

    private static ValidatableResponse submit(String board, Map<String, Object> body) {
        return json().body(body).post("/v1/leaderboards/" + board + "/scores").then();
    }

    private static ValidatableResponse decide(String board, String id, String decision) {
        return json().body(Map.of("decision", decision))
                .post("/v1/leaderboards/" + board + "/review/" + id)
                .then();
    }

    private static ValidatableResponse get(String path) {
        return given().get("/v1/leaderboards/" + path).then();
    }

    private static RequestSpecification json() {
        return given().contentType("application/json");
    }

    private static ValidatableResponse problem(ValidatableResponse response, int status) {
        return response.statusCode(status)
                .contentType(Problem.MEDIA_TYPE)
                .body("title", notNullValue())
                .body("status", equalTo(status));
    }

    private void rest() {
        local.pump().drain(Duration.ofSeconds(20));
    }
}
