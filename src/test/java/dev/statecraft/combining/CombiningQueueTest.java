package dev.statecraft.combining;

import static dev.statecraft.combining.QueueRig.QUEUE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.combining.QueueRig.Answer;
import dev.statecraft.combining.QueueRig.Writer;
import dev.statecraft.testing.fault.AwsOperation;
import dev.statecraft.testing.fault.CallTrace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests of several writers, without faults. */
class CombiningQueueTest {

    private final QueueRig rig = new QueueRig(7);

    @AfterEach
    void close() {
        rig.close();
    }

    private static Duration millis(long millis) {
        return Duration.ofMillis(millis);
    }

    @Test
    void aWriterAloneCombinesItsOwnRequest() {
        Writer alone = rig.writer();
        Answer answer = rig.run(List.of(() -> alone.add("a"))).get(0);
        assertEquals(1, answer.place());
        assertEquals(List.of("a"), rig.texts());
        assertEquals(List.of(1), alone.rounds);
        assertEquals(4, alone.faults.calls(), "intent, queue, list, transaction");
        assertFalse(alone.queue.isBusy(QUEUE), "nobody else was met");
    }

    @Test
    void requestsArrivingTogetherAreCombinedInTheirOrderAndTheOthersFindTheirOutcome() {
        List<Writer> writers = rig.writers(20);
        List<Callable<Long>> calls = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            calls.add(writers.get(i).add("t" + i, millis(i)));
        }
        List<Answer> answers = rig.run(calls);
        for (int i = 0; i < 20; i++) {
            rig.assertTrueOf("t" + i, answers.get(i));
            assertEquals(i + 1, answers.get(i).place(), "order of arrival");
        }
        List<Integer> rounds =
                writers.stream().flatMap(writer -> writer.rounds.stream()).toList();
        assertTrue(rounds.size() <= 4, rounds.toString());
        assertTrue(writers.stream().filter(writer -> writer.rounds.isEmpty()).count() >= 16);
        assertTrue(writers.stream().allMatch(writer -> writer.queue.isBusy(QUEUE)));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void everyRequestIsDoneOnceAtThePlaceThatWasReturned(long seed) {
        try (QueueRig busy = new QueueRig(seed)) {
            List<Writer> writers = busy.writers(8);
            List<Callable<Long>> calls = new ArrayList<>();
            for (Writer writer : writers) {
                int id = calls.size();
                calls.add(() -> {
                    for (int i = 0; i < 20; i++) {
                        long place = writer.add(id + "-" + i);
                        assertEquals(id + "-" + i, busy.texts().get((int) place - 1));
                    }
                    return 1L;
                });
            }
            busy.run(calls).forEach(answer -> assertEquals(1, answer.place(), () -> "seed " + seed + ": " + answer));
            assertEquals(160, busy.texts().size());
            assertEquals(160, new HashSet<>(busy.texts()).size());
            int rounds =
                    writers.stream().mapToInt(writer -> writer.rounds.size()).sum();
            assertTrue(rounds < 110, rounds + " rounds");
        }
    }

    @Test
    void requestThatARoundReturnsIsLeftToItsWriter() {
        List<Writer> writers = rig.writers(3);
        List<Answer> answers = rig.run(List.of(
                writers.get(0).add("a", millis(0)),
                writers.get(1).add("-b", millis(1)),
                writers.get(2).add("c", millis(2))));
        assertEquals(0, answers.get(1).place());
        assertEquals(List.of("a", "c"), rig.texts());
    }

    @Test
    void roundOfReturnedRequestsWritesOnlyTheState() {
        assertEquals(
                0, rig.run(List.of(rig.writer().add("-a", millis(0)))).get(0).place());
        assertEquals(List.of(), rig.texts());
        assertEquals(1, rig.store().state(QUEUE).generation());
    }

    @Test
    void roundStopsBeforeATurnAndContinuesAfterIt() {
        List<Writer> writers = rig.writers(4);
        List<Answer> answers = rig.run(List.of(
                writers.get(0).add("a", millis(0)),
                writers.get(1).addInTurn("turn", millis(20)),
                writers.get(2).add("b", millis(40)),
                writers.get(3).add("c", millis(42))));
        assertEquals(List.of("a", "turn", "b", "c"), rig.texts());
        assertEquals(List.of(), writers.get(1).rounds);
        answers.forEach(answer -> assertTrue(answer.took().toMillis() < 290, "nobody had to take over: " + answer));
    }

    @Test
    void turnOfADeadWriterIsSkippedAfterTheTakeover() {
        Writer writer = rig.writer();
        rig.putOrphan(11, millis(30), "a");
        rig.putOrphan(12, millis(20), null);
        rig.putOrphan(13, millis(10), "b");
        Answer answer = rig.run(List.of(() -> writer.add("c"))).get(0);
        assertEquals(List.of("a", "b", "c"), rig.texts());
        assertEquals(3, answer.place());
        assertEquals(List.of(1, 2), writer.rounds);
        assertTrue(answer.took().toMillis() > 2 * 300 && answer.took().toMillis() < 2 * 600 + 200, answer.toString());
    }

