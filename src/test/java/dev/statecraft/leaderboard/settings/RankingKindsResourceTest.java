package dev.statecraft.leaderboard.settings;

import static dev.statecraft.access.Keyring.with;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalRuntime;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Kinds of rankings, windows around players, lists of players, a player's boards and metadata over HTTP. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class RankingKindsResourceTest {

    @Inject
    LocalRuntime local;

    @ParameterizedTest
    @EnumSource(Ranking.class)
    void everyResponse_usesTheRankingOfTheBoard(Ranking ranking) {
        String id = "kind_" + ranking;
        create(Map.of("id", id, "rankingType", "SCORE", "ranking", ranking.name(), "decimals", 1))
                .statusCode(201)
                .body("ranking", equalTo(ranking.name()));
        double[] scores = {5.5, 3, 3, 3, -1.5, -1.5, -7};
        List<Map<String, Object>> batch = new ArrayList<>();
        for (int i = 0; i < scores.length; i++) {
            batch.add(Map.of("playerId", "p" + i, "value", scores[i]));
        }
        post(id + "/scores/batch", Map.of("scores", batch)).statusCode(200);
        rest();
        Integer[] ranks =
                switch (ranking) {
                    case COMPETITION -> new Integer[] {1, 2, 2, 2, 5, 5, 7};
                    case DENSE -> new Integer[] {1, 2, 2, 2, 3, 3, 4};
                    case UNIQUE -> new Integer[] {1, 2, 3, 4, 5, 6, 7};
                };
        List<String> players = get(id + "/entries?fresh=true")
                .body("entries.rank", contains(ranks))
                .body("entries.position", contains(1, 2, 3, 4, 5, 6, 7))
                .extract()
                .path("entries.playerId");
        for (int i = 0; i < players.size(); i++) {
            get(id + "/players/" + players.get(i)).body("rank", equalTo(ranks[i]));
            get(id + "/entries?around=" + players.get(i) + "&limit=1").body("entries.rank", contains(ranks[i]));
            get(id + "/entries?limit=1&offset=" + (i + 1)).body("entries.rank", contains(ranks[i]));
        }
        get(id + "/entries?players=" + String.join(",", players)).body("entries.rank", contains(ranks));
        get(id + "/entries?around=" + players.get(4) + "&limit=3")
                .body("entries.rank", contains(ranks[3], ranks[4], ranks[5]));
        get(id + "/rank?value=3").body("rank", equalTo(ranking == Ranking.UNIQUE ? 5 : 2));
        get(id + "/rank?value=0").body("rank", equalTo(ranking == Ranking.DENSE ? 3 : 5));
        get(id + "/select?rank=4").body("value", equalTo(ranking == Ranking.DENSE ? -7 : 3));
        get(id + "/select?rank=3").body("value", ranking == Ranking.DENSE ? equalTo(-1.5f) : equalTo(3));
        get(id + "/select?rank=8").statusCode(404);
        post(id + "/scores", Map.of("playerId", "p9", "value", 3))
                .body("rank", equalTo(ranking == Ranking.UNIQUE ? 5 : 2));
        rest();
        post(id + "/audit", Map.of()).body("drift", equalTo(0));
        post(id + "/reset", Map.of("reason", "end")).statusCode(200);
        get(id + "/players/" + players.get(6) + "?season=1")
                .body("rank", equalTo(ranking == Ranking.DENSE ? 4 : 8))
                .body("percentile", equalTo(100.0f));
        get(id + "/history").body("snapshots[0].entries[7].rank", equalTo(ranking == Ranking.DENSE ? 4 : 8));
    }

    @Test
    void batchWithSeveralScoresOfOnePlayer_everyScoreHasTheRankOfTheEntry() {
        create(Map.of("id", "repeated", "rankingType", "SCORE", "ranking", "UNIQUE"));
        post(
                        "repeated/scores/batch",
                        Map.of(
                                "scores",
                                List.of(Map.of("playerId", "a", "value", 3), Map.of("playerId", "a", "value", 2))))
                .statusCode(200)
                .body("results.status", contains(200, 200))
                .body("results.rank", contains(1, 1));
    }

    @Test
    void scoredBoard_rankingCannotBecomeDense() {
        create(Map.of("id", "changing", "rankingType", "SCORE")).body("ranking", equalTo("COMPETITION"));
        patch("changing", Map.of("ranking", "DENSE")).statusCode(200).body("ranking", equalTo("DENSE"));
        post(
                "changing/scores/batch",
                Map.of(
                        "scores",
                        List.of(
                                Map.of("playerId", "a", "value", 1),
                                Map.of("playerId", "b", "value", 1),
                                Map.of("playerId", "c", "value", 0))));
        rest();
        get("changing/players/c").body("rank", equalTo(2));
        patch("changing", Map.of("ranking", "UNIQUE")).statusCode(200);
        get("changing/players/c").body("rank", equalTo(3));
        get("changing/top?fresh=true").body("entries.rank", contains(1, 2, 3));
        patch("changing", Map.of("ranking", "COMPETITION")).statusCode(200);
        get("changing/top").body("entries.rank", contains(1, 1, 3));
        patch("changing", Map.of("ranking", "DENSE")).statusCode(409).body("type", equalTo("/problems/board-scored"));
        patch("changing", Map.of("ranking", "ORDINAL")).statusCode(400).body("field", equalTo("ranking"));
    }

    @Test
    void surroundings_continueInBothDirections() {
        create(Map.of("id", "windows", "rankingType", "SCORE", "maxSize", 5));
        scores("windows", 8);
        rest();
        get("windows/entries?around=p4&limit=3").body("entries.playerId", contains("p2", "p3", "p4"));
        get("windows/entries?around=p0&limit=3")
                .body("entries.playerId", contains("p0", "p1", "p2"))
                .body("previousCursor", nullValue())
                .body("nextCursor", notNullValue());
        get("windows/entries?around=p7&limit=3")
                .body("entries.playerId", contains("p3", "p4", "p7"))
                .body("entries.position", contains(4, 5, 8))
                .body("nextCursor", nullValue());
        String previous = get("windows/entries?around=p3&limit=3")
                .body("entries.playerId", contains("p2", "p3", "p4"))
                .body("nextCursor", nullValue())
                .extract()
                .path("previousCursor");
        String next = get("windows/entries?limit=10&cursor=" + previous)
                .body("entries.playerId", contains("p0", "p1"))
                .body("previousCursor", nullValue())
                .extract()
                .path("nextCursor");
        get("windows/entries?limit=10&cursor=" + next).body("entries.playerId", contains("p2", "p3", "p4"));
        get("windows/entries").body("previousCursor", nullValue());
        create(Map.of("id", "other-windows", "rankingType", "SCORE"));
        get("other-windows/entries?cursor=" + previous).statusCode(400).body("field", equalTo("cursor"));
        post("windows/reset", Map.of("reason", "end"));
        get("windows/entries?cursor=" + previous).statusCode(400).body("field", equalTo("cursor"));
        get("windows/entries?season=1&cursor=" + previous).body("entries.playerId", contains("p0", "p1"));
    }

    @Test
    void thousandPlayers_areReturnedInOneResponse() {
        create(Map.of("id", "crowd", "rankingType", "POINTS"));
        scores("crowd", 120);
        rest();
        List<String> ids = IntStream.range(0, 1_000).mapToObj(i -> "p" + i).toList();
        post("crowd/entries/query", Map.of("players", ids))
                .statusCode(200)
                .body("entries", hasSize(120))
                .body("entries.position[119]", equalTo(120));
        get("crowd/entries?players=" + String.join(",", ids)).statusCode(200).body("entries", hasSize(120));
        List<String> more = new ArrayList<>(ids);
        more.add("one-more");
        post("crowd/entries/query", Map.of("players", more)).statusCode(400).body("field", equalTo("players"));
        post("crowd/entries/query", Map.of("players", List.of())).statusCode(400);
        post("crowd/entries/query", Map.of()).statusCode(400).body("field", equalTo("players"));
        post("crowd/entries/query", Map.of("players", List.of("no spaces"))).statusCode(400);
        post("crowd/entries/query", Map.of("players", ids, "season", 7)).statusCode(404);
        post("nowhere/entries/query", Map.of("players", ids)).statusCode(404);
    }

    @Test
    void metadata_changesWithoutAScore() {
        create(Map.of("id", "skins", "rankingType", "SCORE"));
        post("skins/scores", Map.of("playerId", "a", "value", 5, "metadata", Map.of("skin", "red")));
        post("skins/scores", Map.of("playerId", "b", "value", 5));
        rest();
        String updatedAt = get("skins/players/a").extract().path("updatedAt");
        patch("skins/players/a", Map.of("metadata", Map.of("skin", "blue")))
                .statusCode(200)
                .body("rank", equalTo(1))
                .body("tieCount", equalTo(2))
                .body("totalEntries", equalTo(2))
                .body("updatedAt", equalTo(updatedAt))
                .body("metadata.skin", equalTo("blue"));
        get("skins/top").body("entries.playerId", contains("a", "b")).body("entries[0].metadata.skin", equalTo("blue"));
        Map<String, Object> nothing = new HashMap<>();
        nothing.put("metadata", null);
        patch("skins/players/a", nothing).statusCode(200).body("metadata", nullValue());
        patch("skins/players/a", Map.of("metadata", Map.of("skin", "blue")))
                .statusCode(200)
                .body("metadata.skin", equalTo("blue"));
        patch("skins/players/a", Map.of("clear", List.of("metadata")))
                .statusCode(200)
                .body("metadata", nullValue());
        patch("skins/players/a", Map.of("clear", List.of("value")))
                .statusCode(400)
                .body("field", equalTo("clear[0]"));
        patch("skins/players/a", Map.of("clear", List.of("metadata"), "metadata", 1))
                .statusCode(400)
                .body("field", equalTo("clear[0]"));
        patch("skins/players/a", Map.of("clear", List.of())).statusCode(400).body("field", equalTo("metadata"));
        patch("skins/players/a", Map.of()).statusCode(400).body("field", equalTo("metadata"));
        patch("skins/players/a", Map.of("metadata", "x".repeat(5_000)))
                .statusCode(400)
                .body("field", equalTo("metadata"));
        patch("skins/players/nobody", Map.of("metadata", 1))
                .statusCode(404)
                .body("type", equalTo("/problems/entry-not-found"));
        patch("nowhere/players/a", Map.of("metadata", 1)).statusCode(404);
        rest();
        post("skins/audit", Map.of()).body("drift", equalTo(0));
    }

    @Test
    void boardsOfAPlayer_areReturnedInOneResponse() {
        for (String id : List.of("mine-1", "mine-2", "mine-3")) {
            create(Map.of("id", id, "rankingType", "POINTS"));
            post(id + "/scores", Map.of("playerId", "other", "value", 100));
        }
        post("mine-1/scores", Map.of("playerId", "collector", "value", 7, "metadata", Map.of("a", 1)));
        post("mine-3/scores", Map.of("playerId", "collector", "value", 700));
        rest();
        boards("collector", "")
                .statusCode(200)
                .body("boards.board", contains("mine-1", "mine-3"))
                .body("boards.rank", contains(2, 1))
                .body("boards[0].metadata.a", equalTo(1))
                .body("boards[0].playerId", equalTo("collector"))
                .body("nextCursor", nullValue());
        boards("collector", "?boards=mine-3,mine-2,not-there")
                .body("boards.board", contains("mine-3", "mine-2"))
                .body("boards.rank", contains(1, 0));
        List<String> walked = new ArrayList<>();
        String cursor = null;
        do {
            ValidatableResponse page = boards("collector", "?limit=2" + (cursor == null ? "" : "&cursor=" + cursor));
            walked.addAll(page.extract().<List<String>>path("boards.board"));
            cursor = page.extract().path("nextCursor");
        } while (cursor != null);
        assertEquals(List.of("mine-1", "mine-3"), walked);
        boards("collector", "?boards=a,,b").statusCode(400);
        boards("collector", "?cursor=abc").statusCode(400);
        String token = with("sk_dev_local")
                .contentType("application/json")
                .body(Map.of("boards", List.of("mine-2", "mine-3")))
                .post("/v1/players/collector/tokens")
                .then()
                .statusCode(200)
                .extract()
                .path("token");
        with(token)
                .get("/v1/players/collector/leaderboards")
                .then()
                .statusCode(200)
                .body("boards.board", contains("mine-3"));
        with(token).get("/v1/players/other/leaderboards").then().statusCode(403);
        with(token)
                .get("/v1/players/collector/leaderboards?boards=mine-1")
                .then()
                .statusCode(403);
        with(token)
                .get("/v1/players/collector/leaderboards?boards=mine-2")
                .then()
                .statusCode(200)
                .body("boards.rank", contains(0));
    }

    private void rest() {
        local.pump().drain(Duration.ofSeconds(30));
    }

    private static void scores(String board, int players) {
        for (int from = 0; from < players; from += 100) {
            List<Map<String, Object>> batch = new ArrayList<>();
            for (int i = from; i < Math.min(players, from + 100); i++) {
                batch.add(Map.of("playerId", "p" + i, "value", 1_000 - i));
            }
            post(board + "/scores/batch?rank=false", Map.of("scores", batch)).statusCode(200);
        }
    }

    private static ValidatableResponse boards(String player, String query) {
        return given().get("/v1/players/" + player + "/leaderboards" + query).then();
    }

    private static ValidatableResponse create(Map<String, Object> body) {
        return given().contentType("application/json")
                .body(body)
                .post("/v1/leaderboards")
                .then();
    }

    private static ValidatableResponse post(String path, Map<String, Object> body) {
        return given().contentType("application/json")
                .body(body)
                .post("/v1/leaderboards/" + path)
                .then();
    }

    private static ValidatableResponse patch(String path, Map<String, Object> body) {
        return given().contentType("application/json")
                .body(body)
                .patch("/v1/leaderboards/" + path)
                .then();
    }

    private static ValidatableResponse get(String path) {
        return given().get("/v1/leaderboards/" + path).then();
    }
}
