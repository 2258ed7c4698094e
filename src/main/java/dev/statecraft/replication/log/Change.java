package dev.statecraft.replication.log;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.Operations;
import dev.statecraft.replication.state.OperationsReader;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.state.SpaceChecksum;
import dev.statecraft.replication.state.StateDiff;
import dev.statecraft.replication.state.StateEdit;
import dev.statecraft.replication.state.Strategy;
import org.jspecify.annotations.Nullable;

/**
 * One new version of one entity, in the form that the commit log stores and clients receive. It contains either the
 * whole state or the set and unset operations that lead there from the previous version.
 *
 * @param entityId the id of the entity
 * @param type its entity type
 * @param version the version that this change makes
 * @param kind what the change contains
 * @param state the whole state; null for a deletion or a step
 * @param set values by path; null if there are none
 * @param unset an array of paths; null if there are none
 * @param by the server or player that wrote the version
 * @param owner the player that owns the entity; null if it has no owner
 * @param schemaVersion the schema version of the state
 * @param strategy the strategy that resolved the conflicts; null if there were none
 * @param conflicts the resolved conflicts; null if there were none
 * @param kept number of stored versions from this version on
 */
public record Change(
        String entityId,
        String type,
        long version,
        Kind kind,
        @Nullable JsonNode state,
        @Nullable JsonNode set,
        @Nullable JsonNode unset,
        String by,
        @Nullable String owner,
        String schemaVersion,
        @Nullable Strategy strategy,
        @Nullable JsonNode conflicts,
        int kept) {

    /** The content of a change. */
    public enum Kind {
        /** No state, because the entity was deleted. */
        DELETED,
        /** The whole state of an entity that did not exist or was deleted. */
        CREATED,
        /** The whole state of an entity that existed. */
        WHOLE,
        /** The operations that lead from the previous version to this one. */
        STEP
    }

    /**
     * The change from one version to the next. It is a step unless the whole state is shorter. It is also whole if the
     * schema version changes, because a client may have received the previous version in either schema version.
     */
    public static Change between(Entity before, Entity after) {
        JsonNode conflicts =
                after.conflicts() == null ? null : after.conflicts().value();
        PackedJson state = after.state();
        if (state == null) {
            return of(after, Kind.DELETED, null, null, null, conflicts);
        }
        if (before.deleted()) {
            return of(after, Kind.CREATED, state.value(), null, null, conflicts);
        }
        if (!before.schemaVersion().equals(after.schemaVersion())) {
            return of(after, Kind.WHOLE, state.value(), null, null, conflicts);
        }
        ObjectNode step = StateDiff.between(before.json(), after.json()).toJson();
        return PackedJson.text(step).length < state.plainBytes()
                ? of(after, Kind.STEP, null, step.get("set"), step.get("unset"), conflicts)
                : of(after, Kind.WHOLE, state.value(), null, null, conflicts);
    }

    private static Change of(
            Entity after,
            Kind kind,
            @Nullable JsonNode state,
            @Nullable JsonNode set,
            @Nullable JsonNode unset,
            @Nullable JsonNode conflicts) {
        return new Change(
                after.id(),
                after.type(),
                after.version(),
                kind,
                state,
                set,
                unset,
                after.by(),
                after.owner(),
                after.schemaVersion(),
                after.strategy(),
                conflicts,
                after.kept());
    }

    /**
     * The entity after this change.
     *
     * @param before the previous version; any version if this change contains the whole state
     * @param at when the change was committed, epoch milliseconds
     * @param seq the sequence number of its commit
     * @param thresholdBytes the size from which on states are compressed
     * @throws IllegalStateException if this change is a step and {@code before} is not the previous version
     */
    public Entity applyTo(Entity before, long at, long seq, int thresholdBytes) {
        return new Entity(
                before.space(),
                entityId,
                type,
                version,
                kind == Kind.DELETED ? null : PackedJson.of(stateAfter(before), thresholdBytes),
                schemaVersion,
                owner,
                at,
                by,
                strategy,
                conflicts == null ? null : PackedJson.of(conflicts, thresholdBytes),
                seq,
                before.deleted() ? seq : before.createdSeq(),
                kept,
                before.session(),
                before.receipts());
    }

    /** This change with the whole state of an entity, for a reader that uses the schema version of the entity. */
    public Change inState(Entity entity) {
        return new Change(
                entityId,
                type,
                version,
                kind == Kind.STEP ? Kind.WHOLE : kind,
                entity.json(),
                null,
                null,
                by,
                owner,
                entity.schemaVersion(),
                strategy,
                conflicts,
                kept);
    }

    private JsonNode stateAfter(Entity before) {
        if (state != null) {
            return state;
        }
        if (before.version() != version - 1
                || !(OperationsReader.parse(set, unset, null, null, null) instanceof Operations.Read read)
                || !(StateEdit.apply(read.operations(), before.json()) instanceof Operations.Done done)) {
            throw new IllegalStateException(
                    "version " + version + " of an entity does not follow from version " + before.version());
        }
        return done.state();
    }

    /** The JSON form that the commit log stores. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("i", entityId).put("t", type).put("v", version).put("b", by).put("k", kept);
        json.put("m", schemaVersion);
        if (kind == Kind.DELETED) {
            json.put("d", true);
        }
        if (kind == Kind.CREATED) {
            json.put("n", true);
        }
        put(json, "f", state);
        put(json, "s", set);
        put(json, "u", unset);
        put(json, "c", conflicts);
        if (owner != null) {
            json.put("o", owner);
        }
        if (strategy != null) {
            json.put("g", strategy.name());
        }
        return json;
    }

    /** Reads what {@link #toJson} wrote. */
    static Change fromJson(JsonNode json) {
        JsonNode owner = json.get("o");
        JsonNode strategy = json.get("g");
        return new Change(
                json.get("i").textValue(),
                json.get("t").textValue(),
                json.get("v").longValue(),
                kind(json),
                json.get("f"),
                json.get("s"),
                json.get("u"),
                json.get("b").textValue(),
                owner == null ? null : owner.textValue(),
                json.get("m").textValue(),
                strategy == null ? null : Strategy.valueOf(strategy.textValue()),
                json.get("c"),
                json.get("k").intValue());
    }

    private static Kind kind(JsonNode json) {
        if (json.has("d")) {
            return Kind.DELETED;
        }
        if (json.has("n")) {
            return Kind.CREATED;
        }
        return json.has("f") ? Kind.WHOLE : Kind.STEP;
    }

    /** The checksum of the space after this change. */
    public SpaceChecksum toggle(SpaceChecksum checksum, String id) {
        SpaceChecksum without = kind == Kind.CREATED ? checksum : checksum.toggled(id, version - 1);
        return kind == Kind.DELETED ? without : without.toggled(id, version);
    }

    private static void put(ObjectNode json, String name, @Nullable JsonNode value) {
        if (value != null) {
            json.set(name, value);
        }
    }
}
