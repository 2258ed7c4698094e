package dev.statecraft.replication.entity;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.state.Strategy;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An entity at one of its versions, as callers see it.
 *
 * @param deleted true if the version is a deletion; it has no state then
 * @param replayed true if the request had been done before
 */
public record EntityView(
        String id,
        String space,
        @Nullable String type,
        @Nullable JsonNode state,
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
                entity.deleted() ? null : entity.json(),
                entity.version(),
                entity.schemaVersion(),
                entity.owner(),
                Instant.ofEpochMilli(entity.at()),
                entity.by(),
                entity.deleted() ? Boolean.TRUE : null,
                replayed ? Boolean.TRUE : null);
    }

    /** Of a repeated request, of which nothing more is known than the version it made. */
    static EntityView forgotten(String id, String space, long version) {
        return new EntityView(id, space, null, null, version, null, null, null, null, null, true);
    }

    /** On whose behalf something is asked: of a player, or of a server itself. */
    public record SourceRequest(
            @Nullable String playerId, @Nullable String serverId) {}

    /**
     * What an update came to.
     *
     * @param accepted whether anything of it is in effect
     * @param conflicts the paths it disagreed about, and what became of them
     * @param strategy what decided them
     * @param conflictId the conflict that waits, or waited, for a decision
     * @param deadline when that is made at the latest
     */
    public record UpdateAnswer(
            String id,
            @Nullable String space,
            @Nullable Long version,
            @Nullable JsonNode state,
            boolean accepted,
            List<JsonNode> conflicts,
            @Nullable Strategy strategy,
            @Nullable String conflictId,
            @Nullable Instant deadline,
            @Nullable Boolean replayed) {}

    /** What is told of a version in an entity's history. */
    public record VersionView(
            long version,
            Instant timestamp,
            String by,
            @Nullable Strategy strategy,
            @Nullable JsonNode conflicts,
            @Nullable JsonNode state,
            @Nullable Boolean deleted) {

        static VersionView of(Entity entity) {
            PackedJson conflicts = entity.conflicts();
            return new VersionView(
                    entity.version(),
                    Instant.ofEpochMilli(entity.at()),
                    entity.by(),
                    entity.strategy(),
                    conflicts == null ? null : conflicts.value(),
                    entity.deleted() ? null : entity.json(),
                    entity.deleted() ? Boolean.TRUE : null);
        }
    }
}
