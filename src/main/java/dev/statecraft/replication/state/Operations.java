package dev.statecraft.replication.state;

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

/**
 * The operations of an update on a state, by path. The paths of one update are distinct, and none lies below another.
 * The result therefore does not depend on the order of the operations.
 *
 * <ul>
 *   <li>{@code set} replaces the value at the path. Missing objects along the path are created.
 *   <li>{@code unset} removes a key from an object. It has no effect if the path does not exist. An element of a list
 *       cannot be unset, because the elements after it would move.
 *   <li>{@code increment} adds to a number. A missing number is treated as 0.
 *   <li>{@code append} adds values at the end of a list. A missing list is created.
 *   <li>{@code remove} removes every element of a list that equals one of the values.
 * </ul>
 *
 * <p>An empty list along a path is treated as an empty object, because Luau encodes both as {@code []}. Example:
 * {@code {"increment": {"/bag/1001": 1}}} changes {@code {"bag": []}} to {@code {"bag": {"1001": 1}}}.
 *
 * <p>JSON form: {@code {"set": {path: value}, "unset": [path], "increment": {path: number}, "append": {path: [value]},
 * "remove": {path: [value]}}}. Each field is optional.
 */
public record Operations(
        SortedMap<StatePath, JsonNode> set,
        SortedSet<StatePath> unset,
        SortedMap<StatePath, BigDecimal> increment,
        SortedMap<StatePath, List<JsonNode>> append,
        SortedMap<StatePath, List<JsonNode>> remove) {

    /** No operations. */
    public static final Operations NONE =
            new Operations(new TreeMap<>(), new TreeSet<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());

    /** Copies the collections. The values in them are not copied and must not be modified. */
    public Operations {
        set = Collections.unmodifiableSortedMap(new TreeMap<>(set));
        unset = Collections.unmodifiableSortedSet(new TreeSet<>(unset));
        increment = Collections.unmodifiableSortedMap(new TreeMap<>(increment));
        append = Collections.unmodifiableSortedMap(new TreeMap<>(append));
        remove = Collections.unmodifiableSortedMap(new TreeMap<>(remove));
    }

    /** Result of reading operations. Variants are listed in order of precedence. */
    public sealed interface Reading {}

    /** The JSON is not valid at {@code field}, for example {@code increment.coins}. */
    public record Malformed(String field, String reason) implements Reading {}

    /** The JSON was read. */
    public record Read(Operations operations) implements Reading {}

    /** Result of applying operations. Variants are listed in order of precedence. */
    public sealed interface Applied {}

    /** One operation does not fit the state. No operation was applied. */
    public record Refused(StatePath path, String reason) implements Applied {}

    /** The new state after all operations. The original state is not modified. */
    public record Done(ObjectNode state) implements Applied {}

    /** Operations of the kinds set and unset. */
    public static Operations of(Map<StatePath, JsonNode> set, SortedSet<StatePath> unset) {
        return new Operations(new TreeMap<>(set), unset, new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
    }

    /** Whether there are no operations. */
    public boolean isEmpty() {
        return set.isEmpty() && unset.isEmpty() && increment.isEmpty() && append.isEmpty() && remove.isEmpty();
    }

    /** All paths that the operations write. */
    public NavigableSet<StatePath> paths() {
        NavigableSet<StatePath> paths = new TreeSet<>(set.keySet());
        paths.addAll(unset);
        paths.addAll(increment.keySet());
        paths.addAll(append.keySet());
        paths.addAll(remove.keySet());
        return paths;
    }

    /** Two paths that are equal or of which the first contains the second; empty if there are none. */
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

    /** As a JSON object that {@code OperationsReader} reads; operations without paths are left out. */
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
