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
 * A feed as callers see it.
 *
 * @param cursor what to send next time
 * @param snapshot entities as they are, before the commits; null if there is none
 * @param left entities that are no longer part of a player's feed
 * @param commits in order
 * @param checksum of what the reader has then
 * @param resync whether the cursor that was sent is worth nothing: forget everything, take the snapshot
 * @param more whether there is more to be had at once
 */
public record FeedView(
        String cursor,
        @Nullable SnapshotView snapshot,
        @Nullable List<EntityName> left,
        List<CommitView> commits,
        @Nullable String checksum,
        boolean resync,
        @Nullable Boolean more) {

    /** An entity of a space. */
    public record EntityName(String space, String entityId) {}

    /**
     * Entities as they are.
     *
     * @param first whether this is the beginning: forget what you had
     * @param more whether the snapshot goes on in the next answer
     */
    @Schema(name = "SpaceSnapshot")
    public record SnapshotView(
            List<EntityView> entities,
            boolean first,
            @Nullable Boolean more) {}

    /** A commit; {@code space} is told in the feed of a player. */
    public record CommitView(@Nullable String space, long seq, Instant at, List<ChangeView> changes) {

        static CommitView of(@Nullable String space, LogEntry entry) {
            return new CommitView(
                    space,
                    entry.seq(),
                    Instant.ofEpochMilli(entry.at()),
                    entry.changes().stream().map(ChangeView::of).toList());
        }
    }

    /** A new version of an entity: {@code state} is all of it, set and unset lead to it from the version before. */
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
