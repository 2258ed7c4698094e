package dev.statecraft.migration.run;

import org.jspecify.annotations.Nullable;

/**
 * A part of the records of a run, worked on by one worker at a time, page by page.
 *
 * @param run the run
 * @param number from 0
 * @param pass what it is being looked through for; a later pass begins anew
 * @param finished whether this pass is through
 * @param holder who works on it, null if nobody does
 * @param token of the lease; a write that names an earlier one is refused
 * @param revision rises with every write. Whoever sees it stand still for a while may take the lease over.
 * @param checkpoint behind the last complete page, null at the beginning
 * @param main what became of the records in the direction that the run began in
 * @param back what became of them when it was undone
 * @param attempts the most tries that a record took
 * @param units capacity that was consumed
 * @param sums over the migrated records
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

    /** What a game server is called that holds a lease. */
    public static String worker(String name) {
        return WORKER + name;
    }

    /** Whether a game server works on it. */
    public boolean heldByWorker() {
        return holder != null && holder.startsWith(WORKER);
    }

    /** How far a pass is: a key of the table of entities, or the number of a source and a key of its backups. */
    public record Checkpoint(String first, String second) {}

    /** One that nobody has worked on. */
    static Segment untouched(String run, int number) {
        return new Segment(run, number, 0, false, null, 0, 0, null, RunCounts.NONE, RunCounts.NONE, 0, 0, InvariantSums.NONE);
    }

    /** Whether a pass has nothing left to do here. */
    public boolean finished(int ofPass) {
        return finished && pass == ofPass;
    }

    /** The counts of an application that is being undone, or those of the direction that the run started in. */
    public RunCounts tally(boolean undoing) {
        return undoing ? back : main;
    }
}
