package dev.statecraft.replication.guard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.state.StatePath;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Conditions on the values of a state. A guard that is violated names the first violated rule: paths in their order, the
 * rules of a path in the order of {@link GuardRule}.
 *
 * @param paths the guarded paths in their order, each once
 */
public record Guard(List<GuardedPath> paths) {

    /** The guard without rules, which every state satisfies. */
    public static final Guard NONE = new Guard(List.of());

    /** Copies the paths. */
    public Guard {
        paths = List.copyOf(paths);
    }

    /**
     * The rules of one path.
     *
     * @param name the path as the sender wrote it
     * @param rules operand by rule; at least one
     */
    public record GuardedPath(String name, StatePath path, Map<GuardRule, JsonNode> rules) {

        /** Copies the rules in their order. */
        public GuardedPath {
            rules = Collections.unmodifiableMap(new EnumMap<>(rules));
        }
    }

    /**
     * A violated rule.
     *
     * @param path the path as the sender of the guard wrote it
     * @param rule the name of the rule
     * @param value the value that violates the rule; JSON null if there is none
     */
    public record Violation(String path, String rule, JsonNode value) {

        /** Describes the violation as part of a sentence. */
        public String reason() {
            return "the rule " + rule + " of the guard of " + path + " does not hold";
        }
    }

    /** Returns the first violated rule, all rules checked on one state. */
    public Optional<Violation> violatedBy(ObjectNode state) {
        return violated(state, rule -> true);
    }

    /** Returns the first violated rule of those that are checked on the state before an update. */
    public Optional<Violation> violatedBefore(ObjectNode state) {
        return violated(state, GuardRule::isPrecondition);
    }

    /** Returns the first violated rule of those that are checked on the result of an update. */
    public Optional<Violation> violatedAfter(ObjectNode state) {
        return violated(state, rule -> !rule.isPrecondition());
    }

    private Optional<Violation> violated(ObjectNode state, Predicate<GuardRule> checked) {
        for (GuardedPath guarded : paths) {
            JsonNode value = guarded.path().in(state);
            for (Map.Entry<GuardRule, JsonNode> rule : guarded.rules().entrySet()) {
                if (checked.test(rule.getKey()) && !rule.getKey().holds(rule.getValue(), value)) {
                    return Optional.of(new Violation(
                            guarded.name(), rule.getKey().word(), value == null ? NullNode.getInstance() : value));
                }
            }
        }
        return Optional.empty();
    }

    /** Whether the guard has no rules. */
    public boolean isEmpty() {
        return paths.isEmpty();
    }

    /** The JSON that {@link GuardReader} reads: rules by path. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        for (GuardedPath guarded : paths) {
            ObjectNode rules = json.putObject(guarded.name());
            guarded.rules().forEach((rule, operand) -> rules.set(rule.word(), operand));
        }
        return json;
    }
}
