package dev.statecraft.integration.event;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.integration.ImmediateReplication;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.FaultyBus;
import dev.statecraft.local.LocalHandlers;
import dev.statecraft.local.LocalRuntime;
import dev.statecraft.local.stream.RecordedStream;
import dev.statecraft.local.stream.StreamFaults;
import dev.statecraft.table.TableNames;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * Simulates a small game while stream consumers fail at random. Then delivers all stream records again: duplicated, in
 * other batches and out of order. Events, counters, ranks, bound boards and replicated top entries must not change.
 */
@QuarkusTest
@Tag("application-profile")
@TestProfile(ImmediateReplication.class)
@WithTestResource(DynamoDbLocalResource.class)
@WithTestResource(FaultyBus.class)
class EventDeliveryTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PLAYERS = 12;

    @Inject
    LocalRuntime local;

    @Inject
    LocalHandlers handlers;

    @Inject
    DynamoDbClient dynamo;

    @Inject
    TableNames tables;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    /** Expected number of events by type. */
    private final Map<String, Integer> expected = new TreeMap<>();

    private final Map<String, Integer> coins = new HashMap<>();
    private int scores;

    @Test
    void failuresAndRepeatedDeliveriesChangeNothing() throws Exception {
        post("/v1/leaderboards", "{'id': 'own', 'rankingType': 'POINTS'}", 201);
        post(
                "/v1/leaderboards",
                "{'id': 'rich', 'rankingType': 'SCORE', 'operator': 'LAST',"
                        + " 'source': {'entityType': 'PURSE', 'path': 'coins'}}",
                201);
        drain();
        // Registers the migration that is defined in Java code; the event of the registration must not appear later.
        get("/v1/migrations");
        drain();
        StreamFaults.begin(seed, 0.04);
        for (int step = 0; step < 100; step++) {
            play();
        }
        drain();
        assertTrue(StreamFaults.end() > 10, "Too few injected failures, seed " + seed);
        assertEquals(List.of(), local.pump().deadLetters(), "seed " + seed);
        drain();

        Map<String, JsonNode> before = readEverything();
        JsonNode events = Objects.requireNonNull(before.get("events"));
        assertBusHasWhatTheFeedHas(events);
        assertFeedMatchesTheGame(events);
        JsonNode rich = Objects.requireNonNull(before.get("rich"));
        for (JsonNode entry : rich.path("entries")) {
            assertEquals(
                    coins.get(entry.path("playerId").asText()),
                    entry.path("value").intValue(),
                    "seed " + seed);
        }
        assertEquals(coins.size(), rich.path("entries").size(), "seed " + seed);

        local.pump().pause();
        try {
            for (RecordedStream stream : RecordedStream.all(dynamo, handlers, tables.prefix())) {
                // The event bus still rejects events at random and has already received duplicates.
                for (List<Integer> batch :
                        stream.handler().equals("event-bus") ? List.<List<Integer>>of() : repeatedBatches(stream)) {
                    String response = stream.deliver(batch);
                    assertTrue(
                            response.contains("\"batchItemFailures\":[]"),
                            () -> stream.handler() + " " + stream.table() + " " + response + ", seed " + seed);
                }
            }
        } finally {
            local.pump().resume();
        }
        drain();
        Map<String, JsonNode> after = readEverything();
        before.forEach((name, value) -> assertEquals(value, after.get(name), name + ", seed " + seed));
        for (String board : List.of("own", "rich")) {
            post("/v1/leaderboards/" + board + "/audit", "{}", 200);
        }
    }

    private void play() {
        String player = "p" + random.nextInt(PLAYERS);
        switch (random.nextInt(4)) {
            case 0 -> {
                post("/v1/leaderboards/own/scores", "{'playerId': '" + player + "', 'value': 1}", 200);
                scores++;
            }
            case 1 -> {
                if (coins.containsKey(player)) {
                    given().delete("/v1/entities/e-" + player).then().statusCode(200);
                    expect("ENTITY_DELETED");
                    // The board keeps the score of a deleted entity.
                    post("/v1/entities", purse(player, coins.get(player)), 201);
                    expect("ENTITY_CREATED");
                }
            }
            default -> {
                int now = random.nextInt(1000);
                if (coins.put(player, now) == null) {
                    post("/v1/entities", purse(player, now), 201);
                    expect("ENTITY_CREATED");
                } else {
                    given().contentType("application/json")
                            .body("{\"set\": {\"coins\": " + now + ", \"step\": " + random.nextInt() + "}}")
                            .patch("/v1/entities/e-" + player)
                            .then()
                            .statusCode(200);
                    expect("ENTITY_UPDATED");
                }
            }
        }
    }

    private static String purse(String player, int coins) {
        return "{'id': 'e-" + player + "', 'type': 'PURSE', 'state': {'playerId': '" + player + "', 'coins': " + coins
                + "}}";
    }

    private void expect(String type) {
        expected.merge(type, 1, Integer::sum);
    }

    private void assertFeedMatchesTheGame(JsonNode events) {
        Map<String, Integer> found = new TreeMap<>();
        Map<String, Long> versions = new HashMap<>();
        int changes = 0;
        for (JsonNode event : events) {
            assertEquals(List.of(), EventSchema.faults(event), () -> event + ", seed " + seed);
            String entity = event.path("data").path("entityId").asText();
            String type = event.path("type").asText();
            if (entity.startsWith("e-")) {
                found.merge(type, 1, Integer::sum);
                long version = event.path("data").path("version").longValue();
                assertEquals(versions.getOrDefault(entity, 0L) + 1, version, () -> entity + ", seed " + seed);
                versions.put(entity, version);
            }
            if (type.equals("LEADERBOARD_UPDATED")
                    && event.path("data").path("board").asText().equals("own")) {
                changes += event.path("data").path("changes").intValue();
            }
        }
        assertEquals(expected, found, "seed " + seed);
        assertEquals(scores, changes, "seed " + seed);
    }

    /** Checks only that no event is missing: the bus may receive events more than once and out of order. */
    private void assertBusHasWhatTheFeedHas(JsonNode events) throws IOException {
        Set<String> ids = new HashSet<>();
        JSON.readTree(given().get(System.getProperty(FaultyBus.ADDRESS)).asByteArray())
                .forEach(event -> ids.add(event.path("id").asText()));
        List<String> missing = new ArrayList<>();
        events.forEach(event -> missing.add(event.path("id").asText()));
        missing.removeAll(ids);
        assertEquals(List.of(), missing, "seed " + seed);
    }

    /** Returns batches that deliver all records again, some repeatedly; records of the commit log are shuffled. */
    private List<List<Integer>> repeatedBatches(RecordedStream stream) {
        List<Integer> all =
                new ArrayList<>(IntStream.range(0, stream.size()).boxed().toList());
        if (stream.table().endsWith("log")) {
            Collections.shuffle(all, random);
        }
        List<List<Integer>> batches = new ArrayList<>();
        for (int from = 0; from < all.size(); ) {
            int to = Math.min(all.size(), from + 1 + random.nextInt(40));
            batches.add(all.subList(from, to));
            if (random.nextInt(3) == 0) {
                int back = random.nextInt(to);
                batches.add(all.subList(back, Math.min(all.size(), back + 1 + random.nextInt(40))));
            }
            from = random.nextInt(3) == 0 ? Math.max(from + 1, to - 3) : to;
        }
        return batches;
    }

    private Map<String, JsonNode> readEverything() throws IOException {
        Map<String, JsonNode> all = new LinkedHashMap<>();
        all.put("events", events());
        ObjectNode stats = (ObjectNode) get("/v1/stats");
        stats.remove(List.of("timestamp", "monitoringDataPoints"));
        ((ObjectNode) stats.get("stateReplication")).remove("averageReplicationLatency");
        ((ObjectNode) stats.get("leaderboardStore")).remove("cachedLeaderboards");
        all.put("stats", stats);
        for (String board : List.of("own", "rich")) {
            ObjectNode entries = (ObjectNode) get("/v1/leaderboards/" + board + "/entries?limit=100&fresh=true");
            entries.remove("asOf");
            all.put(board, entries);
            ObjectNode distribution = (ObjectNode) get("/v1/leaderboards/" + board + "/distribution?buckets=20");
            distribution.remove("asOf");
            all.put(board + " distribution", distribution);
            all.put(board + " top", get("/v1/entities/leaderboard_state_" + board));
        }
        all.put("entities", get("/v1/entities?type=PURSE"));
        String player = coins.keySet().iterator().next();
        all.put("history", get("/v1/entities/e-" + player + "/history"));
        return all;
    }

    private JsonNode events() throws IOException {
        List<JsonNode> events = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = get("/v1/events?limit=100" + (cursor.isEmpty() ? "" : "&cursor=" + cursor));
            page.path("events").forEach(events::add);
            cursor = page.path("nextCursor").asText("");
        } while (!cursor.isEmpty());
        return JSON.createArrayNode().addAll(events);
    }

    private JsonNode get(String path) throws IOException {
        Response response = given().get(path);
        assertEquals(
                200, response.statusCode(), () -> path + " " + response.body().asString() + ", seed " + seed);
        return JSON.readTree(response.body().asByteArray());
    }

    private static void post(String path, String body, int status) {
        given().contentType("application/json")
                .body(body.replace('\'', '"'))
                .post(path)
                .then()
                .statusCode(status);
    }

    private void drain() {
        local.pump().drain(Duration.ofSeconds(90));
    }
}
