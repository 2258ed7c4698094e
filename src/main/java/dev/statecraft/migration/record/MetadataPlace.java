package dev.statecraft.migration.record;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.migration.definition.MigrationTarget;
import dev.statecraft.migration.expression.Subject;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntitySession;
import dev.statecraft.replication.state.PackedJson;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The place of entries as the space of an entity: {@code board/epoch/season}. Ids contain no slash.
 *
 * @param epoch number of earlier boards with this id
 */
record MetadataPlace(String board, int epoch, int season) {

    static MetadataPlace of(Board board) {
        return new MetadataPlace(board.id(), board.epoch(), board.season());
    }

    static MetadataPlace parse(String space) {
        String[] parts = space.split("/", 3);
        return new MetadataPlace(parts[0], Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
    }

    String space() {
        return board + "/" + epoch + "/" + season;
    }

    /** Whether an entry has metadata. Entries without metadata are no records of a migration. */
    static boolean isRecord(Entry entry) {
        return entry.score() != null && entry.metadata() != null;
    }

    /** Schema version of the metadata of an entry. */
    static String schema(Entry entry) {
        String schema = entry.metadataSchema();
        return schema == null ? Subject.FIRST_SCHEMA : schema;
    }

    /** The metadata of an entry as JSON; null if it is not an object. */
    static @Nullable ObjectNode state(Entry entry) {
        try {
            JsonNode json = PackedJson.MAPPER.readTree(entry.metadata());
            return json instanceof ObjectNode object ? object : null;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("stored metadata is JSON", e);
        }
    }

    /** The metadata of an entry as an entity that the player owns; deleted if there is none. */
    Entity entity(Entry entry) {
        ObjectNode state = isRecord(entry) ? state(entry) : null;
        return entity(entry.playerId(), entry.version(), state, schema(entry), entry.writtenAt());
    }

    Entity entity(String player, long version, @Nullable ObjectNode state, String schema, long at) {
        return new Entity(
                space(),
                player,
                MigrationTarget.ofMetadata(board),
                version,
                state == null ? null : PackedJson.of(state, PackedJson.NEVER),
                schema,
                player,
                at,
                "",
                null,
                null,
                0,
                0,
                0,
                EntitySession.NONE,
                List.of());
    }
}