    /** A turn only avoids lost races, so a slow one may be skipped. */
    @Test
    void requestsDoNotWaitForASlowTurn() {
        Writer slow = rig.writer();
        slow.beforeRead = () -> rig.time.ticker().sleep(Duration.ofSeconds(3).toNanos());
        Writer other = rig.writer();
        List<Answer> answers = rig.run(List.of(slow.addInTurn("slow", millis(0)), other.add("a", millis(40))));
        assertEquals(List.of("a", "slow"), rig.texts());
        assertTrue(answers.get(1).took().toMillis() < 800, answers.toString());
    }

    @Test
    void requestsThatARoundLeavesAreContinuedByTheNextWriterAtOnce() {
        Map<String, String> few = Map.of("combining.intents-per-write", "4");
        List<Callable<Long>> calls = new ArrayList<>();
        List<Writer> writers = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            writers.add(rig.writer(Duration.ZERO, few));
            calls.add(writers.get(i).add("t" + i, millis(0)));
        }
        List<Answer> answers = rig.run(calls);
        assertEquals(24, new HashSet<>(rig.texts()).size());
        assertEquals(24, rig.texts().size());
        writers.forEach(writer -> assertTrue(writer.rounds.stream().allMatch(size -> size <= 4)));
        answers.forEach(answer -> assertTrue(answer.took().toMillis() < 1_000, answer.toString()));
    }

    /** More requests wait than a round takes, so each round names the next writer and the others need no intents. */
    @Test
    void writersOfACrowdedQueueReadMostlyItsState() {
        CallTrace trace = new CallTrace(20_000);
        List<Callable<Long>> calls = new ArrayList<>();
        for (int i = 0; i < 90; i++) {
            Writer writer = rig.writer(Duration.ZERO, Map.of("combining.intents-per-write", "30"));
            String name = "w" + i + "-";
            writer.faults.traceTo(trace, name);
            calls.add(() -> {
                for (int request = 0; request < 6; request++) {
                    long place = writer.add(name + request);
                    assertEquals(name + request, rig.texts().get((int) place - 1));
                }
                return 1L;
            });
        }
        rig.run(calls).forEach(answer -> assertEquals(1, answer.place(), answer::toString));
        assertEquals(540, new HashSet<>(rig.texts()).size());
        assertEquals(540, rig.texts().size());
        long queries = trace.calls().stream()
                .filter(call -> call.operation() == AwsOperation.QUERY)
                .count();
        assertTrue(queries < 270, queries + " reads of all intents");
    }

    @Test
    void oldIntentsAreIgnoredAndDeletedWhenTheyHaveExpired() {
        rig.putOrphan(11, Duration.ofMinutes(16), "expired");
        rig.putOrphan(12, Duration.ofMinutes(8), "left");
        Writer first = rig.writer();
        Writer second = rig.writer();
        rig.run(List.of(() -> first.add("a")));
        Answer answer = rig.run(List.of(() -> second.add("b"))).get(0);
        assertEquals(List.of("a", "b"), rig.texts());
        assertEquals(2, answer.place());
        assertTrue(answer.took().toMillis() < 200, "nobody had to take over: " + answer);
        Set<Long> left =
                rig.store().read(QUEUE).intents().stream().map(Intent::writer).collect(Collectors.toSet());
        assertFalse(left.contains(11L));
        assertTrue(left.contains(12L));
    }

    @Test
    void delayedDuplicateOfADoneIntentHasNoEffect() {
        Writer first = rig.writer();
        Writer second = rig.writer();
        rig.run(List.of(() -> first.add("a")));
        Intent done = rig.store().read(QUEUE).intents().get(0);
        rig.store().put(QUEUE, done);
        rig.store().delete(QUEUE, done);
        rig.store().put(QUEUE, done);
        rig.run(List.of(() -> second.add("b")));
        rig.run(List.of(() -> first.add("c")));
        rig.store().put(QUEUE, done);
        rig.run(List.of(() -> second.add("d")));
        assertEquals(List.of("a", "b", "c", "d"), rig.texts());
    }

    @Test
    void requestsAreDoneOnceAlthoughTheStateExpired() {
        Writer first = rig.writer();
        Writer second = rig.writer();
        Callable<Long> later = () -> {
            rig.time.ticker().sleep(Duration.ofHours(2).toNanos());
            return 0L;
        };
        rig.run(List.of(() -> first.add("a"), () -> second.add("b")));
        List<Intent> done = rig.store().read(QUEUE).intents();
        rig.run(List.of(later));
        rig.deleteState();
        done.forEach(intent -> rig.store().put(QUEUE, intent));
        Answer answer = rig.run(List.of(() -> second.add("c"))).get(0);
        assertEquals(3, answer.place());
        assertEquals(3, rig.texts().size());
    }

    @Test
    void stateThatExpiresDuringARoundIsALostRace() {
        Writer writer = rig.writer();
        rig.run(List.of(() -> writer.add("a")));
        writer.beforeWrite = () -> {
            writer.beforeWrite = () -> {};
            rig.deleteState();
        };
        assertEquals(2, rig.run(List.of(() -> writer.add("b"))).get(0).place());
        assertEquals(List.of("a", "b"), rig.texts());
        assertEquals(List.of(1, 1, 1), writer.rounds);
    }
}
