package dev.statecraft.migration.run;

import java.util.List;

/**
 * Progress of a run.
 *
 * @param main counts of the direction that the run was started in
 * @param back counts of the rollback of a failed or cancelled application
 * @param attempts largest number of attempts for one record; 0 before the first
 * @param units consumed capacity units
 * @param sums sums of the invariants over the migrated records
 */
public record Progress(RunCounts main, RunCounts back, int attempts, double units, InvariantSums sums) {

    /** Adds up the segments of a run. */
    public static Progress of(List<Segment> segments) {
        RunCounts main = RunCounts.NONE;
        RunCounts back = RunCounts.NONE;
        int attempts = 0;
        double units = 0;
        InvariantSums sums = InvariantSums.NONE;
        for (Segment segment : segments) {
            main = main.plus(segment.main());
            back = back.plus(segment.back());
            attempts = Math.max(attempts, segment.attempts());
            units += segment.units();
            sums = sums.plus(segment.sums());
        }
        return new Progress(main, back, attempts, units, sums);
    }

    /** Number of processed records. */
    public long handled() {
        return main.handled();
    }
}
