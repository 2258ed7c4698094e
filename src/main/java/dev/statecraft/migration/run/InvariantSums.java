package dev.statecraft.migration.run;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * Sums of the invariants over records before and after the migration, one per invariant. Both amounts are computed in
 * the commit that migrates the record, so concurrent writes do not affect them.
 *
 * @param before sums over the states before the migration; shorter than the list of invariants until a record adds an
 *     amount
 * @param after sums over the migrated states
 */
public record InvariantSums(List<BigDecimal> before, List<BigDecimal> after) {

    /** The sums over no records. */
    public static final InvariantSums NONE = new InvariantSums(List.of(), List.of());

    /** Copies the lists. */
    public InvariantSums {
        before = List.copyOf(before);
        after = List.copyOf(after);
    }

    /** The sums including those of more records. */
    public InvariantSums plus(InvariantSums more) {
        return new InvariantSums(added(before, more.before), added(after, more.after));
    }

    /** The sum before the migration for the invariant with this index. */
    public BigDecimal before(int invariant) {
        return invariant < before.size() ? before.get(invariant) : BigDecimal.ZERO;
    }

    /** The sum after the migration for the invariant with this index. */
    public BigDecimal after(int invariant) {
        return invariant < after.size() ? after.get(invariant) : BigDecimal.ZERO;
    }

    private static List<BigDecimal> added(List<BigDecimal> sums, List<BigDecimal> more) {
        List<BigDecimal> added = new ArrayList<>(sums);
        for (int i = 0; i < more.size(); i++) {
            if (i < added.size()) {
                added.set(i, added.get(i).add(more.get(i)));
            } else {
                added.add(more.get(i));
            }
        }
        return added;
    }
}
