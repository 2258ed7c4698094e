package dev.statecraft.replication.socket;

import static dev.statecraft.table.Attributes.s;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalRuntime;
import dev.statecraft.replication.ReplicationBench;
import dev.statecraft.replication.log.LogStore;
import dev.statecraft.replication.state.EntityItems;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.bench.AsDeployed;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/**
 * Measures the time from an update over HTTP to the frame that another client receives, compared with a transaction
 * that writes the same items. The stream pump is paused: only the committing instance pushes changes.
 */
@Tag("bench")
@QuarkusTest
@TestProfile(AsDeployed.class)
@WithTestResource(DynamoDbLocalResource.class)
class SocketBench {

    private static final int SPACES = 10;
    private static final int ENTITIES = 10;
    private static final int SENDERS = 20;
    private static final int SECONDS = 5;

    /** Warm-up: both measured paths get faster for about a minute. */
    private static final int WARM_UP_TURNS = 4;

    /** Number of copies of the items; enough that transactions rarely conflict. */
    private static final int COPIES = 200;

    private static final long TIMEOUT_SECONDS = 20;

    @Inject
    LocalRuntime local;

    @Inject
    DynamoDbClient dynamo;

    @Inject
    TableNames tables;

    @TestHTTPResource
    URI root;

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper mapper = new ObjectMapper();
    private final Queue<Long> latencies = new ConcurrentLinkedQueue<>();
    private final Set<String> seen = ConcurrentHashMap.newKeySet();

    /** A client that subscribes to one space and records the age of each received change. */
    private final class Subscriber implements WebSocket.Listener {

        private final String space;
        private final StringBuilder part = new StringBuilder();
        private final CountDownLatch synced = new CountDownLatch(1);
        private final WebSocket socket;

        Subscriber(String space) throws InterruptedException {
            this.space = space;
            socket = http.newWebSocketBuilder()
                    .header("Authorization", "Bearer sk_dev_local")
                    .buildAsync(URI.create("ws://" + root.getAuthority() + "/v1/socket"), this)
                    .join();
            socket.sendText("{\"op\":\"sync\",\"id\":1,\"cursors\":{\"" + space + "\":\"\"}}", true)
                    .join();
            assertTrue(synced.await(TIMEOUT_SECONDS, TimeUnit.SECONDS), "no response to the sync frame");
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence text, boolean last) {
            part.append(text);
            if (last) {
                received(System.nanoTime(), part.toString());
                part.setLength(0);
            }
            webSocket.request(1);
            return null;
        }

        private void received(long now, String text) {
            JsonNode frame = tree(text);
            if (frame.path("op").asText().equals("synced")) {
                synced.countDown();
                return;
            }
            for (JsonNode commit : frame.at("/spaces/" + space + "/commits")) {
                for (JsonNode change : commit.path("changes")) {
                    JsonNode sent = change.at("/set/score");
                    if (seen.add(space + commit.path("seq") + change.path("entityId")) && sent.isIntegralNumber()) {
                        latencies.add(now - sent.longValue());
                    }
                }
            }
        }
    }

    @Test
    void latencyFromUpdateToFrame() throws Exception {
        Random random = new Random(1);
        List<Subscriber> subscribers = new ArrayList<>();
        for (int space = 0; space < SPACES; space++) {
            for (int entity = 0; entity < ENTITIES; entity++) {
                String body = "{\"id\":\"e%d\",\"space\":\"s%d\",\"type\":\"UI_STATE\",\"state\":%s}"
                        .formatted(entity, space, ReplicationBench.gameState(random, 1_000));
                assertEquals(201, send("/v1/entities", body).statusCode());
            }
            subscribers.add(new Subscriber("s" + space));
        }
        local.pump().pause();
        try {
            for (int turn = 0; turn < WARM_UP_TURNS; turn++) {
                sendUpdates(500, 1);
                paced(500, number -> transact(itemsOf("s0", 1), number));
            }
            for (int rate : new int[] {10, 100, 500}) {
                print("%3d updates/s, one a request:", rate);
                compare(rate, 1);
            }
            print("500 updates/s, ten a request:");
            compare(500, 10);
        } finally {
            local.pump().resume();
            subscribers.forEach(subscriber -> subscriber.socket.abort());
        }
    }

    private void compare(int rate, int together) throws Exception {
        SentUpdates sent = sendUpdates(rate, together);
        print(
                "  delivered   %s, response p50 %6.1f ms p99 %7.1f ms, %d of %d received",
                times(sent.perSecond(), sent.deliveryNanos()),
                percentile(sent.responseNanos(), 0.5),
                percentile(sent.responseNanos(), 0.99),
                sent.deliveryNanos().size(),
                sent.updates());
        List<List<Map<String, AttributeValue>>> items = new ArrayList<>();
        for (int space = 0; space < SPACES; space++) {
            items.add(itemsOf("s" + space, together));
        }
        long started = System.nanoTime();
        List<Long> nanos = paced(rate / together, number -> transact(items.get(number % SPACES), number));
        double perSecond = nanos.size() * together / ((System.nanoTime() - started) / 1e9);
        print("  transaction %s", times(perSecond, nanos));
    }

