package dev.statecraft.replication.state;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One version of an entity. Versions are numbered from 1 without gaps. A deletion is a version too. An entity that is
 * created again continues with the next version.
 *
 * @param space the space of the entity
 * @param id its id, unique within the space
 * @param type its entity type, which determines how conflicts are resolved and which callers may write
 * @param version the number of the version; 0 if the entity never existed
 * @param state the state; null if the entity is deleted
 * @param schemaVersion the version of the last migration that was applied to the state
 * @param owner the player that owns the entity; null if it has no owner
 * @param at when the version was committed, Unix milliseconds
 * @param by the server or player that wrote the version
 * @param strategy the strategy that resolved the conflicts of this version; null if there were none
 * @param conflicts the conflicts that this version resolved; null if there were none
 * @param seq sequence number of the commit that made the version
 * @param createdSeq sequence number of the commit that last created the entity
 * @param kept number of stored versions, including this one; 0 if history is off
 * @param session the session of the entity
 * @param receipts receipts of the last mutations that were applied
 */
public record Entity(
        String space,
        String id,
        String type,
        long version,
        @Nullable PackedJson state,
        String schemaVersion,
        @Nullable String owner,
        long at,
        String by,
        @Nullable Strategy strategy,
        @Nullable PackedJson conflicts,
        long seq,
        long createdSeq,
        int kept,
        EntitySession session,
        List<MutationReceipt> receipts) {

    /** Copies the receipts. */
    public Entity {
        receipts = List.copyOf(receipts);
    }

    /** Version 0 of an entity that never existed. */
    public static Entity none(String space, String id) {
        return new Entity(space, id, "", 0, null, "", null, 0, "", null, null, 0, 0, 0, EntitySession.NONE, List.of());
    }

    /** The space and the id. */
    public EntityKey place() {
        return new EntityKey(space, id);
    }

    /** Whether the entity is deleted or never existed. */
    public boolean deleted() {
        return state == null;
    }

    /** The state, which must not be modified; an empty object if the entity is deleted. */
    public ObjectNode json() {
        return state == null ? JsonNodeFactory.instance.objectNode() : (ObjectNode) state.value();
    }

    /** Whether a version is stored. */
    public boolean keeps(long asked) {
        return asked == version || (asked > version - kept && asked < version && asked > 0);
    }

    /** The checksum of the space after this version is added to it or removed from it. */
    public SpaceChecksum toggle(SpaceChecksum checksum) {
        return deleted() ? checksum : checksum.toggled(id, version);
    }

    /** This version with its state as of another schema version; everything else is unchanged. */
    public Entity in(String schemaVersion, ObjectNode state) {
        return with(type, schemaVersion, state);
    }

    /** This entity, which does not exist, with a type and a state, for conversions of the state. */
    public Entity created(String type, String schemaVersion, ObjectNode state) {
        return with(type, schemaVersion, state);
    }

    private Entity with(String type, String schemaVersion, ObjectNode state) {
        return new Entity(
                space,
                id,
                type,
                version,
                PackedJson.of(state, PackedJson.NEVER),
                schemaVersion,
                owner,
                at,
                by,
                strategy,
                conflicts,
                seq,
                createdSeq,
                kept,
                session,
                receipts);
    }

    Entity withReceipts(List<MutationReceipt> receipts) {
        return new Entity(
                space,
                id,
                type,
                version,
                state,
                schemaVersion,
                owner,
                at,
                by,
                strategy,
                conflicts,
                seq,
                createdSeq,
                kept,
                session,
                receipts);
    }
}
