package dev.statecraft.replication.commit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.guard.Guard;
import dev.statecraft.replication.guard.GuardReader;
import dev.statecraft.replication.merge.Conflict;
import dev.statecraft.replication.merge.Merge;
import dev.statecraft.replication.merge.MergeBase;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.Operations;
import dev.statecraft.replication.state.OperationsReader;
import dev.statecraft.replication.state.StateEdit;
import dev.statecraft.replication.state.StatePath;
import dev.statecraft.replication.state.Strategy;
import dev.statecraft.replication.type.EntityType;
import dev.statecraft.table.Sha256;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A parked update with everything that its resolution needs. Of the base state and the stored state it contains only
 * the values at the paths of the update.
 *
 * @param id the conflict
 * @param space space of the entity
 * @param entityId the entity
 * @param type type of the entity
 * @param version version of the entity when the update arrived
 * @param operations the operations of the update
 * @param guard the conditions of the update, checked again when it is applied
 * @param seen base values by path: null if the path had no value, no entry if the value is not known
 * @param met stored values by path when the update arrived; no entry if the path had no value
 * @param by sender of the update
 * @param body hash of the request, which detects a different request with the same id
 * @param at arrival of the update, in Unix milliseconds
 * @param deadline when the fallback strategy resolves the conflict, in Unix milliseconds
 */
public record ParkedConflict(
        String id,
        String space,
        String entityId,
        String type,
        long version,
        Operations operations,
        Guard guard,
        SortedMap<StatePath, JsonNode> seen,
        SortedMap<StatePath, JsonNode> met,
        String by,
        String body,
        long at,
        long deadline) {

    /** Copies the values. */
    public ParkedConflict {
        seen = Collections.unmodifiableSortedMap(new TreeMap<>(seen));
        met = Collections.unmodifiableSortedMap(new TreeMap<>(met));
    }

    /** Creates the conflict of an update and an entity. */
    static ParkedConflict of(
            String id,
            Entity entity,
            Rejection.ManualConflict rejected,
            String by,
            String body,
            long at,
            long deadline) {
        Merge.Update update = rejected.update();
        TreeSet<StatePath> paths = new TreeSet<>(update.operations().set().keySet());
        paths.addAll(update.operations().unset());
        TreeMap<StatePath, JsonNode> seen = new TreeMap<>();
        TreeMap<StatePath, JsonNode> met = new TreeMap<>();
        for (StatePath path : paths) {
            update.basis()
                    .at(path)
                    .ifPresent(value -> seen.put(path, value.isMissingNode() ? NullNode.getInstance() : value));
            JsonNode current = path.in(update.arrival());
            if (current != null) {
                met.put(path, current);
            }
        }
        return new ParkedConflict(
                id,
                entity.space(),
                entity.id(),
                entity.type(),
                entity.version(),
                update.operations(),
                rejected.guard(),
                seen,
                met,
                by,
                body,
                at,
                deadline);
    }

    /**
     * Hash of a request or a decision. Its 128 bits distinguish a repeated request from a different one with the same
     * id.
     */
    static String hash(String text) {
        return Sha256.hex(text, 16);
    }

    /** The parked update. */
    Merge.Update update() {
        return new Merge.Update(operations, new MergeBase(seen, null), arrival());
    }

    /** The conflicting paths with the values of both sides, without a resolution. */
    public List<Conflict> conflicts() {
        Merge.Merged merged = Merge.merge(EntityType.standard(type), Strategy.MANUAL, arrival(), update());
        return merged instanceof Merge.Parked parked ? parked.conflicts() : List.of();
    }

    /** A state with the stored values at the paths of the update. */
    private ObjectNode arrival() {
        ObjectNode nothing = JsonNodeFactory.instance.objectNode();
        Operations.Applied applied = StateEdit.apply(Operations.of(met, new TreeSet<>()), nothing);
        return applied instanceof Operations.Done done ? done.state() : nothing;
    }

    /**
     * The stored JSON of the update: {@code o} operations, {@code s} seen values, {@code m} met values; {@code g} guard
     * if there is one.
     */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("o", operations.toJson());
        json.set("s", byPath(seen));
        json.set("m", byPath(met));
        if (!guard.isEmpty()) {
            json.set("g", guard.toJson());
        }
        return json;
    }

    /** Reads the guard that {@link #toJson} wrote. */
    static Guard guard(JsonNode json) {
        if (GuardReader.parse("g", json.get("g"), Integer.MAX_VALUE) instanceof GuardReader.Read read) {
            return read.guard();
        }
        throw new IllegalStateException("a stored guard can be read");
    }

    /** Reads the operations that {@link #toJson} wrote. */
    static Operations operations(JsonNode json) {
        if (OperationsReader.parse(json.get("o")) instanceof Operations.Read read) {
            return read.operations();
        }
        throw new IllegalStateException("stored operations can be read");
    }

    /** Reads the values by path that {@link #toJson} wrote as {@code name}. */
    static SortedMap<StatePath, JsonNode> values(JsonNode json, String name) {
        TreeMap<StatePath, JsonNode> values = new TreeMap<>();
        json.get(name)
                .properties()
                .forEach(field -> values.put(StatePath.parse(field.getKey()).orElseThrow(), field.getValue()));
        return values;
    }

    private static ObjectNode byPath(Map<StatePath, JsonNode> values) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        values.forEach((path, value) -> json.set(path.toString(), value));
        return json;
    }
}
