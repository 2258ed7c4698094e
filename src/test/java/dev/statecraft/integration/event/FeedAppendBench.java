package dev.statecraft.integration.event;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.statecraft.replication.Realm;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.bench.Bench;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Throughput, latency and capacity of appends of ten events to one feed, by the number of stream consumers. */
@Tag("bench")
class FeedAppendBench {

    private static final Duration MEASURED = Duration.ofSeconds(20);
    private static final int EVENTS = 10;

    @RegisterExtension
    final Bench bench = new Bench();

    private final TableNames tables = bench.tables();

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 16})
    void appends(int consumers) throws Exception {
        List<EventFeedService> feeds = new ArrayList<>();
        for (int i = 0; i < consumers; i++) {
            feeds.add(new EventParts(bench.machine(), bench.client(), tables, Map.of()).feed);
        }
        ExecutorService threads = bench.clients(consumers);
        try {
            bench.start();
            long until = bench.nanos() + MEASURED.toNanos();
            List<Future<List<Long>>> futures = new ArrayList<>();
            for (int i = 0; i < consumers; i++) {
                int consumer = i;
                futures.add(threads.submit(() -> {
                    List<Long> nanos = new ArrayList<>();
                    for (int batch = 1; bench.nanos() < until; batch++) {
                        long started = bench.nanos();
                        feeds.get(consumer).append(Realm.GAME, changes("source" + consumer, batch));
                        nanos.add(bench.nanos() - started);
                    }
                    return nanos;
                }));
            }
            List<Long> all = new ArrayList<>();
            for (Future<List<Long>> future : futures) {
                all.addAll(future.get());
            }
            bench.report(
                    "%2d consumers".formatted(consumers),
                    all.stream().mapToLong(Long::longValue).toArray());
        } finally {
            threads.shutdownNow();
        }
    }

    /** The changes of a batch of a stream. */
    private static List<SourceChange> changes(String source, int batch) {
        return IntStream.range(0, EVENTS)
                .mapToObj(i -> SourceChange.numbered(
                        Realm.GAME,
                        source,
                        (long) batch * EVENTS + i,
                        List.of(Event.of(
                                EventType.ENTITY_UPDATED,
                                source + ":" + batch + ":" + i,
                                1_000,
                                JsonNodeFactory.instance
                                        .objectNode()
                                        .put("entityId", "entity-" + i)
                                        .put("version", batch)))))
                .toList();
    }
}
