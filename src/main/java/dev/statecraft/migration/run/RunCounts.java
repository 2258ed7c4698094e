package dev.statecraft.migration.run;

/**
 * What became of records. Done is counted with the very commit that does it; the rest when a page is complete.
 *
 * @param done migrated, or on the way back restored or taken down
 * @param counted of those, how many belong to complete pages
 * @param skipped there was nothing to do to them
 * @param failed put aside
 */
public record RunCounts(long done, long counted, long skipped, long failed) {

    /** Nothing. */
    public static final RunCounts NONE = new RunCounts(0, 0, 0, 0);

    RunCounts plus(RunCounts other) {
        return new RunCounts(done + other.done, counted + other.counted, skipped + other.skipped, failed + other.failed);
    }

    long handled() {
        return done + skipped + failed;
    }
}