    /** Result of a number of updates; times in ascending order. */
    private record SentUpdates(int updates, double perSecond, List<Long> deliveryNanos, List<Long> responseNanos) {}

    private SentUpdates sendUpdates(int rate, int together) throws Exception {
        latencies.clear();
        long started = System.nanoTime();
        List<Long> responses = paced(rate / together, number -> update(number, together));
        double seconds = (System.nanoTime() - started) / 1e9;
        int updates = responses.size() * together;
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
        while (latencies.size() < updates && System.nanoTime() < until) {
            LockSupport.parkNanos(1_000_000);
        }
        List<Long> delivered = latencies.stream().sorted().toList();
        return new SentUpdates(updates, updates / seconds, delivered, responses);
    }

    private interface Operation {
        void run(int number) throws Exception;
    }

    /**
     * Starts operations at a rate per second, or at the highest possible rate below it.
     *
     * @return duration of each operation in ascending order
     */
    private static List<Long> paced(int perSecond, Operation operation) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(SENDERS);
        AtomicInteger numbers = new AtomicInteger();
        long started = System.nanoTime();
        long until = started + TimeUnit.SECONDS.toNanos(SECONDS);
        try {
            List<Future<List<Long>>> futures = new ArrayList<>();
            for (int sender = 0; sender < SENDERS; sender++) {
                futures.add(threads.submit(() -> {
                    List<Long> nanos = new ArrayList<>();
                    while (true) {
                        int number = numbers.getAndIncrement();
                        long due = started + number * 1_000_000_000L / perSecond;
                        if (Math.max(due, System.nanoTime()) >= until) {
                            return nanos;
                        }
                        while (System.nanoTime() < due) {
                            LockSupport.parkNanos(due - System.nanoTime());
                        }
                        long start = System.nanoTime();
                        operation.run(number);
                        nanos.add(System.nanoTime() - start);
                    }
                }));
            }
            List<Long> all = new ArrayList<>();
            for (Future<List<Long>> future : futures) {
                all.addAll(future.get());
            }
            return all.stream().sorted().toList();
        } finally {
            threads.shutdownNow();
        }
    }

    private void update(int number, int together) throws Exception {
        List<String> updates = new ArrayList<>();
        long now = System.nanoTime();
        for (int i = 0; i < together; i++) {
            updates.add("{\"space\":\"s%d\",\"entityId\":\"e%d\",\"set\":{\"score\":%d}}"
                    .formatted(number % SPACES, (number / SPACES + i) % ENTITIES, now));
        }
        HttpResponse<String> response = send("/v1/sync", "{\"updates\":[" + String.join(",", updates) + "]}");
        tree(response.body())
                .path("results")
                .forEach(result -> assertEquals(200, result.path("status").asInt(), response.body()));
    }

    /** Returns a head, a log entry and entities as stored items. */
    private List<Map<String, AttributeValue>> itemsOf(String space, int entities) {
        List<Map<String, AttributeValue>> items = new ArrayList<>(dynamo.query(query -> query.tableName(tables.log())
                        .keyConditionExpression("pk = :pk")
                        .expressionAttributeValues(Map.of(":pk", s("default#" + space)))
                        .scanIndexForward(false)
                        .limit(2))
                .items());
        assertEquals(2, items.size());
        for (int i = 0; i < entities; i++) {
            String id = "e" + i;
            items.add(dynamo.getItem(get -> get.tableName(tables.entities()).key(EntityItems.key("default", space, id)))
                    .item());
        }
        return items;
    }

    private void transact(List<Map<String, AttributeValue>> items, int number) {
        List<TransactWriteItem> writes = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            Map<String, AttributeValue> item = new HashMap<>(items.get(i));
            String table = i < 2 ? tables.log() : tables.entities();
            item.put("pk", s("bare#" + number % COPIES));
            if (i == 1) {
                item.put("sk", s(LogStore.number(number)));
            }
            writes.add(TransactWriteItem.builder()
                    .put(put -> put.tableName(table).item(item).conditionExpression("attribute_not_exists(nothing)"))
                    .build());
        }
        dynamo.transactWriteItems(write -> write.transactItems(writes));
    }

    private static String times(double perSecond, List<Long> nanos) {
        return String.format(
                Locale.ROOT,
                "%6.1f/s p50 %6.1f ms p99 %7.1f ms",
                perSecond,
                percentile(nanos, 0.5),
                percentile(nanos, 0.99));
    }

    private static double percentile(List<Long> ascending, double part) {
        return ascending.get((int) (ascending.size() * part)) / 1e6;
    }

    private JsonNode tree(String text) {
        try {
            return mapper.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(text, e);
        }
    }

    private HttpResponse<String> send(String path, String body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(root.resolve(path))
                        .header("Content-Type", "application/json")
                        .header("Authorization", "Bearer sk_dev_local")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private static void print(String format, Object... arguments) {
        System.out.println(String.format(Locale.ROOT, format, arguments));
    }
}
