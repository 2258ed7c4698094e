package dev.statecraft.replication.feed;

import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.SpaceChecksum;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Changes of a space for one client.
 *
 * @param cursor cursor after these changes
 * @param snapshot entities to apply before the commits; null if there is no snapshot
 * @param commits commits in order; they directly follow the previous cursor of the client
 * @param checksum checksum of the space at the cursor; null if the client may have entities that are newer than the
 *     cursor, which can happen during and after a snapshot of several pages
 * @param resync true if the cursor that the client sent is no longer valid; the client must discard its state
 * @param more true if more changes are available immediately
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
     * A page of a space snapshot: current entities.
     *
     * @param entities entities in the order of their ids, including entities that were deleted after the snapshot
     *     started
     * @param first true for the first page: the client must discard its state
     * @param more true if the next response continues the snapshot
     */
    public record Snapshot(List<Entity> entities, boolean first, boolean more) {

        /** Copies the entities. */
        public Snapshot {
            entities = List.copyOf(entities);
        }
    }

    /** Returns true if the feed contains changes for the client. */
    boolean hasChanges() {
        return snapshot != null || !commits.isEmpty() || resync;
    }
}
