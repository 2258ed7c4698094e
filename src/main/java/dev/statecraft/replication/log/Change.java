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
 * One new version of one entity, as a commit holds it and as clients are told of it: either the whole state, or what
 * leads there from the version before, set and unset only.
 *
 * @param entityId the entity
 * @param type its type
 * @param version the version this change makes
 * @param kind whether it is deleted, created, whole or a step
 * @param state the whole state, null unless it is whole
 * @param set values by path, null if nothing is set
 * @param unset paths, null if nothing is unset
 * @param by who made it
 * @param owner the player the entity belongs to
 * @param schemaVersion of the state
 * @param strategy what resolved its conflicts
 * @param conflicts those conflicts, null if there were none
 * @param kept how many versions are kept from now on
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

    /** What a change holds. */
    public enum Kind {
        /** Nothing: the entity is deleted. */
        DELETED,
        /** The whole state of an entity that did not exist. */
        CREATED,
        /** The whole state. */
        WHOLE,
        /** What leads from the version before to this one. */
        STEP
    }

    /**
     * The change from one version to the next: a step, unless the whole state is shorter. Whole as well if the schema
     * changes: whoever has read the version before may have been shown it in either shape, from which no step leads on.
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
                before.receipts());
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

    /** As it is stored in the log. */
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

    /** What a reader compares, after this change. */
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
