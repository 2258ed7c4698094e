package dev.statecraft.migration.segment;

import dev.statecraft.migration.run.Segment;
import org.jspecify.annotations.Nullable;

/**
 * Result of working on a segment for a while.
 *
 * @param done whether the segment needs no more work before the run is advanced
 * @param waitMillis milliseconds to wait before the next call
 * @param seen lease state to pass to the next call; null if there is none
 */
public record SegmentWork(
        boolean done, long waitMillis, @Nullable Long seen) {

    static final SegmentWork DONE = new SegmentWork(true, 0, null);

    /** The outcome of a page that a game server processed, and the lease after that page. */
    public record Page(PageOutcome outcome, Segment lease) {}
}
