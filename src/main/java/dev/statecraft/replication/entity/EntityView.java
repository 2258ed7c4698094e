package dev.statecraft.replication.entity;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.state.Strategy;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * API representation of one version of an entity.
 *
 * @param deleted true if the version is a deletion, which has no state; null otherwise
 * @param replayed true if an earlier request made the version; null otherwise
 */
public record EntityView(
        String id,
        String space,
        @Nullable String type,
        @Nullable PackedJson state,
        long version,
        @Nullable String schemaVersion,
        @Nullable String owner,
        @Nullable Instant updatedAt,
        @Nullable String updatedBy,
        @Nullable Boolean deleted,
        @Nullable Boolean replayed) {

    public static EntityView of(Entity entity, boolean replayed) {
        return new EntityView(
                entity.id(),
                entity.space(),
                entity.type(),
                entity.state(),
                entity.version(),
                entity.schemaVersion(),
                entity.owner(),
                Instant.ofEpochMilli(entity.at()),
                entity.by(),
                entity.deleted() ? Boolean.TRUE : null,
                replayed ? Boolean.TRUE : null);
    }

    /** The view of a repeated request whose version is no longer stored. */
    static EntityView expired(String id, String space, long version) {
        return new EntityView(id, space, null, null, version, null, null, null, null, null, true);
    }

    /** The player or the server on whose behalf a request is sent. */
    public record SourceRequest(
            @Nullable String playerId, @Nullable String serverId) {}

    /**
     * Result of an update.
     *
     * @param accepted whether the update was applied
     * @param conflicts the conflicting paths and their resolutions
     * @param strategy the strategy that resolved the conflicts
     * @param conflictId the conflict of a parked update
     * @param deadline when the fallback strategy resolves the conflict; null unless it is parked
     */
    public record UpdateAnswer(
            String id,
            @Nullable String space,
            @Nullable Long version,
            @Nullable PackedJson state,
            boolean accepted,
            List<JsonNode> conflicts,
            @Nullable Strategy strategy,
            @Nullable String conflictId,
            @Nullable Instant deadline,
            @Nullable Boolean replayed) {}

    /** API representation of a version in the history of an entity. */
    public record VersionView(
            long version,
            Instant timestamp,
            String by,
            @Nullable Strategy strategy,
            @Nullable JsonNode conflicts,
            @Nullable PackedJson state,
            @Nullable Boolean deleted) {

        static VersionView of(Entity entity) {
            PackedJson conflicts = entity.conflicts();
            return new VersionView(
                    entity.version(),
                    Instant.ofEpochMilli(entity.at()),
                    entity.by(),
                    entity.strategy(),
                    conflicts == null ? null : conflicts.value(),
                    entity.state(),
                    entity.deleted() ? Boolean.TRUE : null);
        }
    }
}
