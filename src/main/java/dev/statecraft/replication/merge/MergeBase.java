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
 * What an update was made on: the values its sender says it saw, and for the rest the state at the version it names.
 *
 * @param was values seen, by path; a JSON null says that nothing was there
 * @param state the state at the base version; the current one where the update names no version, which makes it apply
 *     as it is; null where the version named is no longer known, which makes every disagreement a conflict
 */
public record MergeBase(
        SortedMap<StatePath, JsonNode> was, @Nullable ObjectNode state) {

    /** Copies the values seen. */
    public MergeBase {
        was = Collections.unmodifiableSortedMap(new TreeMap<>(was));
    }

    /** What reading the values seen gives; in order of precedence. */
    public sealed interface Reading {}

    /** They cannot be read; {@code field} is where, such as {@code was.coins}. */
    public record Malformed(String field, String reason) implements Reading {}

    /** The values seen. */
    public record Read(SortedMap<StatePath, JsonNode> was) implements Reading {}

    /** An update that claims nothing, or only the version that is current. */
    public static MergeBase current(ObjectNode state) {
        return new MergeBase(new TreeMap<>(), state);
    }

    /**
     * Reads the {@code was} of a request.
     *
     * @param written the paths that the update writes: a value seen elsewhere would check nothing and is refused; null
     *     to take any
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

    /** In the order of paths, what a path covers follows it at once. */
    private static boolean isWritten(StatePath path, NavigableSet<StatePath> paths) {
        StatePath next = paths.ceiling(path);
        return next != null && path.covers(next);
    }

    /** What the update saw at a path: missing if nothing was there, and nothing at all if that is not known. */
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
