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
    public static Operations of(Map<StatePath, JsonNode> set, SortedSet<StatePath> unset) {
        return new Operations(new TreeMap<>(set), unset, new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
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
