package dev.statecraft.replication.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.type.MergeRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The JSON form of conflicts in responses, in the commit log and in the version history. */
public final class ConflictExplanation {

    private ConflictExplanation() {}

    /**
     * An array of {@code {path, base, ours, theirs, rule, result}}. Fields without a value are left out.
     *
     * @param values whether to include the values; otherwise only paths and rules
     */
    public static ArrayNode toJson(List<Conflict> conflicts, boolean values) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode(conflicts.size());
        for (Conflict conflict : conflicts) {
            ObjectNode json = all.addObject().put("path", conflict.path());
            if (values) {
                put(json, "base", conflict.base());
                put(json, "ours", conflict.ours());
                put(json, "theirs", conflict.theirs());
            }
            MergeRule rule = conflict.rule();
            if (rule != null) {
                json.put("rule", rule.name());
            }
            if (values) {
                put(json, "result", conflict.result());
            }
        }
        return all;
    }

    private static void put(ObjectNode json, String name, @Nullable JsonNode value) {
        if (value != null && !value.isMissingNode()) {
            json.set(name, value);
        }
    }
}
