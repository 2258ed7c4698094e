package dev.statecraft.replication.state;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An entity at one of its versions. Versions are counted from 1 without gaps and go on when the entity is deleted, which
 * is a version too, and created again.
 *
 * @param space the space it belongs to
 * @param id its id, of which there is one in a space
 * @param type decides how conflicts are resolved and who may write
 * @param version 0 if there never was such an entity
 * @param state null if it is deleted
 * @param schemaVersion the version of the last migration the state went through
 * @param owner the player it belongs to, null if it is nobody's own
 * @param at when this version was made, epoch milliseconds
 * @param by who made it
 * @param strategy what resolved the conflicts of this version, null if there were none
 * @param conflicts the conflicts this version resolved, null if there were none
 * @param seq the commit that made this version
 * @param createdSeq the commit that last created the entity
 * @param kept how many versions are kept, this one counted; 0 where history is off
 * @param receipts which of the last mutations took effect
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
        List<MutationReceipt> receipts) {

    /** Copies the receipts. */
    public Entity {
        receipts = List.copyOf(receipts);
    }

    /** Of an entity that never was. */
    public static Entity none(String space, String id) {
        return new Entity(space, id, "", 0, null, "", null, 0, "", null, null, 0, 0, 0, List.of());
    }

    /** Whether there is no such entity now. */
    public boolean deleted() {
        return state == null;
    }

    /** The state; empty if the entity is deleted. Not to be changed. */
    public ObjectNode json() {
        return state == null ? JsonNodeFactory.instance.objectNode() : (ObjectNode) state.value();
    }

    /** Whether a version can still be read. */
    public boolean keeps(long asked) {
        return asked == version || (asked > version - kept && asked < version && asked > 0);
    }

    /** The checksum of the space without this version in it, or with it. */
    public SpaceChecksum toggle(SpaceChecksum checksum) {
        return deleted() ? checksum : checksum.toggled(id, version);
    }

    /** This version with its state as of another schema version; everything else is unchanged. */
    public Entity in(String schemaVersion, ObjectNode state) {
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
                receipts);
    }
}
