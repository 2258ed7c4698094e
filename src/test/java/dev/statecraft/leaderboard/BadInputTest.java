package dev.statecraft.leaderboard;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.http.Problem;
import dev.statecraft.local.DynamoDbLocalResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No request causes a 5xx response or a partial write (invariant A2). */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class BadInputTest {

    private static final String SCORES = "/v1/leaderboards/bad/scores";

    private static void aBoardIsThere() {
        int status = post("/v1/leaderboards", "{\"id\":\"bad\",\"rankingType\":\"SCORE\"}")
                .statusCode();
        assertTrue(status == 201 || status == 200, "status " + status);
    }

    @ParameterizedTest(name = "{0} -> {1} {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | 400 | playerId",
                "{\"playerId\":\"a\"} | 400 | value",
                "{\"playerId\":null,\"value\":1} | 400 | playerId",
                "{\"playerId\":\"\",\"value\":1} | 400 | playerId",
                "{\"playerId\":\"a b\",\"value\":1} | 400 | playerId",
                "{\"playerId\":\"a#b\",\"value\":1} | 400 | playerId",
                "{\"playerId\":\"ä\",\"value\":1} | 400 | playerId",
                "{\"playerId\":7,\"value\":1} | 400 | playerId",
                "{\"playerId\":\"a\",\"value\":\"1\"} | 400 | value",
                "{\"playerId\":\"a\",\"value\":true} | 400 | value",
                "{\"playerId\":\"a\",\"value\":[1]} | 400 | value",
                "{\"playerId\":\"a\",\"value\":null} | 400 | value",
                "{\"playerId\":\"a\",\"value\":NaN} | 400 | ",
                "{\"playerId\":\"a\",\"value\":Infinity} | 400 | ",
                "{\"playerId\":\"a\",\"value\":1e400} | 400 | value",
                "{\"playerId\":\"a\",\"value\":1e-400} | 400 | value",
                "{\"playerId\":\"a\",\"value\":1e999999999} | 400 | value",
                "{\"playerId\":\"a\",\"value\":9007199254740992} | 400 | value",
                "{\"playerId\":\"a\",\"value\":-9007199254740992} | 400 | value",
                "{\"playerId\":\"a\",\"value\":0.5} | 400 | value",
                "{\"playerId\":\"a\",\"value\":1,\"subscore\":0.1} | 400 | subscore",
                "{\"playerId\":\"a\",\"value\":1,\"submissionId\":\"\"} | 400 | submissionId",
                "{\"playerId\":\"a\",\"value\":1,\"operator\":\"TIMES\"} | 400 | operator",
                "{\"playerId\":\"a\",\"value\":1,\"metadata\":{\"n\":9007199254740993}} | 400 | metadata.n",
                "{\"playerId\":\"a\",\"value\":1,\"extra\":1} | 400 | extra",
                "{\"playerId\":\"a\",\"playerId\":\"b\",\"value\":1} | 400 | ",
                "{\"playerId\":\"a\",\"value\":1} x | 400 | ",
                "{\"playerId\":\"a\", | 400 | ",
                "[] | 400 | ",
                "null | 400 | ",
                "7 | 400 | "
            })
    void aBadScoreIsRefused(String body, int status, String field) {
        aBoardIsThere();
        Response response = post(SCORES, body);
        problem(response, status);
        if (field != null) {
            assertEquals(field, response.path("field"), response.asString());
        }
        given().get("/v1/leaderboards/bad/players/a").then().body("rank", equalTo(0));
    }

    @ParameterizedTest(name = "{0} -> {1} {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"rankingType\":\"SCORE\"} | id",
                "{\"id\":\"x\"} | rankingType",
                "{\"id\":\"x\",\"rankingType\":\"BEST\"} | rankingType",
                "{\"id\":\"x\",\"rankingType\":1} | rankingType",
                "{\"id\":\"x\",\"rankingType\":\"SCORE\",\"decimals\":7} | decimals",
                "{\"id\":\"x\",\"rankingType\":\"SCORE\",\"decimals\":1.5} | decimals",
                "{\"id\":\"x\",\"rankingType\":\"SCORE\",\"maxSize\":-1} | maxSize",
                "{\"id\":\"x\",\"rankingType\":\"SCORE\",\"maxSize\":99999999999} | maxSize",
                "{\"id\":\"x\",\"rankingType\":\"SCORE\",\"lanes\":0} | lanes",
                "{\"id\":\"x\",\"rankingType\":\"SCORE\",\"order\":\"UP\"} | order",
                "{\"id\":\"x/y\",\"rankingType\":\"SCORE\"} | id"
            })
    void aBadBoardIsRefused(String body, String field) {
        Response response = post("/v1/leaderboards", body);
        problem(response, 400);
        assertEquals(field, response.path("field"), response.asString());
        given().get("/v1/leaderboards/x").then().statusCode(404);
    }

    @ParameterizedTest(name = "{0} -> {1} {2}")
    @CsvSource({
        "/v1/leaderboards/none/entries, 404, ",
        "/v1/leaderboards/none/players/a, 404, ",
        "/v1/leaderboards/none/top, 404, ",
        "/v1/leaderboards/none/seasons, 404, ",
        "/v1/leaderboards/none, 404, ",
        "/v1/leaderboards/b%20d, 400, board",
        "/v1/leaderboards/b%23d/entries, 400, board",
        "/v1/leaderboards/bad/players/a%2Fb, 4xx, ",
        "/v1/leaderboards/bad/players/%00, 4xx, ",
        "/v1/leaderboards/bad/entries?offset=0, 400, offset",
        "/v1/leaderboards/bad/entries?offset=-1, 400, offset",
        "/v1/leaderboards/bad/entries?offset=x, 400, offset",
        "/v1/leaderboards/bad/entries?offset=99999999999999999999, 400, offset",
        "/v1/leaderboards/bad/entries?limit=0, 400, limit",
        "/v1/leaderboards/bad/entries?limit=1001, 400, limit",
        "/v1/leaderboards/bad/entries?limit=1e3, 400, limit",
        "/v1/leaderboards/bad/entries?cursor=abc, 400, cursor",
        "/v1/leaderboards/bad/entries?cursor=%21%21, 400, cursor",
        "/v1/leaderboards/bad/entries?cursor=a&offset=2, 400, offset",
        "/v1/leaderboards/bad/entries?around=nobody, 404, ",
        "/v1/leaderboards/bad/entries?around=a%20b, 400, around",
        "'/v1/leaderboards/bad/entries?players=a,,b', 400, players",
        "/v1/leaderboards/bad/entries?season=0, 400, season",
        "/v1/leaderboards/bad/entries?season=2, 404, ",
        "/v1/leaderboards/bad/players/a?season=one, 400, season",
        "/v1/leaderboards/bad/top?count=0, 400, count",
        "/v1/leaderboards/bad/rank, 400, value",
        "/v1/leaderboards/bad/rank?value=ten, 400, value",
        "/v1/leaderboards/bad/rank?value=0.5, 400, value",
        "/v1/leaderboards/bad/rank?value=9007199254740992, 400, value",
        "/v1/leaderboards/bad/select, 400, rank",
        "/v1/leaderboards/bad/select?rank=0, 400, rank",
        "/v1/leaderboards/bad/select?rank=5, 404, ",
        "/v1/leaderboards/bad/select?percentile=101, 400, percentile",
        "/v1/leaderboards/bad/select?percentile=-1, 400, percentile",
        "/v1/leaderboards/bad/select?percentile=NaN, 400, percentile",
        "/v1/leaderboards/bad/distribution?buckets=0, 400, buckets",
        "/v1/leaderboards?cursor=xyz, 400, cursor",
        "/v1/leaderboards/bad/nowhere, 404, ",
        "/v1/nowhere, 404, "
    })
    void aBadReadIsRefused(String path, String status, String field) {
        aBoardIsThere();
        Response response = given().urlEncodingEnabled(false).get(path);
        if (status.equals("4xx")) {
            assertEquals(4, response.statusCode() / 100, response.asString());
        } else {
            problem(response, Integer.parseInt(status));
        }
        if (field != null) {
            assertEquals(field, response.path("field"), response.asString());
        }
    }

    @Test
    void wrongMethodOrMediaType_isReported() {
        aBoardIsThere();
        problem(given().put(SCORES), 405);
        problem(given().delete(SCORES), 405);
        problem(given().contentType("text/plain").body("hello").post(SCORES), 415);
        problem(given().header("Accept", "image/png").get("/v1/leaderboards"), 406);
    }

    @Test
    void hugeDeepOrInvalidBody_isRejected() {
        aBoardIsThere();
        String deep = "{\"playerId\":\"a\",\"value\":1,\"metadata\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}";
        problem(post(SCORES, deep), 400);
        String large = "{\"playerId\":\"a\",\"value\":1,\"metadata\":\"" + "x".repeat(5_000_000) + "\"}";
        problem(post(SCORES, large), 413);
        String metadata = "{\"playerId\":\"a\",\"value\":1,\"metadata\":\"" + "x".repeat(5_000) + "\"}";
        problem(post(SCORES, metadata), 400);
        byte[] invalid = "{\"playerId\":\"a?\",\"value\":1}".getBytes(StandardCharsets.ISO_8859_1);
        invalid[14] = (byte) 0xff;
        problem(given().contentType("application/json").body(invalid).post(SCORES), 400);
        problem(post(SCORES, ""), 400);
        given().get("/v1/leaderboards/bad/players/a").then().body("rank", equalTo(0));
    }

    @Test
    void batch_hasOneToAHundredScores() {
        aBoardIsThere();
        problem(post(SCORES + "/batch", "{\"scores\":[]}"), 400);
        problem(post(SCORES + "/batch", "{}"), 400);
        String one = "{\"playerId\":\"a\",\"value\":1}";
        problem(post(SCORES + "/batch", "{\"scores\":[" + one + ("," + one).repeat(100) + "]}"), 400);
        problem(post("/v1/leaderboards/none/scores/batch", "{\"scores\":[" + one + "]}"), 404);
        Response withNull = post(SCORES + "/batch", "{\"scores\":[null]}");
        assertTrue(withNull.statusCode() < 500, withNull.asString());
    }

    @Test
    void writeToUnknownBoard_isRejected() {
        problem(post("/v1/leaderboards/none/scores", "{\"playerId\":\"a\",\"value\":1}"), 404);
        problem(post("/v1/leaderboards/none/reset", "{\"reason\":\"x\"}"), 404);
        problem(given().delete("/v1/leaderboards/none"), 404);
        problem(given().delete("/v1/leaderboards/none/players/a"), 404);
        problem(given().contentType("application/json").body(Map.of()).patch("/v1/leaderboards/none"), 404);
    }

    private static Response post(String path, String body) {
        return given().contentType("application/json")
                .body(body.getBytes(StandardCharsets.UTF_8))
                .post(path);
    }

    private static void problem(Response response, int status) {
        response.then()
                .statusCode(status)
                .contentType(Problem.MEDIA_TYPE)
                .body("type", startsWith("/problems/"))
                .body("title", notNullValue())
                .body("status", equalTo(status));
    }
}
