package dev.statecraft.testing.history;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a migration kept its invariants, each by a method of its own on the final state and what was observed:
 *
 * <ul>
 *   <li>M1 {@link #transformedOnce}: a run that was stopped and resumed ends like an undisturbed one;
 *   <li>M2 {@link #readable}: readers see the old or the new form, never a mixture and never nothing;
 *   <li>M3: concurrent writes survive. {@link ConservationCheck} decides it, with the records as accounts;
 *   <li>M4 {@link #rolledBack}: a rollback restores untouched records exactly;
 *   <li>M5 {@link #fenced}: a worker with a stale lease writes nothing;
 *   <li>M6 {@link #unchanged}: applying again changes nothing;
 *   <li>M7 {@link #progress}: progress never goes back, and at the end every record is counted once.
 * </ul>
 *
 * <p>Complexity: linear in records and observations, but for sorting.
 */
public final class MigrationCheck {

    private MigrationCheck() {}

    /** The invariants of migrations. */
    public enum Rule {
        /** M1: a record has not the schema of the migration, or another state. */
        M1_NOT_TRANSFORMED,
        /** M1: the run wrote more or fewer than one version of a record. */
        M1_NOT_TRANSFORMED_ONCE,
        /** M2: a reader saw a state that does not fit its schema version. */
        M2_MIXED_STATE,
        /** M2: a reader did not find a record. */
        M2_MISSING_RECORD,
        /** M4: an untouched record differs from its state before the migration. */
        M4_NOT_RESTORED,
        /** M4: a touched record has not the schema from before the migration. */
        M4_NOT_DOWNGRADED,
        /** M5: a write of a worker was accepted after another worker had taken the lease. */
        M5_STALE_LEASE,
        /** M6: applying an applied migration changed a record. */
        M6_CHANGED,
        /** M7: a count decreased within a pass. */
        M7_PROGRESS_WENT_BACK,
        /** M7: the final counts do not add up to the number of records. */
        M7_COUNTS_DIFFER
    }

    /**
     * A stored record.
     *
     * @param schema its schema version
     * @param version its entity version
     * @param state its state; compared with equals
     */
    public record Stored<S>(String schema, long version, S state) {}

    /**
     * M1, for records that no player wrote: each was transformed by exactly one write of the run.
     *
     * @param before the records when the run started
     * @param after the records at the end
     * @param target the schema version of the migration
     * @param up the transformation
     * @param runWrites number of versions that the run wrote, by record
     * @param excepted records that were quarantined or written by others meanwhile; of these only the number of writes is
     *     checked, which may be 0 for a quarantined record
     */
    public static <S> List<Violation> transformedOnce(
            Map<String, Stored<S>> before,
            Map<String, Stored<S>> after,
            String target,
            UnaryOperator<S> up,
            Map<String, Integer> runWrites,
            Set<String> excepted) {
        List<Violation> found = new ArrayList<>();
        new TreeMap<>(before).forEach((record, old) -> {
            Stored<S> now = after.get(record);
            int writes = runWrites.getOrDefault(record, 0);
            boolean special = excepted.contains(record);
            if (!special
                    && (now == null
                            || !now.schema().equals(target)
                            || !now.state().equals(up.apply(old.state())))) {
                found.add(new Violation(Rule.M1_NOT_TRANSFORMED, record + " was " + old + ", is " + now));
            } else if (writes > 1 || (writes == 0 && !special)) {
                found.add(new Violation(
                        Rule.M1_NOT_TRANSFORMED_ONCE, record + " was written " + writes + " times by the run"));
            }
        });
        return found;
    }

    /**
     * M2.
     *
     * @param reads reads by record of records that exist during the whole run; an answer without a value is a missing
     *     record, an unknown outcome is ignored
     * @param fits whether a state has the form of a schema version
     */
    public static <S> List<Violation> readable(
            Collection<Operation<String, Found<S>>> reads, BiPredicate<String, S> fits) {
        List<Violation> found = new ArrayList<>();
        for (Operation<String, Found<S>> read : reads) {
            Found<S> answer = read.output();
            if (answer == null) {
                continue;
            }
            Stored<S> stored = answer.stored();
            if (stored == null) {
                found.add(new Violation(Rule.M2_MISSING_RECORD, read.toString()));
            } else if (!fits.test(stored.schema(), stored.state())) {
                found.add(new Violation(Rule.M2_MIXED_STATE, read.toString()));
            }
        }
        return found;
    }

    /** What a reader found; null for nothing. */
    public record Found<S>(@Nullable Stored<S> stored) {}

    /**
     * M4. Later writes of touched records are checked by {@link ConservationCheck}.
     *
     * @param before the records before the migration
     * @param after the records after the rollback
     * @param touched records that players wrote since, or that the rollback quarantined
     * @param original the schema version before the migration
     * @param quarantined records that the rollback could not downgrade; they keep the schema of the migration
     */
    public static <S> List<Violation> rolledBack(
            Map<String, Stored<S>> before,
            Map<String, Stored<S>> after,
            Set<String> touched,
            String original,
            Set<String> quarantined) {
        List<Violation> found = new ArrayList<>();
        new TreeMap<>(before).forEach((record, old) -> {
            Stored<S> now = after.get(record);
            if (quarantined.contains(record)) {
                return;
            }
            if (touched.contains(record)) {
                if (now == null || !now.schema().equals(original)) {
                    found.add(new Violation(Rule.M4_NOT_DOWNGRADED, record + " is " + now));
                }
            } else if (now == null
                    || !now.schema().equals(old.schema())
                    || !now.state().equals(old.state())) {
                found.add(new Violation(Rule.M4_NOT_RESTORED, record + " was " + old + ", is " + now));
            }
        });
        return found;
    }

    /** An accepted write under the lease of a segment. */
    public record Fenced(String segment, long token) {}

    /** M5: the tokens of the accepted writes of each segment, in the order in which they were accepted, never decrease. */
    public static List<Violation> fenced(List<Fenced> writes) {
        List<Violation> found = new ArrayList<>();
        Map<String, Fenced> last = new HashMap<>();
        for (Fenced write : writes) {
            Fenced previous = last.put(write.segment(), write);
            if (previous != null && write.token() < previous.token()) {
                found.add(new Violation(Rule.M5_STALE_LEASE, write + " after " + previous));
            }
        }
        return found;
    }

    /** M6: the records before and after the repeated application are equal, with their versions. */
    public static <S> List<Violation> unchanged(Map<String, Stored<S>> before, Map<String, Stored<S>> after) {
        List<Violation> found = new ArrayList<>();
        Set<String> records = new TreeSet<>(before.keySet());
        records.addAll(after.keySet());
        for (String record : records) {
            if (!Objects.equals(before.get(record), after.get(record))) {
                found.add(new Violation(
                        Rule.M6_CHANGED, record + " was " + before.get(record) + ", is " + after.get(record)));
            }
        }
        return found;
    }

    /**
     * Observed progress of a run.
     *
     * @param pass number of the pass; counts are compared within one
     */
    public record Progressed(int pass, long done, long skipped, long failed) {
        long handled() {
            return done + skipped + failed;
        }
    }

    /**
     * M7. A failed record that is repaired counts as done or skipped from then on.
     *
     * @param observed progress in the order of strongly consistent reads, each after the answer of the one before
     * @param last the final progress
     * @param total number of records
     */
    public static List<Violation> progress(List<Progressed> observed, Progressed last, long total) {
        List<Violation> found = new ArrayList<>();
        Progressed previous = null;
        for (Progressed now : observed) {
            if (previous != null
                    && (now.pass() < previous.pass()
                            || (now.pass() == previous.pass()
                                    && (now.done() < previous.done()
                                            || now.skipped() < previous.skipped()
                                            || now.handled() < previous.handled())))) {
                found.add(new Violation(Rule.M7_PROGRESS_WENT_BACK, now + " after " + previous));
            }
            previous = now;
        }
        if (last.handled() != total) {
            found.add(new Violation(Rule.M7_COUNTS_DIFFER, last + " of " + total + " records"));
        }
        return found;
    }
}
