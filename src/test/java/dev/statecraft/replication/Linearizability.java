package dev.statecraft.replication;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether a history of calls, each from when it was sent until it was answered, could have come from one register for
 * each key that does one call after the other: the search of Wing and Gong ("Testing and verifying concurrent objects",
 * JPDC 1993), with the states that were tried remembered, as Lowe does. Keys are independent, so each is searched alone.
 */
public final class Linearizability {

    private Linearizability() {}

    /** A call that is not known to be answered may take effect at any time after it was sent, or never. */
    static final long NEVER = Long.MAX_VALUE;

    /**
     * A call.
     *
     * @param key the register it is about
     * @param sent when it was sent
     * @param answered when its answer came, {@link #NEVER} if none did
     * @param input what was asked
     * @param output what was answered
     */
    public record Call<I, O>(
            String key,
            long sent,
            long answered,
            I input,
            @Nullable O output) {}

    /** What a register does with a call: the state after it; nothing fits where the answer would be another. */
    public record Stepped<S>(boolean fits, S state) {}

    /**
     * Looks for an order.
     *
     * @param initial the state of every register at first
     * @param step what a call does; it is asked with calls that were not answered as well, whose answers always fit
     * @return a key whose calls have no order, null if all have one
     */
    public static <S, I, O> @Nullable String violation(
            List<Call<I, O>> history, S initial, BiFunction<S, Call<I, O>, Stepped<S>> step) {
        Map<String, List<Call<I, O>>> byKey =
                history.stream().collect(Collectors.groupingBy(Call::key, TreeMap::new, Collectors.toList()));
        for (Map.Entry<String, List<Call<I, O>>> key : byKey.entrySet()) {
            List<Call<I, O>> calls = new ArrayList<>(key.getValue());
            calls.sort(Comparator.comparingLong(Call::sent));
            if (!search(calls, new HashSet<>(), initial, step, new HashSet<>())) {
                return key.getKey();
            }
        }
        return null;
    }

    private record Tried<S>(Set<Integer> done, S state) {}

    private static <S, I, O> boolean search(
            List<Call<I, O>> calls,
            Set<Integer> done,
            S state,
            BiFunction<S, Call<I, O>, Stepped<S>> step,
            Set<Tried<S>> tried) {
        long firstAnswer = NEVER;
        boolean left = false;
        for (int i = 0; i < calls.size(); i++) {
            if (!done.contains(i) && calls.get(i).answered() != NEVER) {
                firstAnswer = Math.min(firstAnswer, calls.get(i).answered());
                left = true;
            }
        }
        if (!left) {
            return true;
        }
        if (!tried.add(new Tried<>(Set.copyOf(done), state))) {
            return false;
        }
        for (int i = 0; i < calls.size() && calls.get(i).sent() <= firstAnswer; i++) {
            if (done.contains(i)) {
                continue;
            }
            Stepped<S> next = step.apply(state, calls.get(i));
            if (next.fits()) {
                done.add(i);
                if (search(calls, done, next.state(), step, tried)) {
                    return true;
                }
                done.remove(i);
            }
        }
        return false;
    }
}
