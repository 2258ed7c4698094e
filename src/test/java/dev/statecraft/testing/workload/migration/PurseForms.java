package dev.statecraft.testing.workload.migration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.definition.Definition;
import dev.statecraft.replication.state.JsonValues;
import java.util.List;

/**
 * The old and the new form of a purse: {@code hp} becomes {@code health}; {@code old} and {@code tag} remain in the backup
 * only. A purse that is created in the new form may have a {@code tag}.
 */
final class PurseForms {

    static final String OLD = "0.0.0";
    static final String NEW = "1.0.0";

    /** Value that violates a rule of the migration. */
    static final int REJECTED = 900;

    /** Value that replaces {@link #REJECTED} in a repaired purse. */
    static final int REPAIRED = 90;

    private PurseForms() {}

    /** The migration, by operations or by game servers. */
    static Definition definition(String options, boolean byServers) {
        return Laboratory.definition(
                NEW,
                byServers
                        ? "{'worker': true}, 'down': {'worker': true}"
                        : "{'operations': [{'op': 'rename', 'from': 'hp', 'path': 'health'},"
                                + " {'op': 'remove', 'path': 'old', 'lossy': true},"
                                + " {'op': 'remove', 'path': 'tag', 'lossy': true}]}",
                ", 'validation': [{'expression': '!has(state.health) || state.health < " + REJECTED
                        + "', 'message': 'too healthy'}], 'options': " + options);
    }

    static ObjectNode up(ObjectNode state) {
        return renamed(state, "hp", "health").without(List.of("old", "tag"));
    }

    static ObjectNode down(ObjectNode state) {
        return renamed(state, "health", "hp");
    }

    private static ObjectNode renamed(ObjectNode state, String from, String to) {
        ObjectNode copy = state.deepCopy();
        if (copy.has(from)) {
            copy.set(to, copy.remove(from));
        }
        return copy;
    }

    static boolean fits(String schema, ObjectNode state) {
        return schema.equals(NEW) ? !state.has("hp") && !state.has("old") : !state.has("health");
    }

    static boolean same(ObjectNode one, ObjectNode other) {
        return JsonValues.canonical(one).equals(JsonValues.canonical(other));
    }
}
