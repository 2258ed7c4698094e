package dev.statecraft.integration;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.Change;
import dev.statecraft.replication.LogEntry;
import dev.statecraft.replication.ParkedConflict;
import dev.statecraft.replication.Settlement;
import dev.statecraft.replication.Strategy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What happens to entities, as events. */
final class ReplicationEvents {

    private ReplicationEvents() {}

    /** What the mark of a space is called. */
    static String source(String space) {
        return "space/" + space;
    }

    /** The changes of a commit, and the conflicts that they resolved. */
    static List<Occurrence> of(String game, String space, LogEntry commit) {
        List<Event> events = new ArrayList<>();
        List<Occurrence> resolved = new ArrayList<>();
        for (Change change : commit.changes()) {
            ObjectNode data = about(space, change.entityId());
            data.put("entityType", change.type())
                    .put("version", change.version())
                    .put("by", change.by());
            String place = space + "/" + change.entityId() + "/" + change.version();
            events.add(Event.of(type(change.kind()), "entity/" + place, commit.at(), data));
            if (change.conflicts() != null && !change.conflicts().isEmpty()) {
                ObjectNode outcome = about(space, change.entityId());
                outcome.put("version", change.version()).put("by", change.by());
                outcome.put("paths", change.conflicts().size());
                resolved.add(resolved(game, place, change.strategy(), outcome, commit.at()));
            }
        }
        List<Occurrence> all = new ArrayList<>();
        all.add(Occurrence.numbered(game, source(space), commit.seq(), events));
        all.addAll(resolved);
        return all;
    }

    /** An update that waits for a decision. */
    static Occurrence of(String game, ParkedConflict conflict) {
        ObjectNode data = about(conflict.space(), conflict.entityId());
        data.put("conflictId", conflict.id()).put("entityType", conflict.type());
        data.put("version", conflict.version()).put("by", conflict.by());
        data.put("deadline", Times.text(conflict.deadline()));
        String id = "conflict/" + conflict.id() + "/parked";
        return Occurrence.once(game, id, List.of(Event.of(EventType.CONFLICT_PARKED, id, conflict.at(), data)));
    }

    /** A decision about it; of the same conflict as the commit it came to, if there was one. */
    static Occurrence of(String game, Settlement settlement, long version) {
        ObjectNode data = about(settlement.space(), settlement.entityId());
        data.put("conflictId", settlement.conflictId()).put("by", settlement.by());
        data.put("choice", settlement.choice().name());
        String place = "conflict/" + settlement.conflictId();
        if (version > 0) {
            data.put("version", version);
            place = settlement.space() + "/" + settlement.entityId() + "/" + version;
        }
        return resolved(game, place, settlement.strategy(), data, settlement.at());
    }

    private static Occurrence resolved(
            String game, String place, @Nullable Strategy strategy, ObjectNode data, long at) {
        if (strategy != null) {
            data.put("strategy", strategy.name());
        }
        String id = "resolved/" + place;
        return Occurrence.once(game, id, List.of(Event.of(EventType.CONFLICT_RESOLVED, id, at, data)));
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
