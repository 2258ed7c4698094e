package dev.statecraft.docs.price;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.docs.price.Measured.Use;
import dev.statecraft.local.LocalDynamoDb;
import dev.statecraft.local.LocalHandlers;
import dev.statecraft.local.stream.RecordedStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** Calls the running application and its stream consumers, and counts the capacity of each. */
final class CapacityProbe implements AutoCloseable {

    /** Operations of a busy game that share the caches of an instance and the batches of the streams. */
    static final int TOGETHER = 10;

    /** Longer than every cache and every interval of an instance. */
    private static final Duration QUIET = Duration.ofMinutes(2);

    private static final String NOTHING_FAILED = "{\"batchItemFailures\":[]}";

    private final String key;
    private final URI root;
    private final LocalHandlers handlers;
    private final LongSupplier eventCount;
    private final Supplier<double[]> consumed;
    private final HttpClient http = HttpClient.newHttpClient();
    private final DynamoDbStreamsClient client = LocalDynamoDb.streams();
    private final List<RecordedStream> streams;

    /** Sort keys that the template lets pass, by table and handler; all without an entry. */
    private final Map<String, Set<String>> filters;

    private final Map<RecordedStream, Integer> delivered = new HashMap<>();

    /** What was counted since the measurement began: requests of callers, and consumers by the name of the handler. */
    private Use api = Use.NONE;

    /** Everything that was consumed until the last reading. */
    private Use taken = Use.NONE;

    private Map<String, Use> consumers = new TreeMap<>();
    private int calls;
    private long eventsBefore;

    /** Whether streams may have records that are not delivered. */
    private boolean written = true;

    /**
     * Creates a probe of a running application whose stream pump is paused.
     *
     * @param key API key of the game
     * @param eventCount counts the events of the game
     * @param consumed the read units and write units that all requests have consumed
     */
    CapacityProbe(
            String key,
            URI root,
            DynamoDbClient dynamo,
            String tablePrefix,
            LocalHandlers handlers,
            LongSupplier eventCount,
            Supplier<double[]> consumed) {
        this.key = key;
        this.root = root;
        this.handlers = handlers;
        this.eventCount = eventCount;
        this.consumed = consumed;
        streams = RecordedStream.all(dynamo, client, handlers, tablePrefix);
        filters = new IdleStack(Map.of()).sortKeyFilters();
    }

    /** An operation that is repeated. */
    interface Operation {

        /** Runs the operation and returns the bytes of the response. */
        int run(int number) throws Exception;
    }

    /**
     * Measures an operation after two minutes without any other: nothing is cached, each batch has its records only. All
     * earlier records must be delivered.
     */
    Measured quiet(Operation operation) throws Exception {
        CapacityClock.NOW.move(QUIET);
        begin();
        return end(operation.run(0));
    }

    /**
     * Measures ten operations in a row, per operation: a batch has the records of all of them. The first one fills the
     * caches, so that the requests of callers are the average of the other nine.
     */
    Measured busy(Operation operation) throws Exception {
        operation.run(0);
        deliver();
        begin();
        operation.run(0);
        takeApi();
        calls = 0;
        api = Use.NONE;
        double bytes = 0;
        for (int i = 1; i < TOGETHER; i++) {
            bytes += operation.run(i);
        }
        Measured all = end(bytes);
        Measured each = all.per(TOGETHER);
        int others = TOGETHER - 1;
        return new Measured(all.api().times(1.0 / others), each.streams(), each.events(), bytes / others);
    }

    private void begin() {
        eventsBefore = eventCount.getAsLong();
        takeApi();
        calls = 0;
        api = Use.NONE;
        consumers = new TreeMap<>();
    }

    private Measured end(double bytes) throws Exception {
        deliver();
        Use requested = new Use(calls, api.requests(), api.readUnits(), api.writeUnits());
        return new Measured(requested, consumers, eventCount.getAsLong() - eventsBefore, bytes);
    }

    /** Delivers all new records, one batch for each stream and consumer, until there are none. */
    void deliver() throws Exception {
        takeApi();
        while (written) {
            written = false;
            for (RecordedStream stream : streams) {
                stream.readMore();
                List<Integer> batch = IntStream.range(delivered.getOrDefault(stream, 0), stream.size())
                        .filter(index -> passes(stream, index))
                        .boxed()
                        .toList();
                delivered.put(stream, stream.size());
                if (!batch.isEmpty()) {
                    assertEquals(NOTHING_FAILED, stream.deliver(batch), stream.handler() + " of " + stream.table());
                    takeConsumer(stream.handler());
                }
            }
        }
    }

    /** Calls the scheduled function once. */
    int tick() throws Exception {
        takeApi();
        handlers.find("schedule").orElseThrow().invoke("{\"id\":\"tick\"}");
        takeConsumer("schedule");
        return 0;
    }

    private void takeApi() {
        Use use = take(0);
        written |= use.writeUnits() > 0;
        api = api.plus(use);
    }

    private void takeConsumer(String handler) {
        Use use = take(1);
        written |= use.writeUnits() > 0;
        consumers.merge(handler, use, Use::plus);
    }

    /** What was consumed since the last call. */
    private Use take(int invocations) {
        double[] units = consumed.get();
        Use total = new Use(0, CapacityMeter.requests(), units[0], units[1]);
        Use since = total.plus(taken.times(-1));
        taken = total;
        return new Use(invocations, since.requests(), since.readUnits(), since.writeUnits());
    }

    private boolean passes(RecordedStream stream, int index) {
        Set<String> sortKeys = filters.get(stream.table() + "/" + stream.handler());
        return sortKeys == null || sortKeys.contains(stream.sortKey(index));
    }

    /** Sends a request and returns the body of the response. Single quotes in the body are double quotes. */
    String call(String method, String path, @Nullable String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(root.resolve(path))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.replace('\'', '"')))
                .build();
        calls++;
        HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
        assertEquals(2, response.statusCode() / 100, () -> method + " " + path + ": " + response.body());
        return response.body();
    }

    @Override
    public void close() {
        client.close();
    }
}
