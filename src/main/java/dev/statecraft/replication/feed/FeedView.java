package dev.statecraft.replication.feed;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.replication.entity.EntityView;
import dev.statecraft.replication.log.Change;
import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.SpaceChecksum;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * API representation of a space feed or player feed.
 *
 * @param cursor cursor to send in the next request
 * @param snapshot current entities to apply before the commits; null if there are none
 * @param left entities that are no longer part of the player feed; null if there are none
 * @param commits commits in order
 * @param checksum checksum of the client's entities after these changes; null if it cannot be compared yet
 * @param resync true if the cursor that was sent is no longer valid: discard all local state and apply the snapshot
 * @param more true if more changes are available immediately, else null
 */
public record FeedView(
        String cursor,
        @Nullable SnapshotView snapshot,
        @Nullable List<EntityName> left,
        List<CommitView> commits,
        @Nullable String checksum,
        boolean resync,
        @Nullable Boolean more) {

    /** Name of an entity. */
    public record EntityName(String space, String entityId) {}

    /**
     * Current entities.
     *
     * @param first true for the first page of a snapshot: discard all local state
     * @param more true if the next response continues the snapshot, else null
     */
    @Schema(name = "SpaceSnapshot")
    public record SnapshotView(
            List<EntityView> entities,
            boolean first,
            @Nullable Boolean more) {}

    /**
     * A commit.
     *
     * @param space set only in a player feed
     * @param transactionId the transaction that the commit is the part of this space of; null for other commits
     */
    public record CommitView(
            @Nullable String space,
            long seq,
            Instant at,
            @Nullable String transactionId,
            List<ChangeView> changes) {

        static CommitView of(@Nullable String space, LogEntry entry) {
            return new CommitView(
                    space,
                    entry.seq(),
                    Instant.ofEpochMilli(entry.at()),
                    entry.transactionId(),
                    entry.changes().stream().map(ChangeView::of).toList());
        }
    }

    /**
     * A new version of an entity.
     *
     * @param deleted true if the entity was deleted, else null
     * @param set values by path that differ from the previous version
     * @param unset paths that the previous version had
     * @param state the complete state, if the change is not expressed by {@code set} and {@code unset}
     */
    public record ChangeView(
            String entityId,
            String type,
            long version,
            @Nullable Boolean deleted,
            @Nullable JsonNode set,
            @Nullable JsonNode unset,
            @Nullable JsonNode state) {

        static ChangeView of(Change change) {
            return new ChangeView(
                    change.entityId(),
                    change.type(),
                    change.version(),
                    change.kind() == Change.Kind.DELETED ? Boolean.TRUE : null,
                    change.set(),
                    change.unset(),
                    change.state());
        }
    }

    public static FeedView of(Feed feed) {
        Feed.Snapshot snapshot = feed.snapshot();
        SpaceChecksum checksum = feed.checksum();
        return new FeedView(
                FeedCursors.write(feed.cursor()),
                snapshot == null ? null : snapshot(snapshot.entities(), snapshot.first(), snapshot.more()),
                null,
                feed.commits().stream().map(entry -> CommitView.of(null, entry)).toList(),
                checksum == null ? null : checksum.toString(),
                feed.resync(),
                feed.more() ? Boolean.TRUE : null);
    }

    public static FeedView of(PlayerFeed feed) {
        return new FeedView(
                FeedCursors.write(feed.cursor()),
                feed.first() || !feed.entities().isEmpty() ? snapshot(feed.entities(), feed.first(), false) : null,
                feed.left().isEmpty()
                        ? null
                        : feed.left().stream()
                                .map(one -> new EntityName(one.space(), one.entityId()))
                                .toList(),
                feed.commits().stream()
                        .map(one -> CommitView.of(one.space(), one.commit()))
                        .toList(),
                feed.cursor().checksum().toString(),
                feed.resync(),
                feed.more() ? Boolean.TRUE : null);
    }

    private static SnapshotView snapshot(List<Entity> entities, boolean first, boolean more) {
        return new SnapshotView(
                entities.stream().map(entity -> EntityView.of(entity, false)).toList(),
                first,
                more ? Boolean.TRUE : null);
    }
}
