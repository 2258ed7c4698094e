package dev.statecraft.migration.run;

import org.jspecify.annotations.Nullable;

/**
 * A part of the records of a run. One worker at a time processes it, page by page.
 *
 * @param run id of the run
 * @param number number of the segment, from 0
 * @param pass pass that the checkpoint belongs to; a later pass starts without a checkpoint
 * @param finished whether the pass is complete
 * @param holder worker that holds the lease, null if none does
 * @param token fencing token of the lease; a write with an earlier token is rejected
 * @param revision increases with every write. A worker that has waited for the lease time and finds the same revision
 *     may take the lease over.
 * @param checkpoint position after the last complete page, null at the start
 * @param main counts of the direction that the run was started in
 * @param back counts of the rollback of a failed or cancelled application
 * @param attempts largest number of attempts for one record
 * @param units consumed capacity units
 * @param sums sums of the invariants over the migrated records
 */
public record Segment(
        String run,
        int number,
        int pass,
        boolean finished,
        @Nullable String holder,
        long token,
        long revision,
        @Nullable Checkpoint checkpoint,
        RunCounts main,
        RunCounts back,
        int attempts,
        double units,
        InvariantSums sums) {

    private static final String WORKER = "worker:";

    /** Holder name of a game server. */
    public static String worker(String name) {
        return WORKER + name;
    }

    /** Whether a game server holds the lease. */
    public boolean heldByWorker() {
        return holder != null && holder.startsWith(WORKER);
    }

    /**
     * Position of a pass: a key of the table of entities; or in RESTORING the number of a backup segment and a key of
     * its backups.
     */
    public record Checkpoint(String first, String second) {}

    /** A segment that no worker has processed. */
    static Segment untouched(String run, int number) {
        return new Segment(
                run, number, 0, false, null, 0, 0, null, RunCounts.NONE, RunCounts.NONE, 0, 0, InvariantSums.NONE);
    }

    /**
     * Whether this pass is complete. A segment never returns to an earlier pass: a worker that has read the run before
     * its last change of phase finds nothing to do.
     */
    public boolean finished(int ofPass) {
        return pass > ofPass || (finished && pass == ofPass);
    }

    /** Counts of the rollback of an application if {@code undoing}, or of the direction that the run was started in. */
    public RunCounts counts(boolean undoing) {
        return undoing ? back : main;
    }
}
