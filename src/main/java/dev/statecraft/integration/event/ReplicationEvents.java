package dev.statecraft.integration.event;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.commit.ConflictResolution;
import dev.statecraft.replication.commit.ParkedConflict;
import dev.statecraft.replication.log.Change;
import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.replication.state.Strategy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Creates the events of entities and conflicts. */
final class ReplicationEvents {

    private ReplicationEvents() {}

    /** Returns the source name of a space's commits. */
    static String source(String space) {
        return "space/" + space;
    }

    /** Returns the events of a commit: one per changed entity, and one per change that resolved conflicts. */
    static List<SourceChange> of(String game, String space, LogEntry commit) {
        List<Event> events = new ArrayList<>();
        List<SourceChange> resolved = new ArrayList<>();
        for (Change change : commit.changes()) {
            ObjectNode data = about(space, change.entityId());
            data.put("entityType", change.type())
                    .put("version", change.version())
                    .put("by", change.by());
            if (commit.transactionId() != null) {
                data.put("transactionId", commit.transactionId());
            }
            String key = space + "/" + change.entityId() + "/" + change.version();
            events.add(Event.of(type(change.kind()), "entity/" + key, commit.at(), data));
            if (change.conflicts() != null && !change.conflicts().isEmpty()) {
                ObjectNode outcome = about(space, change.entityId());
                outcome.put("version", change.version()).put("by", change.by());
                outcome.put("paths", change.conflicts().size());
                resolved.add(resolved(game, key, change.strategy(), outcome, commit.at()));
            }
        }
        List<SourceChange> all = new ArrayList<>();
        all.add(SourceChange.numbered(game, source(space), commit.seq(), events));
        all.addAll(resolved);
        return all;
    }

    /** Returns the event of an update that was parked. */
    static SourceChange of(String game, ParkedConflict conflict) {
        ObjectNode data = about(conflict.space(), conflict.entityId());
        data.put("conflictId", conflict.id()).put("entityType", conflict.type());
        data.put("version", conflict.version()).put("by", conflict.by());
        data.put("deadline", ApiTime.text(conflict.deadline()));
        String id = "conflict/" + conflict.id() + "/parked";
        return SourceChange.once(game, id, List.of(Event.of(EventType.CONFLICT_PARKED, id, conflict.at(), data)));
    }

    /**
     * Returns the event of a parked conflict that was resolved. A resolution that was committed has the same source as
     * the resolved conflict of its commit, so only one of the two is appended.
     *
     * @param version entity version that the resolution committed, 0 if it committed none
     */
    static SourceChange of(String game, ConflictResolution resolution, long version) {
        ObjectNode data = about(resolution.space(), resolution.entityId());
        data.put("conflictId", resolution.conflictId()).put("by", resolution.by());
        data.put("choice", resolution.choice().name());
        String key = "conflict/" + resolution.conflictId();
        if (version > 0) {
            data.put("version", version);
            key = resolution.space() + "/" + resolution.entityId() + "/" + version;
        }
        return resolved(game, key, resolution.strategy(), data, resolution.at());
    }

    private static SourceChange resolved(
            String game, String key, @Nullable Strategy strategy, ObjectNode data, long at) {
        if (strategy != null) {
            data.put("strategy", strategy.name());
        }
        String id = "resolved/" + key;
        return SourceChange.once(game, id, List.of(Event.of(EventType.CONFLICT_RESOLVED, id, at, data)));
    }

    private static ObjectNode about(String space, String entityId) {
        return JsonNodeFactory.instance.objectNode().put("entityId", entityId).put("space", space);
    }

    private static EventType type(Change.Kind kind) {
        return switch (kind) {
            case CREATED -> EventType.ENTITY_CREATED;
            case DELETED -> EventType.ENTITY_DELETED;
            case WHOLE, STEP -> EventType.ENTITY_UPDATED;
        };
    }
}
