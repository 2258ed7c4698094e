package dev.statecraft.migration.run;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * What records add to the sums that are to stay the same, one for each invariant, as they were and as they are. Whoever
 * else writes meanwhile does not matter: both are taken at the commit that migrates the record.
 *
 * @param before as the records were; shorter than there are invariants as long as nothing was added
 * @param after as they are
 */
public record InvariantSums(List<BigDecimal> before, List<BigDecimal> after) {

    /** Of no records. */
    public static final InvariantSums NONE = new InvariantSums(List.of(), List.of());

    /** Copies both. */
    public InvariantSums {
        before = List.copyOf(before);
        after = List.copyOf(after);
    }

    /** With more records. */
    public InvariantSums plus(InvariantSums more) {
        return new InvariantSums(added(before, more.before), added(after, more.after));
    }

    /** The sum before, for an invariant by its number. */
    public BigDecimal before(int invariant) {
        return invariant < before.size() ? before.get(invariant) : BigDecimal.ZERO;
    }

    /** The sum after, for an invariant by its number. */
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
