package dev.statecraft.replication.commit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
 * An update that waits for somebody to decide about it, with all that a decision needs to know; of the states it was
 * made on and met, only what stood at its paths.
 *
 * @param id the conflict
 * @param space the space of the entity
 * @param entityId the entity
 * @param type the entity's type
 * @param version the version the update met
 * @param operations what the update does
 * @param seen what it was made on, by path: null where nothing was, no entry where that is not known
 * @param met what stood at its paths when it came; no entry where nothing did
 * @param by who sent it
 * @param body hash of the request, which tells a repeated one from another one under the same id
 * @param at when it came, epoch milliseconds
 * @param deadline when the fallback strategy decides, epoch milliseconds
 */
public record ParkedConflict(
        String id,
        String space,
        String entityId,
        String type,
        long version,
        Operations operations,
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

    /** Parks an update that met an entity. */
    static ParkedConflict of(
            String id, Entity entity, Merge.Update update, String by, String body, long at, long deadline) {
        TreeSet<StatePath> paths = new TreeSet<>(update.operations().set().keySet());
        paths.addAll(update.operations().unset());
        TreeMap<StatePath, JsonNode> seen = new TreeMap<>();
        TreeMap<StatePath, JsonNode> met = new TreeMap<>();
        for (StatePath path : paths) {
            update.basis()
                    .at(path)
                    .ifPresent(value -> seen.put(path, value.isMissingNode() ? NullNode.getInstance() : value));
            JsonNode there = path.in(update.arrival());
            if (there != null) {
                met.put(path, there);
            }
        }
        return new ParkedConflict(
                id,
                entity.space(),
                entity.id(),
                entity.type(),
                entity.version(),
                update.operations(),
                seen,
                met,
                by,
                body,
                at,
                deadline);
    }

    /**
     * The hash of a request or a decision: 128 bits, enough to tell a repeated one from a different one under the same
     * id.
     */
    static String hash(String text) {
        return Sha256.hex(text, 16);
    }

    /** The update as it came. */
    Merge.Update update() {
        return new Merge.Update(operations, new MergeBase(seen, null), arrival());
    }

    /** Each path in conflict with what each side has there, undecided. */
    public List<Conflict> conflicts() {
        Merge.Merged merged = Merge.merge(EntityType.standard(type), Strategy.MANUAL, arrival(), update());
        return merged instanceof Merge.Parked parked ? parked.conflicts() : List.of();
    }

    /** A state that has at the paths of the update what the entity had there. */
    private ObjectNode arrival() {
        ObjectNode nothing = JsonNodeFactory.instance.objectNode();
        Operations.Applied applied = StateEdit.apply(Operations.of(met, new TreeSet<>()), nothing);
        return applied instanceof Operations.Done done ? done.state() : nothing;
    }

    /** The update as JSON to be stored: {@code o} operations, {@code s} seen, {@code m} met. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("o", operations.toJson());
        json.set("s", byPath(seen));
        json.set("m", byPath(met));
        return json;
    }

    /** The operations that {@link #toJson} wrote. */
    static Operations operations(JsonNode json) {
        if (OperationsReader.parse(json.get("o")) instanceof Operations.Read read) {
            return read.operations();
        }
        throw new IllegalStateException("stored operations can be read");
    }

    /** The values by path that {@link #toJson} wrote under a name. */
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
