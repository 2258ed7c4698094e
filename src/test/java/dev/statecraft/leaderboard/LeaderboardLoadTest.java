package dev.statecraft.leaderboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalRuntime;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** 10,000 operations of 64 clients: no score is lost or counted twice, and all ranks are exact afterwards. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class LeaderboardLoadTest {

    private static final int CLIENTS = 64;
    private static final int OPERATIONS = 10_000;
    private static final int PLAYERS = 400;
    private static final long SEED = 20261123;

    @Inject
    LocalRuntime local;

    @TestHTTPResource
    URI root;

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private final ObjectMapper json = new ObjectMapper();
    private final Map<String, AtomicLong> expected = new ConcurrentHashMap<>();

    @Test
    void concurrentLoad_losesAndDuplicatesNoScore() throws Exception {
        send("POST", "/v1/leaderboards", "{\"id\":\"load\",\"rankingType\":\"POINTS\",\"lanes\":4,\"maxSize\":0}");
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                int number = client;
                tasks.add(() -> play(number));
            }
            for (Future<Void> done : clients.invokeAll(tasks)) {
                done.get();
            }
        } finally {
            clients.shutdownNow();
        }
        local.pump().drain(Duration.ofMinutes(2));

        List<Long> sorted = expected.values().stream()
                .map(AtomicLong::get)
                .sorted((a, b) -> Long.compare(b, a))
                .toList();
        int checked = 0;
        String cursor = "";
        while (cursor != null) {
            JsonNode page = body(send("GET", "/v1/leaderboards/load/entries?limit=100" + cursor, null));
            for (JsonNode entry : page.get("entries")) {
                String player = entry.get("playerId").asText();
                long value = expected.get(player).get();
                assertEquals(value, entry.get("value").asLong(), player + ", seed " + SEED);
                assertEquals(sorted.indexOf(value) + 1, entry.get("rank").asLong(), player + ", seed " + SEED);
                checked++;
                if (checked % 10 == 0) {
                    JsonNode own = body(send("GET", "/v1/leaderboards/load/players/" + player, null));
                    assertEquals(sorted.indexOf(value) + 1, own.get("rank").asLong(), player + ", seed " + SEED);
                }
            }
            cursor =
                    page.has("nextCursor") ? "&cursor=" + page.get("nextCursor").asText() : null;
        }
        assertEquals(expected.size(), checked, "seed " + SEED);
        JsonNode audit = body(send("POST", "/v1/leaderboards/load/audit", "{}"));
        assertEquals(0, audit.get("drift").asLong(), audit::toString);
    }

    private Void play(int client) throws Exception {
        Random random = new Random(SEED + client);
        for (int i = 0; i < OPERATIONS / CLIENTS; i++) {
            String player = "p" + random.nextInt(PLAYERS);
            int dice = random.nextInt(10);
            if (dice == 0) {
                JsonNode rank = body(send("GET", "/v1/leaderboards/load/players/" + player, null));
                long total = rank.get("totalEntries").asLong();
                assertTrue(rank.get("rank").asLong() <= total, rank::toString);
                continue;
            }
            long value = random.nextInt(1, 1_000);
            String body = "{\"playerId\":\"%s\",\"value\":%d,\"submissionId\":\"c%d-%d\"}"
                    .formatted(player, value, client, i);
            // One in ten is sent again, as after a lost response.
            int times = dice == 1 ? 2 : 1;
            for (int time = 0; time < times; time++) {
                JsonNode answer = null;
                while (answer == null) {
                    var response = send("POST", "/v1/leaderboards/load/scores?rank=" + (dice < 4), body);
                    // After a 503 the same request may be sent again.
                    if (response.statusCode() != 503) {
                        answer = body(response);
                    }
                }
                assertEquals(value, answer.get("change").asLong(), answer::toString);
                assertEquals(time == 1, answer.has("replayed"), answer::toString);
            }
            expected.computeIfAbsent(player, key -> new AtomicLong()).addAndGet(value);
        }
        return null;
    }

    private JsonNode body(HttpResponse<String> response) throws Exception {
        assertEquals(200, response.statusCode(), response.body());
        return json.readTree(response.body());
    }

    private HttpResponse<String> send(String method, String path, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(root.resolve(path)).timeout(Duration.ofMinutes(1));
        request.header("Content-Type", "application/json");
        request.method(
                method, body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        return http.send(request.build(), BodyHandlers.ofString());
    }
}
