package dev.statecraft.migration.run;

/**
 * Counts of processed records. {@code done} is incremented in the transaction of each commit, the others when a page is
 * complete.
 *
 * @param done records that were migrated, restored or downgraded
 * @param counted done records that belong to complete pages
 * @param skipped records that needed no change
 * @param failed quarantined records
 */
public record RunCounts(long done, long counted, long skipped, long failed) {

    /** No records. */
    public static final RunCounts NONE = new RunCounts(0, 0, 0, 0);

    RunCounts plus(RunCounts other) {
        return new RunCounts(
                done + other.done, counted + other.counted, skipped + other.skipped, failed + other.failed);
    }

    long handled() {
        return done + skipped + failed;
    }
}
