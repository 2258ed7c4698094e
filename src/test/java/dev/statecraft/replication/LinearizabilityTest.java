package dev.statecraft.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.statecraft.replication.Linearizability.Call;
import dev.statecraft.replication.Linearizability.Stepped;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The checker itself, on histories that are known to be good or bad. */
class LinearizabilityTest {

    /** A counter: a positive input adds and answers the sum, 0 reads. */
    private static Stepped<Long> counter(Long state, Call<Long, Long> call) {
        long next = state + call.input();
        return new Stepped<>(call.output() == null || call.output() == next, next);
    }

    private static Call<Long, Long> call(String key, long sent, long answered, long input, long output) {
        return new Call<>(key, sent, answered, input, output);
    }

    private static String violation(List<Call<Long, Long>> history) {
        return Linearizability.violation(history, 0L, LinearizabilityTest::counter);
    }

    @Test
    void goodHistoriesHaveAnOrder() {
        assertNull(violation(List.of()));
        assertNull(violation(List.of(call("a", 1, 2, 1, 1), call("a", 3, 4, 0, 1))));
        // At the same time in either order.
        assertNull(violation(List.of(call("a", 1, 5, 1, 2), call("a", 2, 4, 1, 1), call("a", 6, 7, 0, 2))));
        // A read at the same time as a write sees it or not.
        assertNull(violation(List.of(call("a", 1, 9, 1, 1), call("a", 2, 3, 0, 0), call("a", 4, 5, 0, 1))));
        // Keys have nothing to do with each other.
        assertNull(violation(List.of(call("a", 1, 2, 1, 1), call("b", 3, 4, 0, 0))));
        // A call without an answer took effect, late, or never did.
        Call<Long, Long> lost = new Call<>("a", 1, Linearizability.NEVER, 1L, null);
        assertNull(violation(List.of(lost, call("a", 2, 3, 0, 0), call("a", 4, 5, 0, 1))));
        assertNull(violation(List.of(lost, call("a", 2, 3, 0, 0), call("a", 4, 5, 0, 0))));
    }

    @Test
    void badHistoriesHaveNone() {
        assertEquals("a", violation(List.of(call("a", 1, 2, 1, 1), call("a", 3, 4, 0, 0))), "a stale read");
        assertEquals("a", violation(List.of(call("a", 1, 4, 1, 1), call("a", 2, 3, 1, 1))), "a lost update");
        assertEquals(
                "b",
                violation(List.of(
                        call("a", 1, 2, 1, 1), call("b", 1, 9, 1, 1), call("b", 2, 3, 0, 1), call("b", 4, 5, 0, 0))),
                "time that goes back");
        assertEquals("a", violation(List.of(call("a", 1, 2, 1, 2))), "an update from nowhere");
        Call<Long, Long> lost = new Call<>("a", 6, Linearizability.NEVER, 1L, null);
        assertEquals("a", violation(List.of(call("a", 1, 2, 0, 1), lost)), "an effect before its cause");
    }

    /** Random histories of a real counter are good; one answer changed makes them bad. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void randomHistoriesAreToldApart(long seed) {
        Random random = new Random(seed);
        List<Call<Long, Long>> history = new ArrayList<>();
        long state = 0;
        for (int i = 0; i < 40; i++) {
            long at = i * 10L;
            long input = random.nextInt(3) == 0 ? 0 : 1;
            state += input;
            history.add(call("a", at - random.nextInt(25), at + random.nextInt(25), input, state));
        }
        assertNull(violation(history), "seed " + seed);
        int changed = 5 + random.nextInt(30);
        Call<Long, Long> old = history.get(changed);
        history.set(changed, call("a", old.sent(), old.answered(), old.input(), old.output() + 100));
        assertEquals("a", violation(history), "seed " + seed);
    }
}
