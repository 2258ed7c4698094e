package dev.statecraft.leaderboard;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalRuntime;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class CachingResourceTest {

    private static final String TOP = "/v1/leaderboards/cached/top?count=5";

    @Inject
    LocalRuntime local;

    private void aBoardWithAScoreIsThere() {
        given().contentType("application/json")
                .body(Map.of("id", "cached", "rankingType", "SCORE"))
                .post("/v1/leaderboards");
        submit("ada", 10);
        rest();
    }

    @Test
    void etagOfAPage_changesOnlyWithThePage() {
        aBoardWithAScoreIsThere();
        Response first = given().get(TOP);
        first.then()
                .statusCode(200)
                .header("Cache-Control", "private, max-age=1")
                .header("ETag", notNullValue());
        String tag = first.header("ETag");
        assertTrue(tag.startsWith("\"") && tag.endsWith("\""), tag);
        assertEquals(tag, given().get(TOP + "&fresh=true").header("ETag"));
        assertEquals(tag, given().get(TOP).header("ETag"));
        submit("bob", 1 + (int) (System.nanoTime() % 1_000_000));
        rest();
        Response changed = given().header("If-None-Match", tag).get(TOP);
        changed.then().statusCode(200).body("entries.playerId", notNullValue());
        assertNotEquals(tag, changed.header("ETag"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "W/%s", "\"other\", %s", "\"a,b\" , W/%s", "*"})
    void matchingEtag_returns304(String header) {
        aBoardWithAScoreIsThere();
        String tag = given().get(TOP).header("ETag");
        given().header("If-None-Match", String.format(header, tag))
                .get(TOP)
                .then()
                .statusCode(304)
                .header("ETag", tag)
                .header("Cache-Control", containsString("max-age"))
                .body(emptyString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"other\"", "nonsense", "W/nonsense", "\"", ","})
    void otherEtag_returnsThePage(String header) {
        aBoardWithAScoreIsThere();
        given().header("If-None-Match", header).get(TOP).then().statusCode(200).body("entries", not(equalTo(null)));
    }

    @Test
    void rankOfAPlayer_isNotCached() {
        aBoardWithAScoreIsThere();
        for (String path : new String[] {"players/ada", "entries?around=ada", "entries?players=ada"}) {
            given().get("/v1/leaderboards/cached/" + path)
                    .then()
                    .statusCode(200)
                    .header("Cache-Control", "no-store")
                    .header("ETag", nullValue());
        }
        given().get(TOP + "&fresh=true").then().header("Cache-Control", "no-store");
        given().get(TOP + "&fresh=yes").then().statusCode(400).body("field", equalTo("fresh"));
    }

    @Test
    void listAfterSubmission_containsTheScore() {
        aBoardWithAScoreIsThere();
        int value = 1_000_000;
        for (int i = 0; i < 5; i++) {
            submit("climber", value + i);
            given().get(TOP).then().body("entries[0].value", equalTo(value + i));
        }
        given().delete("/v1/leaderboards/cached/players/climber").then().statusCode(204);
        given().get(TOP).then().body("entries[0].playerId", not(equalTo("climber")));
    }

    @Test
    void statistics_countCacheHitsAndHaveAnEtag() {
        aBoardWithAScoreIsThere();
        given().get(TOP);
        given().get(TOP);
        given().get("/v1/stats/leaderboards?fresh=true")
                .then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .body("cacheHits", greaterThanOrEqualTo(1))
                .body("cacheMisses", greaterThanOrEqualTo(1))
                .body("cacheHitRatio", notNullValue())
                .body("cachedLeaderboards", greaterThanOrEqualTo(1));
        String tag = given().get("/v1/stats/leaderboards").header("ETag");
        given().header("If-None-Match", tag)
                .get("/v1/stats/leaderboards")
                .then()
                .statusCode(304)
                .header("Cache-Control", "private, max-age=1");
        given().get("/v1/stats/leaderboards?fresh=1").then().statusCode(400).body("field", equalTo("fresh"));
    }

    @Test
    void playerToken_isServedFromTheCache() {
        aBoardWithAScoreIsThere();
        String token = given().contentType("application/json")
                .body(Map.of("boards", List.of("cached")))
                .post("/v1/players/ada/tokens")
                .path("token");
        for (String path : List.of(TOP + "&fresh=true", "/v1/leaderboards/cached/entries?fresh=true")) {
            given().header("Authorization", "Bearer " + token)
                    .get(path)
                    .then()
                    .statusCode(200)
                    .header("Cache-Control", "private, max-age=1");
        }
        given().header("Authorization", "Bearer " + token)
                .get(TOP + "&fresh=yes")
                .then()
                .statusCode(400)
                .body("field", equalTo("fresh"));
    }

    private static void submit(String player, int value) {
        given().contentType("application/json")
                .body(Map.of("playerId", player, "value", value))
                .post("/v1/leaderboards/cached/scores")
                .then()
                .statusCode(200);
    }

    private void rest() {
        local.pump().drain(Duration.ofSeconds(20));
    }
}
