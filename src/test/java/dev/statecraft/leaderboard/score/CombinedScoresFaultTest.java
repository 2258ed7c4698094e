package dev.statecraft.leaderboard.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.score.ScoreResult.Busy;
import dev.statecraft.leaderboard.score.ScoreResult.Taken;
import dev.statecraft.leaderboard.score.SharedEntry.Instance;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.testing.fault.AwsOperation;
import dev.statecraft.testing.fault.FaultKind;
import dev.statecraft.testing.fault.FaultPlan;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Instances that write one entry and die or lose messages: an acknowledged score is applied once, one without an answer at
 * most once (invariant S3). Each score has a value of its own, a power of two, so the total shows which were applied.
 */
class CombinedScoresFaultTest {

    private static final int INSTANCES = 3;
    private static final int SCORES = 4;

    /** What the caller knows of a score. */
    private enum Known {
        ACKNOWLEDGED,
        NOT_APPLIED,
        UNKNOWN
    }

    private static List<Instance> instances(SharedEntry entry) {
        Board board = entry.board(RankingType.POINTS);
        List<Instance> instances = new ArrayList<>();
        for (int i = 0; i < INSTANCES; i++) {
            instances.add(entry.instance(Map.of()).busy(board));
        }
        return instances;
    }

    /** What the callers know of each score, by its exponent. Half of the scores have an id. */
    private static Map<Integer, Known> run(SharedEntry entry, List<Instance> instances) {
        Map<Integer, Known> known = new TreeMap<>();
        List<Callable<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < instances.size(); i++) {
            int first = i * SCORES;
            Instance instance = instances.get(i);
            calls.add(() -> {
                for (int number = first; number < first + SCORES; number++) {
                    known.put(number, Known.UNKNOWN);
                    try {
                        ScoreResult result = instance.submit(1L << number, number % 2 == 0 ? null : "id" + number);
                        assertTrue(result instanceof Taken || result instanceof Busy, result::toString);
                        known.put(number, result instanceof Taken ? Known.ACKNOWLEDGED : Known.NOT_APPLIED);
                    } catch (RuntimeException e) {
                        known.put(number, Known.UNKNOWN);
                    }
                }
                return first;
            });
        }
        entry.all
                .run(calls)
                .forEach(answer -> assertTrue(
                        answer.failure() == null || answer.failure() instanceof FaultyDynamo.Stopped,
                        () -> "failed with " + answer.failure()));
        return known;
    }

    private static void assertApplied(SharedEntry entry, Map<Integer, Known> known, String run) {
        List<Receipt> receipts = entry.entry().receipts();
        long total = 0;
        for (Receipt receipt : receipts) {
            assertEquals(total, receipt.oldValue(), run);
            long value = receipt.score().value() - total;
            assertEquals(1, Long.bitCount(value), run);
            assertEquals(0, total & value, run + ": twice");
            total += value;
        }
        assertEquals(total, entry.value(), run);
        long applied = total;
        known.forEach((number, what) -> {
            if (what != Known.UNKNOWN) {
                assertEquals(
                        what == Known.ACKNOWLEDGED, (applied >> number & 1) == 1, run + ": " + number + " is " + what);
            }
        });
    }

    /** Every call of one instance is its last one in one of the runs: after its effect, and so before the next call. */
    @Test
    void instanceDiesAtAnyCall() {
        int call = 0;
        long combined = 0;
        for (boolean died = true; died; call++) {
            try (SharedEntry entry = new SharedEntry(call)) {
                List<Instance> instances = instances(entry);
                instances.get(0).network().stopAfterCalls(call);
                Map<Integer, Known> known = run(entry, instances);
                died = known.size() < INSTANCES * SCORES || known.containsValue(Known.UNKNOWN);
                String run = "died after call " + call;
                known.forEach((number, what) ->
                        assertTrue(number < SCORES || what == Known.ACKNOWLEDGED, run + ": " + number + " is " + what));
                assertApplied(entry, known, run);
                combined += entry.writes();
            }
        }
        assertTrue(call > 4 * SCORES, call + " calls");
        assertTrue(combined > 2L * call, combined + " combined writes");
    }

    /** One instance dies while transactions conflict and an instance outside of the queue writes the entry, too. */
    @ParameterizedTest
    @ValueSource(longs = {100, 200, 300})
    void instanceDiesWhileTransactionsConflict(long seed) {
        for (int call = 0; call < 30; call += 3) {
            try (SharedEntry entry = new SharedEntry(seed + call)) {
                List<Instance> instances = new ArrayList<>(instances(entry).subList(0, 2));
                instances.add(entry.instance(Map.of()));
                FaultPlan conflicts =
                        FaultPlan.NONE.with(FaultKind.TRANSACTION_CONFLICT, 0.3, AwsOperation.TRANSACT_WRITE);
                instances.get(0).network().stopAfterCalls(call);
                instances.get(1).network().plan(conflicts);
                instances.get(2).network().plan(conflicts);
                Map<Integer, Known> known = run(entry, instances);
                String run = "seed " + seed + ", died after call " + call;
                known.forEach((number, what) ->
                        assertTrue(number < SCORES || what == Known.ACKNOWLEDGED, run + ": " + number + " is " + what));
                assertApplied(entry, known, run);
            }
        }
    }

    /** Every write of one instance fails once, before or after its effect. */
    @ParameterizedTest
    @ValueSource(strings = {"BEFORE", "AFTER"})
    void anyWriteFails(String when) {
        int failures = 0;
        for (int write = 0; write < 3 * SCORES; write++) {
            try (SharedEntry entry = new SharedEntry(write)) {
                List<Instance> instances = instances(entry);
                instances.get(0).network().failOnce(write, FaultyDynamo.When.valueOf(when));
                Map<Integer, Known> known = run(entry, instances);
                failures += (int)
                        known.values().stream().filter(Known.UNKNOWN::equals).count();
                assertApplied(entry, known, when + " write " + write);
            }
        }
        assertTrue(failures > 2, failures + " failures");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void anyCallFails(long seed) {
        try (SharedEntry entry = new SharedEntry(seed)) {
            List<Instance> instances = instances(entry);
            FaultPlan plan = FaultPlan.each(0.004).slowUpTo(Duration.ofSeconds(2));
            instances.forEach(instance -> instance.network().plan(plan));
            Map<Integer, Known> known = run(entry, instances);
            assertApplied(entry, known, "seed " + seed);
            assertTrue(known.containsValue(Known.ACKNOWLEDGED), "seed " + seed + ": " + known);
        }
    }
}
