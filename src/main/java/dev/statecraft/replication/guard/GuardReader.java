package dev.statecraft.replication.guard;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.replication.guard.Guard.GuardedPath;
import dev.statecraft.replication.state.OperationsReader;
import dev.statecraft.replication.state.StatePath;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads guards from JSON: {@code {"/coins": {"min": 0}}}. Unknown rules are rejected. */
public final class GuardReader {

    private static final Map<String, GuardRule> RULES =
            Stream.of(GuardRule.values()).collect(Collectors.toUnmodifiableMap(GuardRule::word, rule -> rule));
    private static final String KNOWN =
            Stream.of(GuardRule.values()).map(GuardRule::word).collect(Collectors.joining(", "));

    private GuardReader() {}

    /** Result of reading a guard. Variants are listed in order of precedence. */
    public sealed interface Reading {}

    /** The JSON is not valid at {@code field}, for example {@code guard./coins.min}. */
    public record Malformed(String field, String reason) implements Reading {}

    /** The JSON was read. */
    public record Read(Guard guard) implements Reading {}

    /**
     * Reads a guard. An empty list is an empty guard, because Luau encodes an empty table so.
     *
     * @param field the field of the request, put before the path in {@link Malformed}
     * @param json the guard; null for {@link Guard#NONE}
     * @param limit maximum number of paths
     */
    public static Reading parse(String field, @Nullable JsonNode json, int limit) {
        if (json == null || json.isNull() || (json.isArray() && json.isEmpty())) {
            return new Read(Guard.NONE);
        }
        if (!json.isObject()) {
            return new Malformed(field, field + " must be an object with paths as keys.");
        }
        if (json.size() > limit) {
            return new Malformed(field, "At most " + limit + " paths can be guarded.");
        }
        Map<StatePath, GuardedPath> paths = new TreeMap<>();
        for (Map.Entry<String, JsonNode> guarded : json.properties()) {
            String at = field + "." + guarded.getKey();
            StatePath path = StatePath.parse(guarded.getKey()).orElse(null);
            if (path == null) {
                return new Malformed(at, OperationsReader.NOT_A_PATH);
            }
            Map<GuardRule, JsonNode> rules = new EnumMap<>(GuardRule.class);
            Malformed malformed = read(at, guarded.getValue(), rules);
            if (malformed != null) {
                return malformed;
            }
            if (paths.put(path, new GuardedPath(guarded.getKey(), path, rules)) != null) {
                return new Malformed(at, "The path " + path + " is guarded twice.");
            }
        }
        List<GuardedPath> sorted = new ArrayList<>(paths.values());
        return new Read(new Guard(sorted));
    }

    private static @Nullable Malformed read(String at, JsonNode json, Map<GuardRule, JsonNode> rules) {
        if (!json.isObject() || json.isEmpty()) {
            return new Malformed(at, "A guarded path has an object with at least one of the rules " + KNOWN + ".");
        }
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            GuardRule rule = RULES.get(field.getKey());
            String refusal = rule == null
                    ? "Unknown rule " + field.getKey() + ". Known rules: " + KNOWN + "."
                    : rule.refusal(field.getValue());
            if (rule == null || refusal != null) {
                return new Malformed(at + "." + field.getKey(), refusal == null ? "" : refusal);
            }
            rules.put(rule, field.getValue());
        }
        return null;
    }
}
