package dev.statecraft.integration.event;

import static dev.statecraft.integration.event.SharedFeed.change;
import static dev.statecraft.integration.event.SharedFeed.changes;
import static dev.statecraft.replication.Realm.GAME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.integration.event.SharedFeed.Consumer;
import dev.statecraft.testing.ConcurrentInstances.Answer;
import dev.statecraft.testing.fault.FaultPlan;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Consumers that append to one feed at once, with changes that are delivered again, and consumers that die or lose
 * messages: each change is appended once, in the order of its source.
 */
class CombinedEventsTest {

    private static final int CONSUMERS = 3;
    private static final int BATCHES = 4;

    private static int sum(List<Answer<Integer>> answers) {
        return answers.stream().mapToInt(Answer::orFail).sum();
    }

    /** Consumers find out by themselves that they collide. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void redeliveredChangesOfManyConsumersAreAppendedOnce(long seed) {
        try (SharedFeed feed = new SharedFeed(seed)) {
            Random random = new Random(seed);
            List<Callable<Integer>> calls = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                Consumer consumer = feed.consumer();
                // Two consumers read each source, at their own pace.
                String source = "s" + i / 2;
                int size = 2 + random.nextInt(4);
                calls.add(() -> {
                    int appended = 0;
                    for (int from = 1; from <= 20; from += size) {
                        appended +=
                                consumer.append(changes(source, Math.max(1, from - 2), Math.min(20, from + size - 1)));
                    }
                    return appended;
                });
            }
            assertEquals(80, sum(feed.all.run(calls)));
            assertEquals(80, feed.ids("seed " + seed).size());
            assertTrue(feed.writes() > 0 && feed.writes() < 60, feed.writes() + " combined writes");
        }
    }

    @Test
    void moreSourcesThanATransactionAreAppended() {
        try (SharedFeed feed = new SharedFeed(1)) {
            List<Callable<Integer>> calls = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                Consumer consumer = feed.consumer().busy();
                List<SourceChange> own = new ArrayList<>();
                for (int source = 0; source < 70; source++) {
                    own.addAll(changes("s" + source, 1, 1));
                    own.addAll(changes("own" + i, source + 1, source + 1));
                }
                calls.add(() -> consumer.append(own));
            }
            assertEquals(70 + 6 * 70, sum(feed.all.run(calls)));
            assertEquals(490, feed.ids("sources").size());
        }
    }

    /** Changes that are larger than an intent wait for their turn. */
    @Test
    void largeChangesAreAppendedInTurn() {
        try (SharedFeed feed = new SharedFeed(1)) {
            String noise = noise(20_000);
            List<Callable<Integer>> calls = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                Consumer consumer = feed.consumer().busy();
                String source = "s" + i;
                String text = i % 2 == 0 ? noise : "";
                calls.add(() -> consumer.append(List.of(change(source, 1, text), change(source, 2, text))));
            }
            assertEquals(12, sum(feed.all.run(calls)));
            assertEquals(12, feed.ids("large").size());
        }
    }

    /** Text that is not compressed to less than half. */
    private static String noise(int length) {
        Random random = new Random(1);
        StringBuilder noise = new StringBuilder();
        while (noise.length() < length) {
            noise.append(Long.toString(random.nextLong(Long.MAX_VALUE), 36));
        }
        return noise.toString();
    }

    /** Small intents of events that do not fit a transaction together. */
    @Test
    void manyCompressedEventsAreAppended() {
        try (SharedFeed feed = new SharedFeed(1)) {
            String text = "text ".repeat(100_000);
            List<Callable<Integer>> calls = IntStream.range(0, 12)
                    .<Callable<Integer>>mapToObj(i -> {
                        Consumer consumer = feed.consumer().busy();
                        return () -> consumer.append(List.of(change("s" + i, 1, text)));
                    })
                    .toList();
            assertEquals(12, sum(feed.all.run(calls)));
            assertEquals(12, feed.ids("compressed").size());
        }
    }

    @Test
    void appendThatWasDoneBeforeCountsNothing() {
        try (SharedFeed feed = new SharedFeed(1)) {
            List<SourceChange> once = List.of(
                    SourceChange.once(GAME, "once", changes("once", 1, 1).get(0).events()));
            assertEquals(1, feed.all.alone(() -> feed.consumer().append(once)));
            Consumer busy = feed.consumer().busy();
            assertEquals(0, feed.all.alone(() -> busy.append(once)));
            assertEquals(1, feed.writes());
        }
    }

    /** Whether each batch of a source was acknowledged. A consumer repeats a batch that failed, as a stream does. */
    private static Map<String, Boolean> run(SharedFeed feed, List<Consumer> consumers, int attempts) {
        Map<String, Boolean> acknowledged = new TreeMap<>();
        List<Callable<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < consumers.size(); i++) {
            Consumer consumer = consumers.get(i);
            String source = "s" + i;
            calls.add(() -> {
                int left = attempts;
                int batch = 0;
                while (batch < BATCHES && left > 0) {
                    acknowledged.put(source + "/" + (batch + 1), false);
                    try {
                        consumer.append(changes(source, batch + 1, batch + 1));
                        batch++;
                        acknowledged.put(source + "/" + batch, true);
                    } catch (RuntimeException e) {
                        left--;
                    }
                }
                return batch;
            });
        }
        feed.all
                .run(calls)
                .forEach(answer -> assertTrue(
                        answer.failure() == null || answer.failure() instanceof FaultyDynamo.Stopped,
                        () -> "failed with " + answer.failure()));
        return acknowledged;
    }

    private static void assertAppended(SharedFeed feed, Map<String, Boolean> acknowledged, String run) {
        List<String> ids = feed.ids(run);
        assertTrue(acknowledged.keySet().containsAll(ids), run);
        acknowledged.forEach((id, is) -> assertTrue(!is || ids.contains(id), run + ": " + id + " is lost"));
    }

    private static List<Consumer> consumers(SharedFeed feed) {
        return IntStream.range(0, CONSUMERS)
                .mapToObj(i -> feed.consumer().busy())
                .toList();
    }

    /** Every call of one consumer is its last one in one of the runs: after its effect, and so before the next call. */
    @Test
    void consumerDiesAtAnyCall() {
        int call = 0;
        long combined = 0;
        for (boolean died = true; died; call++) {
            try (SharedFeed feed = new SharedFeed(call)) {
                List<Consumer> consumers = consumers(feed);
                consumers.get(0).network().stopAfterCalls(call);
                Map<String, Boolean> acknowledged = run(feed, consumers, 1);
                died = acknowledged.size() < CONSUMERS * BATCHES || acknowledged.containsValue(false);
                String run = "died after call " + call;
                acknowledged.forEach(
                        (id, is) -> assertTrue(is || id.startsWith("s0/"), run + ": " + id + " is not acknowledged"));
                assertAppended(feed, acknowledged, run);
                combined += feed.writes();
            }
        }
        assertTrue(call > 4 * BATCHES, call + " calls");
        assertTrue(combined > 2L * call, combined + " combined writes");
    }

    /** Every write of one consumer fails once, before or after its effect, and the batch is delivered again. */
    @ParameterizedTest
    @ValueSource(strings = {"BEFORE", "AFTER"})
    void anyWriteFails(String when) {
        for (int write = 0; write < 3 * BATCHES; write++) {
            try (SharedFeed feed = new SharedFeed(write)) {
                List<Consumer> consumers = consumers(feed);
                consumers.get(0).network().failOnce(write, FaultyDynamo.When.valueOf(when));
                Map<String, Boolean> acknowledged = run(feed, consumers, 2);
                assertEquals(CONSUMERS * BATCHES, acknowledged.size());
                assertTrue(!acknowledged.containsValue(false), acknowledged::toString);
                assertAppended(feed, acknowledged, when + " write " + write);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void anyCallFails(long seed) {
        try (SharedFeed feed = new SharedFeed(seed)) {
            List<Consumer> consumers = consumers(feed);
            FaultPlan plan = FaultPlan.each(0.01).slowUpTo(Duration.ofSeconds(2));
            consumers.forEach(consumer -> consumer.network().plan(plan));
            Map<String, Boolean> acknowledged = run(feed, consumers, 9);
            assertAppended(feed, acknowledged, "seed " + seed);
            assertTrue(!acknowledged.containsValue(false), "seed " + seed + ": " + acknowledged);
        }
    }
}
