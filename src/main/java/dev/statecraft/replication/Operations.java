package dev.statecraft.replication;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What an update does to a state, path by path. No path of an update equals another or lies below it, so no operation
 * sees what another did and their order makes no difference.
 *
 * <ul>
 *   <li>{@code set} puts a value in place of whatever is there; objects that are missing on the way are made.
 *   <li>{@code unset} takes a key out of an object; nothing happens if the path leads to nothing, however deep it is
 *       and also below an element that a list does not have. Elements of a list are not unset: those behind would move.
 *   <li>{@code increment} adds to a number, a missing one counts as 0.
 *   <li>{@code append} adds values at the end of a list, a missing one is made.
 *   <li>{@code remove} takes every element out of a list that is the same as one of the values.
 * </ul>
 *
 * <p>An empty list on the way of a path counts as an empty object, because Luau encodes both as {@code []}: on {@code
 * {"bag": []}}, {@code {"increment": {"/bag/1001": 1}}} gives {@code {"bag": {"1001": 1}}}.
 *
 * <p>As JSON: {@code {"set": {path: value}, "unset": [path], "increment": {path: number}, "append": {path: [value]},
 * "remove": {path: [value]}}}, each of them optional.
 */
public record Operations(
        SortedMap<StatePath, JsonNode> set,
        SortedSet<StatePath> unset,
        SortedMap<StatePath, BigDecimal> increment,
        SortedMap<StatePath, List<JsonNode>> append,
        SortedMap<StatePath, List<JsonNode>> remove) {

    /** Nothing to do. */
    public static final Operations NONE =
            new Operations(new TreeMap<>(), new TreeSet<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());

    private static final List<String> NAMES = List.of("set", "unset", "increment", "append", "remove");

    /** Copies the collections; the values in them are taken to be never changed again. */
    public Operations {
        set = Collections.unmodifiableSortedMap(new TreeMap<>(set));
        unset = Collections.unmodifiableSortedSet(new TreeSet<>(unset));
        increment = Collections.unmodifiableSortedMap(new TreeMap<>(increment));
        append = Collections.unmodifiableSortedMap(new TreeMap<>(append));
        remove = Collections.unmodifiableSortedMap(new TreeMap<>(remove));
    }

    /** What reading operations gives; in order of precedence. */
    public sealed interface Reading {}

    /** They cannot be read; {@code field} is where, such as {@code increment.coins}. */
    public record Malformed(String field, String reason) implements Reading {}

    /** The operations. */
    public record Read(Operations operations) implements Reading {}

    /** What applying operations gives; in order of precedence. */
    public sealed interface Applied {}

    /** The state does not allow an operation, so none was done. */
    public record Refused(StatePath path, String reason) implements Applied {}

    /** The state after all operations; the one before is as it was. */
    public record Done(ObjectNode state) implements Applied {}

    /** Operations that only set and unset. */
    static Operations of(Map<StatePath, JsonNode> set, SortedSet<StatePath> unset) {
        return new Operations(new TreeMap<>(set), unset, new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
    }

    /** Reads operations from one object that holds nothing else. */
    public static Reading parse(JsonNode json) {
        if (!json.isObject()) {
            return new Malformed("", "Operations are an object.");
        }
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            if (!NAMES.contains(field.getKey())) {
                return new Malformed(
                        field.getKey(),
                        "There is no operation " + field.getKey() + "; there are " + String.join(", ", NAMES) + ".");
            }
        }
        return parse(json.get("set"), json.get("unset"), json.get("increment"), json.get("append"), json.get("remove"));
    }

    /** Reads operations from the fields of a request; each may be missing. */
    public static Reading parse(
            @Nullable JsonNode set,
            @Nullable JsonNode unset,
            @Nullable JsonNode increment,
            @Nullable JsonNode append,
            @Nullable JsonNode remove) {
        return new OperationsReader().read(set, unset, increment, append, remove);
    }

    /**
     * What turns one state into another: {@code between(a, b).applyTo(a)} is {@code b}. Objects are gone through key by
     * key; a list that differs is set as a whole. This is also what clients are told of a change: they need to know
     * no other operations than set and unset.
     */
    public static Operations between(ObjectNode from, ObjectNode to) {
        return StateDiff.between(from, to);
    }

    /**
     * What a caller means who sends a whole state in place of one it saw: as {@link #between}, but an empty list counts
     * as an empty object where the other state has an object, because Luau cannot tell the two apart.
     */
    public static Operations replacing(ObjectNode seen, ObjectNode sent) {
        return StateDiff.replacing(seen, sent);
    }

    /** What a JSON merge patch (RFC 7396) does to a state. */
    public static Operations ofMergePatch(ObjectNode state, ObjectNode patch) {
        return StateDiff.ofMergePatch(state, patch);
    }

    /**
     * Does the operations on a copy of a state, all of them or none. The same operations on the same state always give
     * the same. Does not look at the limits of a state; {@link StateLimits} does.
     */
    public Applied applyTo(ObjectNode state) {
        return new StateEdit(state).apply(this);
    }

    /** Whether there is nothing to do. */
    public boolean isEmpty() {
        return set.isEmpty() && unset.isEmpty() && increment.isEmpty() && append.isEmpty() && remove.isEmpty();
    }

    /** Every path that is written. */
    public NavigableSet<StatePath> paths() {
        NavigableSet<StatePath> paths = new TreeSet<>(set.keySet());
        paths.addAll(unset);
        paths.addAll(increment.keySet());
        paths.addAll(append.keySet());
        paths.addAll(remove.keySet());
        return paths;
    }

    /** Two paths of which one is or covers the other, the outer one first; nothing if there are none. */
    static Optional<List<StatePath>> overlap(List<StatePath> paths) {
        List<StatePath> sorted = new ArrayList<>(paths);
        Collections.sort(sorted);
        for (int i = 1; i < sorted.size(); i++) {
            if (sorted.get(i - 1).covers(sorted.get(i))) {
                return Optional.of(List.of(sorted.get(i - 1), sorted.get(i)));
            }
        }
        return Optional.empty();
    }

    /** As JSON that {@link #parse(JsonNode)} reads; operations that are not there are left out. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (!set.isEmpty()) {
            ObjectNode values = json.putObject("set");
            set.forEach((path, value) -> values.set(path.toString(), value));
        }
        if (!unset.isEmpty()) {
            ArrayNode paths = json.putArray("unset");
            unset.forEach(path -> paths.add(path.toString()));
        }
        if (!increment.isEmpty()) {
            ObjectNode amounts = json.putObject("increment");
            increment.forEach((path, by) -> amounts.set(path.toString(), JsonValues.number(by)));
        }
        putLists(json, "append", append);
        putLists(json, "remove", remove);
        return json;
    }

    private static void putLists(ObjectNode json, String name, Map<StatePath, List<JsonNode>> lists) {
        if (!lists.isEmpty()) {
            ObjectNode byPath = json.putObject(name);
            lists.forEach((path, values) -> byPath.putArray(path.toString()).addAll(values));
        }
    }
}
