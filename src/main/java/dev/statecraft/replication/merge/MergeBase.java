package dev.statecraft.replication.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.state.Operations;
import dev.statecraft.replication.state.OperationsReader;
import dev.statecraft.replication.state.StatePath;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The values that an update was based on: those that the sender reports in {@code was}, and for other paths the state
 * at the base version.
 *
 * @param was the values that the sender saw, by path; JSON null for a path without a value
 * @param state the state at the base version; the current state if the update has no base version, so that it applies
 *     without conflicts; null if the base version is no longer stored, so that every difference is a conflict
 */
public record MergeBase(
        SortedMap<StatePath, JsonNode> was, @Nullable ObjectNode state) {

    /** Copies the map. */
    public MergeBase {
        was = Collections.unmodifiableSortedMap(new TreeMap<>(was));
    }

    /** Result of reading {@code was}. Variants are listed in order of precedence. */
    public sealed interface Reading {}

    /** The JSON is not valid at {@code field}, for example {@code was.coins}. */
    public record Malformed(String field, String reason) implements Reading {}

    /** The JSON was read. */
    public record Read(SortedMap<StatePath, JsonNode> was) implements Reading {}

    /** The base of an update without {@code was}, on the current version. */
    public static MergeBase current(ObjectNode state) {
        return new MergeBase(new TreeMap<>(), state);
    }

    /**
     * Reads the {@code was} of a request.
     *
     * @param written the operations of the update; a path in {@code was} that they do not write is rejected, because
     *     its value would have no effect. Null to accept all paths
     */
    public static Reading parse(@Nullable JsonNode json, @Nullable Operations written) {
        TreeMap<StatePath, JsonNode> was = new TreeMap<>();
        if (json == null || json.isNull() || (json.isArray() && json.isEmpty())) {
            return new Read(was);
        }
        if (!json.isObject()) {
            return new Malformed("was", "was must be an object with paths as keys.");
        }
        NavigableSet<StatePath> paths = written == null ? null : written.paths();
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            String at = "was." + field.getKey();
            StatePath path = StatePath.parse(field.getKey()).orElse(null);
            if (path == null) {
                return new Malformed(at, OperationsReader.NOT_A_PATH);
            }
            if (paths != null && !isWritten(path, paths)) {
                return new Malformed(at, "The update does not write " + path + ", so was cannot contain it.");
            }
            was.put(path, field.getValue());
        }
        return new Read(was);
    }

    /** Whether the update writes the path or a path below it, which would directly follow it in the sorted set. */
    private static boolean isWritten(StatePath path, NavigableSet<StatePath> paths) {
        StatePath next = paths.ceiling(path);
        return next != null && path.covers(next);
    }

    /** The base value of a path: a missing node if the path had no value; empty if the base value is not known. */
    public Optional<JsonNode> at(StatePath path) {
        List<String> tokens = path.tokens();
        for (int length = tokens.size(); length > 0; length--) {
            StatePath around = new StatePath(tokens.subList(0, length));
            JsonNode seen = was.get(around);
            if (seen != null) {
                return Optional.of(below(seen, tokens.subList(length, tokens.size())));
            }
        }
        return state == null ? Optional.empty() : Optional.of(below(state, tokens));
    }

    private static JsonNode below(JsonNode value, List<String> tokens) {
        return tokens.isEmpty() ? value : orMissing(new StatePath(tokens).in(value));
    }

    static JsonNode orMissing(@Nullable JsonNode value) {
        return value == null || value.isNull() ? MissingNode.getInstance() : value;
    }
}
