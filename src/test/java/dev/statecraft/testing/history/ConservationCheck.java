package dev.statecraft.testing.history;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether quantities are conserved: an observed balance is the initial one plus everything that was acknowledged,
 * plus at most what is in flight or has an unknown outcome, and nothing else.
 *
 * <p>A change adds amounts to one or more accounts at once (an increment of one entity, a transfer between two, a batch).
 * An observation shows the balances of all accounts of one consistent read, or the final state. A change counts
 * <ul>
 *   <li>for certain, if it was acknowledged before the observation was invoked;
 *   <li>perhaps, if it was invoked before the observation returned;
 *   <li>not at all otherwise, or if it was refused.
 * </ul>
 *
 * <p>With few uncertain changes the check is exact: some set of them explains all balances together, which finds half a
 * transfer. The sets of balances that can be reached are computed change by change; if there are more than
 * {@value #MOST_STATES}, each balance and the total must lie between their bounds. Complexity for each observation:
 * O(n) for n changes with bounds, O(u × {@value #MOST_STATES}) for u uncertain changes.
 */
public final class ConservationCheck {

    private static final int MOST_STATES = 4096;

    private ConservationCheck() {}

    /** What balances must hold. */
    public enum Rule {
        /** A balance is lower than what was acknowledged. */
        BALANCE_TOO_LOW,
        /** A balance is higher than what was acknowledged or may have taken effect. */
        BALANCE_TOO_HIGH,
        /** The sum of all balances is outside its bounds, for example half a transfer. */
        TOTAL_DIFFERS,
        /** Each balance is within its bounds, but no set of uncertain changes explains all of them. */
        BALANCES_DO_NOT_FIT
    }

    /** Amounts to add, by account. */
    public record Change(Map<String, Long> amounts) {

        /** A change of one account. */
        public static Change of(String account, long amount) {
            return new Change(Map.of(account, amount));
        }

        /** Moves an amount from one account to another. */
        public static Change transfer(String from, String to, long amount) {
            return new Change(Map.of(from, -amount, to, amount));
        }
    }

    /**
     * Checks observations.
     *
     * @param initial the balances at first; accounts that are absent have 0
     * @param changes the changes; the answer says whether a change was applied
     * @param observations the balances of each observation by account; accounts that are absent have 0
     */
    public static List<Violation> check(
            Map<String, Long> initial,
            Collection<Operation<Change, Boolean>> changes,
            Collection<? extends Operation<?, Map<String, Long>>> observations) {
        List<Violation> found = new ArrayList<>();
        for (Operation<?, Map<String, Long>> observation : observations) {
            Map<String, Long> seen = observation.output();
            if (seen != null) {
                found.addAll(one(initial, changes, observation, seen));
            }
        }
        return found;
    }

    private static List<Violation> one(
            Map<String, Long> initial,
            Collection<Operation<Change, Boolean>> changes,
            Operation<?, ?> observation,
            Map<String, Long> seen) {
        Map<String, Long> certain = new TreeMap<>(initial);
        List<Map<String, Long>> uncertain = new ArrayList<>();
        for (Operation<Change, Boolean> change : changes) {
            Boolean applied = change.output();
            if (Boolean.FALSE.equals(applied) || change.invoked() > observation.returned()) {
                continue;
            }
            if (change.before(observation)) {
                add(certain, change.input().amounts());
            } else {
                uncertain.add(change.input().amounts());
            }
        }
        List<Violation> found = bounds(certain, uncertain, observation, seen);
        if (found.isEmpty() && Boolean.FALSE.equals(explained(certain, uncertain, seen))) {
            found.add(new Violation(
                    Rule.BALANCES_DO_NOT_FIT,
                    seen + " in " + observation + ", certain are " + certain + ", uncertain " + uncertain));
        }
        return found;
    }

    private static List<Violation> bounds(
            Map<String, Long> certain,
            List<Map<String, Long>> uncertain,
            Operation<?, ?> observation,
            Map<String, Long> seen) {
        List<Violation> found = new ArrayList<>();
        Set<String> accounts = new TreeSet<>(certain.keySet());
        accounts.addAll(seen.keySet());
        uncertain.forEach(amounts -> accounts.addAll(amounts.keySet()));
        for (String account : accounts) {
            long low = certain.getOrDefault(account, 0L);
            long high = low;
            for (Map<String, Long> amounts : uncertain) {
                long amount = amounts.getOrDefault(account, 0L);
                low += Math.min(0, amount);
                high += Math.max(0, amount);
            }
            long balance = seen.getOrDefault(account, 0L);
            if (balance < low || balance > high) {
                found.add(new Violation(
                        balance < low ? Rule.BALANCE_TOO_LOW : Rule.BALANCE_TOO_HIGH,
                        account + " has " + balance + ", expected " + low + " to " + high + " in " + observation));
            }
        }
        long low = sum(certain);
        long high = low;
        for (Map<String, Long> amounts : uncertain) {
            low += Math.min(0, sum(amounts));
            high += Math.max(0, sum(amounts));
        }
        long total = sum(seen);
        if (found.isEmpty() && (total < low || total > high)) {
            found.add(new Violation(
                    Rule.TOTAL_DIFFERS, total + ", expected " + low + " to " + high + " in " + observation));
        }
        return found;
    }

    /** Whether a set of uncertain changes explains the balances; null if there are too many to decide. */
    private static @Nullable Boolean explained(
            Map<String, Long> certain, List<Map<String, Long>> uncertain, Map<String, Long> seen) {
        Set<Map<String, Long>> reachable = new HashSet<>();
        reachable.add(withoutZeros(certain));
        for (Map<String, Long> amounts : uncertain) {
            for (Map<String, Long> balances : List.copyOf(reachable)) {
                Map<String, Long> more = new TreeMap<>(balances);
                add(more, amounts);
                reachable.add(withoutZeros(more));
            }
            if (reachable.size() > MOST_STATES) {
                return null;
            }
        }
        return reachable.contains(withoutZeros(seen));
    }

    private static void add(Map<String, Long> balances, Map<String, Long> amounts) {
        amounts.forEach((account, amount) -> balances.merge(account, amount, Long::sum));
    }

    private static long sum(Map<String, Long> amounts) {
        return amounts.values().stream().mapToLong(Long::longValue).sum();
    }

    private static Map<String, Long> withoutZeros(Map<String, Long> balances) {
        Map<String, Long> copy = new TreeMap<>(balances);
        copy.values().removeIf(balance -> balance == 0);
        return copy;
    }
}
