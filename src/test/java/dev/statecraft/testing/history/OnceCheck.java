package dev.statecraft.testing.history;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether each idempotency id took effect at most once, and exactly once if it was acknowledged; whether all
 * answers to an id are the same; and whether an id that is used again with another body was rejected (invariants S2, S3).
 *
 * <p>The effects are what the workload finds in the final state: for each effect the id that caused it, for example from
 * the commit log, or from values that encode their request. A refusal says that this attempt had no effect; a later
 * attempt may. Complexity: O(n log n) for n attempts and effects.
 */
public final class OnceCheck {

    private OnceCheck() {}

    /** What ids must hold. */
    public enum Rule {
        /** An id took effect more than once. */
        EFFECT_REPEATED,
        /** An acknowledged id took no effect. */
        EFFECT_LOST,
        /** An id took effect although every attempt was refused, or it was never sent. */
        EFFECT_WITHOUT_REQUEST,
        /** Two acknowledged answers to one id differ. */
        ANSWER_DIFFERS,
        /** Two bodies of one id were both acknowledged. */
        BODY_DIFFERS
    }

    /** An attempt: the id and what else the request contains. */
    public record Attempt<B>(String id, B body) {}

    /**
     * An answer.
     *
     * @param applied whether the answer says that the id took effect, by this attempt or an earlier one; false for a
     *     refusal without an effect
     * @param value the part of the answer that must not differ between attempts; null for a refusal
     */
    public record Answer<A>(boolean applied, @Nullable A value) {

        /** The answer that an attempt had no effect. */
        public static <A> Answer<A> refused() {
            return new Answer<>(false, null);
        }
    }

    /**
     * Checks all ids.
     *
     * @param effects the id of each effect in the final state, with repetitions
     */
    public static <B, A> List<Violation> check(
            Collection<Operation<Attempt<B>, Answer<A>>> history, Collection<String> effects) {
        List<Violation> found = answers(history);
        Map<String, Integer> counts = new TreeMap<>();
        effects.forEach(id -> counts.merge(id, 1, Integer::sum));
        Map<String, List<Operation<Attempt<B>, Answer<A>>>> byId = new TreeMap<>();
        history.forEach(attempt -> byId.computeIfAbsent(attempt.input().id(), id -> new ArrayList<>())
                .add(attempt));
        byId.forEach((id, attempts) -> {
            boolean acknowledged = attempts.stream().anyMatch(OnceCheck::applied);
            boolean open = attempts.stream().anyMatch(attempt -> attempt.output() == null);
            int times = counts.getOrDefault(id, 0);
            if (times > 1) {
                found.add(new Violation(Rule.EFFECT_REPEATED, id + " took effect " + times + " times: " + attempts));
            } else if (times == 0 && acknowledged) {
                found.add(new Violation(Rule.EFFECT_LOST, id + ": " + attempts));
            } else if (times == 1 && !acknowledged && !open) {
                found.add(new Violation(Rule.EFFECT_WITHOUT_REQUEST, id + " was only refused: " + attempts));
            }
        });
        counts.keySet().stream()
                .filter(id -> !byId.containsKey(id))
                .forEach(id -> found.add(new Violation(Rule.EFFECT_WITHOUT_REQUEST, id + " was never sent")));
        return found;
    }

    /** Checks the answers only, for effects that the final state does not show one by one. */
    public static <B, A> List<Violation> answers(Collection<Operation<Attempt<B>, Answer<A>>> history) {
        List<Violation> found = new ArrayList<>();
        Map<String, Operation<Attempt<B>, Answer<A>>> first = new HashMap<>();
        for (Operation<Attempt<B>, Answer<A>> attempt : history) {
            if (!applied(attempt)) {
                continue;
            }
            Operation<Attempt<B>, Answer<A>> other =
                    first.putIfAbsent(attempt.input().id(), attempt);
            if (other == null) {
                continue;
            }
            if (!other.input().body().equals(attempt.input().body())) {
                found.add(new Violation(Rule.BODY_DIFFERS, other + " and " + attempt));
            } else if (!Objects.equals(other.output(), attempt.output())) {
                found.add(new Violation(Rule.ANSWER_DIFFERS, other + " and " + attempt));
            }
        }
        return found;
    }

    private static boolean applied(Operation<?, ? extends Answer<?>> attempt) {
        Answer<?> answer = attempt.output();
        return answer != null && answer.applied();
    }
}
