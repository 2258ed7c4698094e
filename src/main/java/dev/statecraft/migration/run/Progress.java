package dev.statecraft.migration.run;

import java.util.List;

/**
 * What a run came to so far.
 *
 * @param main what became of the records in the direction that the run began in
 * @param back what became of them when it was undone
 * @param attempts the most tries that a record took; 0 before the first
 * @param units capacity that was consumed
 * @param sums over the migrated records
 */
public record Progress(RunCounts main, RunCounts back, int attempts, double units, InvariantSums sums) {

    /** Of all segments of a run. */
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

    /** How many records were dealt with. */
    public long handled() {
        return main.handled();
    }
}
