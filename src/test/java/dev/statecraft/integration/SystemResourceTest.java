package dev.statecraft.integration;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsInRelativeOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.integration.binding.CoordinationService;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalRuntime;
import dev.statecraft.local.LocalScheduler;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the routes of events, statistics, health report, monitoring and synchronization. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class SystemResourceTest {

    @Inject
    LocalRuntime local;

    @Inject
    LocalScheduler scheduler;

    @Inject
    CoordinationService coordination;

    @Test
    void eventsAreInTheFeedOnceAndInOrder() {
        post("/v1/entities", "{\"id\": \"evented\", \"type\": \"PLAYER_DATA\", \"state\": {\"coins\": 1}}", 201);
        given().contentType("application/json")
                .body("{\"set\": {\"coins\": 2}}")
                .patch("/v1/entities/evented")
                .then()
                .statusCode(200);
        given().delete("/v1/entities/evented").then().statusCode(200);
        post("/v1/leaderboards", "{\"id\": \"evented\", \"rankingType\": \"SCORE\"}", 201);
        for (int i = 0; i < 5; i++) {
            post("/v1/leaderboards/evented/scores", "{\"playerId\": \"p" + i + "\", \"value\": " + i + "}", 200);
        }
        post("/v1/leaderboards/evented/reset", "{\"reason\": \"new\"}", 200);
        drain();
        List<String> entity = new ArrayList<>();
        List<String> board = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        long changes = 0;
        String cursor = null;
        Response page;
        do {
            page = cursor == null
                    ? given().get("/v1/events?limit=7")
                    : given().get("/v1/events?limit=7&cursor=" + cursor);
            page.then().statusCode(200);
            for (int i = 0; i < page.jsonPath().getList("events").size(); i++) {
                String at = "events[" + i + "].";
                String type = page.jsonPath().getString(at + "type");
                ids.add(page.jsonPath().getString(at + "id"));
                if ("evented".equals(page.jsonPath().getString(at + "data.entityId"))) {
                    entity.add(type);
                }
                if ("evented".equals(page.jsonPath().getString(at + "data.board"))) {
                    board.add(type);
                    changes +=
                            type.equals("LEADERBOARD_UPDATED") ? page.jsonPath().getLong(at + "data.changes") : 0;
                }
            }
            cursor = page.jsonPath().getString("nextCursor");
        } while (cursor != null);
        assertEquals(List.of("ENTITY_CREATED", "ENTITY_UPDATED", "ENTITY_DELETED"), entity);
        assertTrue(
                board.containsAll(List.of("LEADERBOARD_CREATED", "LEADERBOARD_UPDATED", "SEASON_RESET")),
                () -> "" + board);
        assertEquals(5, changes);
        assertEquals(ids.size(), new HashSet<>(ids).size());
        given().get("/v1/events?order=NEWEST&type=SEASON_RESET&limit=1")
                .then()
                .statusCode(200)
                .body("events", hasSize(1))
                .body("events[0].type", equalTo("SEASON_RESET"))
                .body("events[0].timestamp", notNullValue());
    }

    @Test
    void statisticsContainAllSystems() throws Exception {
        post("/v1/leaderboards", "{\"id\": \"counted\", \"rankingType\": \"SCORE\"}", 201);
        drain();
        scheduler.trigger("schedule");
        given().get("/v1/stats")
                .then()
                .statusCode(200)
                .body("timestamp", notNullValue())
                .body("stateReplication.totalEntities", greaterThanOrEqualTo(0))
                .body("dataMigration.currentVersion", notNullValue())
                .body("leaderboardStore.totalLeaderboards", greaterThan(0))
                .body("integrationEvents", greaterThan(0))
                .body("monitoringDataPoints", greaterThan(0));
        given().get("/v1/monitoring?since=2026-01-01T00:00:00Z")
                .then()
                .statusCode(200)
                .body("points.timestamp", hasItem(notNullValue()))
                .body("points[-1].requests", greaterThanOrEqualTo(0))
                .body("nextSince", nullValue());
        given().get("/v1/monitoring?since=2999-01-01T00:00:00Z").then().body("points", empty());
    }

    @Test
    void healthReportContainsEachSystem() {
        given().get("/v1/health-report")
                .then()
                .statusCode(200)
                .body("overallHealth", notNullValue())
                .body(
                        "systems.keySet()",
                        containsInRelativeOrder("stateReplication", "dataMigration", "leaderboardStore"))
                .body("recommendations", notNullValue());
    }

    @Test
    void repeatedSynchronizationRepairsEverything() {
        Response last = synchronize();
        // Seasons are finalized in steps, and other tests leave unfinished seasons.
        for (int repeat = 0; repeat < 3 && last.jsonPath().getInt("found") > 0; repeat++) {
            drain();
            last = synchronize();
        }
        last.then()
                .body("checked", greaterThan(0))
                .body("mended", equalTo(last.jsonPath().getInt("found")))
                .body("systems.stateReplication.found", equalTo(0))
                .body("systems.dataMigration.found", equalTo(0));
        drain();
        given().get("/v1/events?order=NEWEST&type=SYSTEM_SYNCHRONIZED&limit=1")
                .then()
                .statusCode(200)
                .body("events", hasSize(1))
                .body("events[0].data.checked", greaterThan(0));
    }

    private static Response synchronize() {
        Response response = given().contentType("application/json").body("{}").post("/v1/synchronize");
        response.then().statusCode(200);
        return response;
    }

    @Test
    void boundBoardReceivesScoresOfItsEntities() throws Exception {
        post("/v1/entities", entity("before", "BOUND", "alice", 10), 201);
        drain();
        post(
                "/v1/leaderboards",
                "{\"id\": \"bound\", \"rankingType\": \"SCORE\","
                        + " \"source\": {\"entityType\": \"BOUND\", \"path\": \"/stats/score\"}}",
                201);
        drain();
        post("/v1/entities", entity("after", "BOUND", "bob", 30), 201);
        given().contentType("application/json")
                .body("{\"set\": {\"/stats/score\": 20}}")
                .patch("/v1/entities/before")
                .then()
                .statusCode(200);
        drain();
        scheduler.trigger("schedule");
        drain();
        given().get("/v1/leaderboards/bound/entries?limit=10&fresh=true")
                .then()
                .statusCode(200)
                .body("entries.playerId", equalTo(List.of("bob", "alice")))
                .body("entries.value", equalTo(List.of(30, 20)));
        given().get("/v1/leaderboards/bound")
                .then()
                .body("source.entityType", equalTo("BOUND"))
                .body("source.path", equalTo("/stats/score"));
    }

    @Test
    void boundBoardIsBackfilledWhenItStarts() throws Exception {
        post(
                "/v1/leaderboards",
                "{\"id\": \"waiting\", \"rankingType\": \"SCORE\", \"startsAt\": \"2095-01-01T00:00:00Z\","
                        + " \"source\": {\"entityType\": \"BOUND_LATER\", \"path\": \"/stats/score\"}}",
                201);
        drain();
        post("/v1/entities", entity("waiting-1", "BOUND_LATER", "carol", 10), 201);
        drain();
        scheduler.trigger("schedule");
        drain();
        given().get("/v1/leaderboards/waiting/players/carol").then().body("rank", equalTo(0));
        assertEquals(Optional.of(Instant.parse("2095-01-01T00:00:00Z")), coordination.nextDue("default"));
        given().contentType("application/json")
                .body("{\"clear\": [\"startsAt\"]}")
                .patch("/v1/leaderboards/waiting")
                .then()
                .statusCode(200)
                .body("status", equalTo("OPEN"));
        assertTrue(coordination.nextDue("default").orElseThrow().isBefore(Instant.parse("2095-01-01T00:00:00Z")));
        scheduler.trigger("schedule");
        drain();
        given().get("/v1/leaderboards/waiting/players/carol").then().body("value", equalTo(10));
        scheduler.trigger("schedule");
        assertEquals(Optional.empty(), coordination.nextDue("default"), "two passes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/events?type=NOTHING",
                "/v1/events?cursor=x",
                "/v1/events?limit=0",
                "/v1/events?order=up",
                "/v1/monitoring?since=yesterday",
                "/v1/monitoring?since=-1000000000-01-01T00:00:00Z"
            })
    void malformedQueryReturns400(String path) {
        given().get(path).then().statusCode(400);
    }

    private static String entity(String id, String type, String player, int score) {
        return "{\"id\": \"" + id + "\", \"type\": \"" + type + "\", \"state\": {\"playerId\": \"" + player
                + "\", \"stats\": {\"score\": " + score + "}}}";
    }

    private static void post(String path, String body, int status) {
        given().contentType("application/json").body(body).post(path).then().statusCode(status);
    }

    private void drain() {
        local.pump().drain(Duration.ofSeconds(30));
    }
}
