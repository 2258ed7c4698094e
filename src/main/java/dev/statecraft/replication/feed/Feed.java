package dev.statecraft.replication.feed;

import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.SpaceChecksum;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a reader of a space is told.
 *
 * @param cursor how far it is then
 * @param snapshot entities to take as they are before the commits; null if there is no snapshot
 * @param commits in order, without a gap between them and what the reader had
 * @param checksum of the space as the reader has it then; null as long as it has some entities as they
 *     are later than the cursor says, which a snapshot of several answers may bring about
 * @param resync whether the cursor that was sent is worth nothing, so that the reader starts again
 * @param more whether there is more to be had at once
 */
public record Feed(
        FeedCursor cursor,
        @Nullable Snapshot snapshot,
        List<LogEntry> commits,
        @Nullable SpaceChecksum checksum,
        boolean resync,
        boolean more) {

    /** Copies the commits. */
    public Feed {
        commits = List.copyOf(commits);
    }

    /**
     * Entities as they are.
     *
     * @param entities in the order of their ids; deleted ones tell which changes in the log are over already
     * @param first whether the reader is to forget what it had
     * @param more whether the snapshot goes on in the next answer
     */
    public record Snapshot(List<Entity> entities, boolean first, boolean more) {

        /** Copies the entities. */
        public Snapshot {
            entities = List.copyOf(entities);
        }
    }

    /** Whether there is anything the reader did not know. */
    boolean hasChanges() {
        return snapshot != null || !commits.isEmpty() || resync;
    }
}
