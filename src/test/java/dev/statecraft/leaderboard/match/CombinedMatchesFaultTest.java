package dev.statecraft.leaderboard.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.match.MatchResult.Busy;
import dev.statecraft.leaderboard.match.MatchResult.Taken;
import dev.statecraft.leaderboard.match.SharedRatings.Instance;
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
 * Instances that rate matches of the same players and die or lose messages: an acknowledged match is rated once for all its
 * players, one without an answer at most once (invariants S1 to S3).
 */
class CombinedMatchesFaultTest {

    private static final int INSTANCES = 3;
    private static final int MATCHES = 3;

    /** What the caller knows of a match. */
    private enum Known {
        ACKNOWLEDGED,
        NOT_RATED,
        UNKNOWN
    }

    private static String id(int number) {
        return "m" + number;
    }

    /** What the callers know of each match, by its number. */
    private static Map<Integer, Known> run(SharedRatings ratings, List<Instance> instances) {
        Map<Integer, Known> known = new TreeMap<>();
        List<Callable<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < instances.size(); i++) {
            int first = i * MATCHES;
            Instance instance = instances.get(i);
            calls.add(() -> {
                for (int number = first; number < first + MATCHES; number++) {
                    known.put(number, Known.UNKNOWN);
                    try {
                        MatchResult result = instance.rate(SharedRatings.duel(id(number), number));
                        assertTrue(result instanceof Taken || result instanceof Busy, result::toString);
                        assertFalse(result instanceof Taken taken && taken.replayed(), id(number));
                        known.put(number, result instanceof Taken ? Known.ACKNOWLEDGED : Known.NOT_RATED);
                    } catch (RuntimeException e) {
                        known.put(number, Known.UNKNOWN);
                    }
                }
                return first;
            });
        }
        ratings.all
                .run(calls)
                .forEach(answer -> assertTrue(
                        answer.failure() == null || answer.failure() instanceof FaultyDynamo.Stopped,
                        () -> "failed with " + answer.failure()));
        return known;
    }

    private static void assertRated(SharedRatings ratings, Map<Integer, Known> known, String run) {
        Map<String, Match> matches = new TreeMap<>();
        known.forEach((number, what) -> {
            matches.put(id(number), SharedRatings.duel(id(number), number));
            if (what != Known.UNKNOWN) {
                assertEquals(
                        what == Known.ACKNOWLEDGED,
                        ratings.record(id(number)).isPresent(),
                        run + ": " + number + " is " + what);
            }
        });
        ratings.assertConsistent(matches, run);
    }

    /** Every call of one instance is its last one in one of the runs: after its effect, and so before the next call. */
    @Test
    void instanceDiesAtAnyCall() {
        int call = 0;
        long combined = 0;
        for (boolean died = true; died; call++) {
            try (SharedRatings ratings = new SharedRatings(call)) {
                List<Instance> instances = ratings.busy(ratings.board(), INSTANCES);
                instances.get(0).network().stopAfterCalls(call);
                Map<Integer, Known> known = run(ratings, instances);
                died = known.size() < INSTANCES * MATCHES || known.containsValue(Known.UNKNOWN);
                String run = "died after call " + call;
                known.forEach((number, what) -> assertTrue(
                        number < MATCHES || what == Known.ACKNOWLEDGED, run + ": " + number + " is " + what));
                assertRated(ratings, known, run);
                combined += ratings.writes();
            }
        }
        assertTrue(call > 4 * MATCHES, call + " calls");
        assertTrue(combined > 2L * call, combined + " combined writes");
    }

    /** Every write of one instance fails once, before or after its effect. */
    @ParameterizedTest
    @ValueSource(strings = {"BEFORE", "AFTER"})
    void anyWriteFails(String when) {
        int failures = 0;
        for (int write = 0; write < 3 * MATCHES; write++) {
            try (SharedRatings ratings = new SharedRatings(write)) {
                List<Instance> instances = ratings.busy(ratings.board(), INSTANCES);
                instances.get(0).network().failOnce(write, FaultyDynamo.When.valueOf(when));
                Map<Integer, Known> known = run(ratings, instances);
                failures += (int)
                        known.values().stream().filter(Known.UNKNOWN::equals).count();
                assertRated(ratings, known, when + " write " + write);
            }
        }
        assertTrue(failures > 2, failures + " failures");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void anyCallFails(long seed) {
        try (SharedRatings ratings = new SharedRatings(seed)) {
            List<Instance> instances = ratings.busy(ratings.board(), INSTANCES);
            FaultPlan plan = FaultPlan.each(0.004).slowUpTo(Duration.ofSeconds(2));
            instances.forEach(instance -> instance.network().plan(plan));
            Map<Integer, Known> known = run(ratings, instances);
            assertRated(ratings, known, "seed " + seed);
            assertTrue(known.containsValue(Known.ACKNOWLEDGED), "seed " + seed + ": " + known);
        }
    }
}
