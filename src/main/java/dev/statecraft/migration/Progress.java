package dev.statecraft.migration;

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
public record Progress(Tally main, Tally back, int attempts, double units, Sums sums) {

    /** Of all segments of a run. */
    public static Progress of(List<Segment> segments) {
        Tally main = Tally.NONE;
        Tally back = Tally.NONE;
        int attempts = 0;
        double units = 0;
        Sums sums = Sums.NONE;
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

    /**
     * What a run came to that has ended. Records that were never reached were skipped. On the way down every record is
     * seen once more at the end, those included that were brought back before.
     *
     * @param complete whether all records were reached
     */
    Progress ended(Run run, boolean complete) {
        long rest = main.skipped();
        if (run.direction() == Run.Direction.DOWN) {
            rest = Math.max(0, main.skipped() - main.done() - main.failed());
        } else if (!complete) {
            rest = Math.max(main.skipped(), run.total() - main.done() - main.failed());
        }
        return new Progress(new Tally(main.done(), main.done(), rest, main.failed()), back, attempts, units, sums);
    }
}
