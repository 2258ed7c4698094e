package dev.statecraft.leaderboard.match;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.closeTo;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import dev.statecraft.http.Problem;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalRuntime;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class MatchResourceTest {

    @Inject
    LocalRuntime local;

    @Test
    void eloBoardRatesMatches() {
        create("{'id':'elo','rankingType':'RATING'}")
                .statusCode(201)
                .body("rating.algorithm", equalTo("ELO"))
                .body("rating.initial", equalTo(1500))
                .body("rating.k", equalTo(32))
                .body("rating.expectation", equalTo("LOGISTIC"))
                .body("rating.deviation", nullValue())
                .body("decimals", equalTo(2));
        String match = "{'matchId':'m1','teams':[{'players':['ada'],'place':2},{'players':['bob'],'place':1}]}";
        match("elo", match)
                .statusCode(200)
                .body("matchId", equalTo("m1"))
                .body("season", equalTo(1))
                .body("players.playerId", contains("ada", "bob"))
                .body("players.team", contains(0, 1))
                .body("players.place", contains(2, 1))
                .body("players.oldRating", contains(1500, 1500))
                .body("players.newRating", contains(1484, 1516))
                .body("players.change", contains(-16, 16))
                .body("players[0].deviation", nullValue())
                .body("players.rank", contains(2, 1))
                .body("asOf", notNullValue())
                .body("replayed", nullValue());
        match("elo", match)
                .statusCode(200)
                .body("players.newRating", contains(1484, 1516))
                .body("replayed", equalTo(true));
        match("elo", match.replace("ada", "ann"))
                .statusCode(422)
                .contentType(Problem.MEDIA_TYPE)
                .body("type", equalTo("/problems/id-reused"))
                .body("field", equalTo("matchId"));
        get("elo/players/bob")
                .body("value", equalTo(1516))
                .body("rank", equalTo(1))
                .body("rating.mean", equalTo(1516.0f))
                .body("rating.matches", equalTo(1))
                .body("rating.wins", equalTo(1))
                .body("rating.losses", equalTo(0))
                .body("rating.deviation", nullValue());
        local.pump().drain(Duration.ofSeconds(30));
        get("elo/entries").body("entries.playerId", contains("bob", "ada")).body("rankingType", equalTo("RATING"));
    }

    @Test
    void idempotencyKeyReplacesMatchId() {
        create("{'id':'keyed','rankingType':'RATING'}").statusCode(201);
        String match = "{'teams':[{'players':['a','b'],'place':1},{'players':['c','d'],'place':1}]}";
        for (int i = 0; i < 2; i++) {
            given().header("Idempotency-Key", "key-1")
                    .contentType("application/json")
                    .body(match.replace('\'', '"'))
                    .post("/v1/leaderboards/keyed/matches?rank=false")
                    .then()
                    .statusCode(200)
                    .body("matchId", equalTo("key-1"))
                    .body("players.change", contains(0, 0, 0, 0))
                    .body("players[0].rank", nullValue())
                    .body("replayed", equalTo(i == 0 ? null : true));
        }
        get("keyed/players/c").body("rating.draws", equalTo(1)).body("rating.matches", equalTo(1));
        match("keyed", match).statusCode(200).body("matchId", notNullValue());
        get("keyed/players/c").body("rating.matches", equalTo(2));
    }

    @Test
    void glicko2ReportsDeviation() {
        create("{'id':'glicko','rankingType':'RATING','rating':{'algorithm':'GLICKO2','period':'P7D','tau':0.6}}")
                .statusCode(201)
                .body("rating.period", equalTo("PT168H"))
                .body("rating.tau", equalTo(0.6f))
                .body("rating.volatility", equalTo(0.06f));
        // Two new players: 1500, 350, 0.06 each.
        match("glicko", "{'matchId':'m','teams':[{'players':['a'],'place':1},{'players':['b'],'place':2}]}")
                .statusCode(200)
                .body("players[0].newRating", equalTo(1662.31f))
                .body("players[1].newRating", equalTo(1337.69f))
                .body("players[0].deviation.toDouble()", closeTo(290.32, 0.01));
        get("glicko/players/a").body("rating.volatility.toDouble()", closeTo(0.06, 0.0001));
    }

    @Test
    void openSkillDisplaysMeanMinusThreeDeviations() {
        create("{'id':'openskill','rankingType':'RATING','rating':{'algorithm':'OPENSKILL','tau':0,"
                        + "'model':'BRADLEY_TERRY_PART'},'decimals':4}")
                .statusCode(201)
                .body("rating.initial", equalTo(25))
                .body("rating.confidence", equalTo(3));
        match("openskill", "{'matchId':'m','teams':[{'players':['a'],'place':1},{'players':['b'],'place':2}]}")
                .statusCode(200)
                .body("players.oldRating", contains(0, 0))
                .body("players[0].newRating", equalTo(3.4387f));
        get("openskill/players/a")
                .body("value", equalTo(3.4387f))
                .body("rating.mean.toDouble()", closeTo(27.63523138347365, 1e-6))
                .body("rating.deviation.toDouble()", closeTo(8.065506316323548, 1e-6));
    }

    @Test
    void hundredPlayersAreRatedAndOneMoreIsRejected() {
        create("{'id':'royale','rankingType':'RATING','rating':{'algorithm':'OPENSKILL'}}")
                .statusCode(201);
        for (int i = 0; i < 2; i++) {
            match("royale", freeForAll(100))
                    .statusCode(200)
                    .body("players.size()", equalTo(100))
                    .body("players[0].rank", equalTo(1))
                    .body("players[99].rank", equalTo(100))
                    .body("replayed", equalTo(i == 0 ? null : true));
        }
        match("royale", freeForAll(101)).statusCode(400).body("field", equalTo("teams"));
        local.pump().drain(Duration.ofSeconds(30));
        get("royale/entries?limit=1").body("totalEntries", equalTo(100));
    }

    @Test
    void boardsRejectTheOtherKindOfResult() {
        create("{'id':'by-matches','rankingType':'RATING'}").statusCode(201);
        create("{'id':'by-scores','rankingType':'SCORE'}").statusCode(201);
        post("by-matches/scores", "{'playerId':'a','value':1}")
                .statusCode(409)
                .body("type", equalTo("/problems/rated-by-matches"));
        post("by-matches/scores/batch", "{'scores':[{'playerId':'a','value':1}]}")
                .statusCode(200)
                .body("results[0].status", equalTo(409));
        String match = "{'matchId':'m','teams':[{'players':['a'],'place':1},{'players':['b'],'place':2}]}";
        match("by-scores", match).statusCode(409).body("type", equalTo("/problems/not-rated"));
        match("nowhere", match).statusCode(404).body("type", equalTo("/problems/board-not-found"));
    }

    @Test
    void ratingSettingsAreLockedAfterFirstMatch() {
        create("{'id':'fixed','rankingType':'SCORE'}").statusCode(201).body("rating", nullValue());
        patch("{'rankingType':'RATING'}").statusCode(200).body("rating.algorithm", equalTo("ELO"));
        patch("{'rating':{'algorithm':'ELO','k':10}}").statusCode(200).body("rating.k", equalTo(10));
        match("fixed", "{'matchId':'m','teams':[{'players':['a'],'place':1},{'players':['b'],'place':2}]}")
                .statusCode(200)
                .body("players.change", contains(5, -5));
        patch("{'rating':{'algorithm':'ELO','k':20}}").statusCode(409).body("type", equalTo("/problems/board-scored"));
        patch("{'description':'chess'}").statusCode(200).body("rating.k", equalTo(10));
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{} | teams",
                "{'teams':null} | teams",
                "{'teams':7} | teams",
                "{'teams':[]} | teams",
                "{'teams':[{'players':['a'],'place':1}]} | teams",
                "{'teams':[null,{'players':['a'],'place':1}]} | teams[0]",
                "{'teams':[{'place':1},{'players':['a'],'place':1}]} | teams[0].players",
                "{'teams':[{'players':['a'],'place':1},{'players':[],'place':2}]} | teams[1].players",
                "{'teams':[{'players':['a'],'place':1},{'players':'b','place':2}]} | teams[1].players",
                "{'teams':[{'players':['a'],'place':1},{'players':[null],'place':2}]} | teams[1].players[0]",
                "{'teams':[{'players':['a'],'place':1},{'players':['b#'],'place':2}]} | teams[1].players[0]",
                "{'teams':[{'players':['a'],'place':1},{'players':['b','a'],'place':2}]} | teams[1].players[1]",
                "{'teams':[{'players':['a','a'],'place':1},{'players':['b'],'place':2}]} | teams[0].players[1]",
                "{'teams':[{'players':['a'],'place':1},{'players':['b']}]} | teams[1].place",
                "{'teams':[{'players':['a'],'place':1},{'players':['b'],'place':0}]} | teams[1].place",
                "{'teams':[{'players':['a'],'place':1},{'players':['b'],'place':-1}]} | teams[1].place",
                "{'teams':[{'players':['a'],'place':1},{'players':['b'],'place':1.5}]} | teams[1].place",
                "{'teams':[{'players':['a'],'place':1},{'players':['b'],'place':99999999999}]} | teams[1].place",
                "{'teams':[{'players':['a'],'place':1},{'players':['b'],'place':2,'score':3}]} | teams[1].score",
                "{'matchId':'','teams':[{'players':['a'],'place':1},{'players':['b'],'place':2}]} | matchId",
                "{'matchId':'x y','teams':[{'players':['a'],'place':1},{'players':['b'],'place':2}]} | matchId"
            })
    void invalidMatchIsRejected(String body, String field) {
        create("{'id':'bad-matches','rankingType':'RATING'}");
        match("bad-matches", body)
                .statusCode(400)
                .contentType(Problem.MEDIA_TYPE)
                .body("type", startsWith("/problems/"))
                .body("field", equalTo(field));
        get("bad-matches/players/a").body("rank", equalTo(0));
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "'rankingType':'SCORE','rating':{'algorithm':'ELO'} | rating",
                "'rankingType':'RATING','rating':{'algorithm':'TRUESKILL'} | rating.algorithm",
                "'rankingType':'RATING','rating':{'algorithm':'ELO','tau':1} | rating.tau",
                "'rankingType':'RATING','rating':{'algorithm':'GLICKO2','k':1} | rating.k",
                "'rankingType':'RATING','rating':{'algorithm':'OPENSKILL','period':'P1D'} | rating.period",
                "'rankingType':'RATING','rating':{'k':0} | rating.k",
                "'rankingType':'RATING','rating':{'k':-5} | rating.k",
                "'rankingType':'RATING','rating':{'k':1e-30} | rating.k",
                "'rankingType':'RATING','rating':{'k':'32'} | rating.k",
                "'rankingType':'RATING','rating':{'initial':1e15} | rating.initial",
                "'rankingType':'RATING','rating':{'initial':1e-300} | rating.initial",
                "'rankingType':'RATING','rating':{'algorithm':'GLICKO2','deviation':0} | rating.deviation",
                "'rankingType':'RATING','rating':{'algorithm':'GLICKO2','volatility':2} | rating.volatility",
                "'rankingType':'RATING','rating':{'algorithm':'GLICKO2','tau':0} | rating.tau",
                "'rankingType':'RATING','rating':{'algorithm':'GLICKO2','period':'a week'} | rating.period",
                "'rankingType':'RATING','rating':{'algorithm':'GLICKO2','period':'PT1S'} | rating.period",
                "'rankingType':'RATING','rating':{'algorithm':'GLICKO2','period':'P9999999999D'} | rating.period",
                "'rankingType':'RATING','rating':{'algorithm':'OPENSKILL','model':'THURSTONE'} | rating.model",
                "'rankingType':'RATING','rating':{'algorithm':'OPENSKILL','confidence':-1} | rating.confidence",
                "'rankingType':'RATING','rating':{'beta':1} | rating.beta",
                "'rankingType':'RATING','rating':{'kfactor':1} | rating.kfactor",
                "'rankingType':'RATING','order':'ASCENDING' | order",
                "'rankingType':'RATING','operator':'SUM' | operator",
                "'rankingType':'RATING','bounds':{'max':3000} | bounds"
            })
    void invalidRatingSettingsAreRejected(String settings, String field) {
        create("{'id':'bad-rating'," + settings + "}").statusCode(400).body("field", equalTo(field));
        get("bad-rating").statusCode(404);
    }

    private static String freeForAll(int players) {
        return IntStream.range(0, players)
                .mapToObj(i -> "{'players':['p" + i + "'],'place':" + (i + 1) + "}")
                .collect(Collectors.joining(",", "{'matchId':'all','teams':[", "]}"));
    }

    private static ValidatableResponse create(String body) {
        return send(body).post("/v1/leaderboards").then();
    }

    private static ValidatableResponse patch(String body) {
        return send(body).patch("/v1/leaderboards/fixed").then();
    }

    private static ValidatableResponse match(String board, String body) {
        return post(board + "/matches", body);
    }

    private static ValidatableResponse post(String path, String body) {
        return send(body).post("/v1/leaderboards/" + path).then();
    }

    private static ValidatableResponse get(String path) {
        return given().get("/v1/leaderboards/" + path).then();
    }

    private static RequestSpecification send(String body) {
        return given().contentType("application/json").body(body.replace('\'', '"'));
    }
}
