package dev.statecraft.replication.state;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.replication.state.Operations.Malformed;
import dev.statecraft.replication.state.Operations.Read;
import dev.statecraft.replication.state.Operations.Reading;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Reads {@link Operations} from JSON. Fields that are not one of the five operations are rejected. */
public final class OperationsReader {

    /** Explains the syntax of a path to a caller that sent something else. */
    public static final String NOT_A_PATH =
            "A path is a top-level key, or a JSON pointer such as /stats/coins (~1 for a slash in a key, ~0 for a"
                    + " tilde) of at most " + StatePath.MAX_TOKENS + " levels; the empty key is /.";

    private static final List<String> NAMES = List.of("set", "unset", "increment", "append", "remove");

    private final List<StatePath> paths = new ArrayList<>();
    private @Nullable Malformed malformed;

    private OperationsReader() {}

    /** Reads operations from a JSON object that has no other fields. */
    public static Reading parse(JsonNode json) {
        if (!json.isObject()) {
            return new Malformed("", "Operations must be an object.");
        }
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            if (!NAMES.contains(field.getKey())) {
                return new Malformed(
                        field.getKey(),
                        "Unknown operation " + field.getKey() + ". Known operations: " + String.join(", ", NAMES)
                                + ".");
            }
        }
        return parse(json.get("set"), json.get("unset"), json.get("increment"), json.get("append"), json.get("remove"));
    }

    /** Reads operations from the fields of a request; each may be null, which means that it has no paths. */
    public static Reading parse(
            @Nullable JsonNode set,
            @Nullable JsonNode unset,
            @Nullable JsonNode increment,
            @Nullable JsonNode append,
            @Nullable JsonNode remove) {
        return new OperationsReader().read(set, unset, increment, append, remove);
    }

    private Reading read(
            @Nullable JsonNode set,
            @Nullable JsonNode unset,
            @Nullable JsonNode increment,
            @Nullable JsonNode append,
            @Nullable JsonNode remove) {
        Operations operations = new Operations(
                byPath("set", set, (field, value) -> Optional.of(value)),
                unset(unset),
                byPath("increment", increment, this::amount),
                byPath("append", append, this::values),
                byPath("remove", remove, this::values));
        if (malformed == null) {
            Operations.overlap(paths).ifPresent(two -> refuse(two.get(1).toString(), overlapping(two)));
        }
        return malformed != null ? malformed : new Read(operations);
    }

    private static String overlapping(List<StatePath> two) {
        return two.get(0).equals(two.get(1))
                ? "The path " + two.get(0) + " is written twice by the update."
                : "The path " + two.get(1) + " is inside " + two.get(0) + ", which is written by the same update.";
    }

    /** Reads the object of one operation. {@code reader} rejects values by returning empty. */
    private <T> SortedMap<StatePath, T> byPath(
            String name, @Nullable JsonNode json, BiFunction<String, JsonNode, Optional<T>> reader) {
        SortedMap<StatePath, T> byPath = new TreeMap<>();
        if (isLeftOut(json)) {
            return byPath;
        }
        if (json == null || !json.isObject()) {
            refuse(name, "The operation " + name + " must be an object with paths as keys.");
            return byPath;
        }
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            String at = name + "." + field.getKey();
            StatePath path = path(at, field.getKey());
            Optional<T> value = reader.apply(at, field.getValue());
            if (path != null && value.isPresent()) {
                byPath.put(path, value.get());
            }
        }
        return byPath;
    }

    private SortedSet<StatePath> unset(@Nullable JsonNode json) {
        SortedSet<StatePath> unset = new TreeSet<>();
        if (isLeftOut(json)) {
            return unset;
        }
        if (json == null || !json.isArray()) {
            refuse("unset", "The operation unset must be an array of paths.");
            return unset;
        }
        for (int i = 0; i < json.size(); i++) {
            String at = "unset[" + i + "]";
            if (json.get(i).isTextual()) {
                StatePath path = path(at, json.get(i).textValue());
                if (path != null) {
                    unset.add(path);
                }
            } else {
                refuse(at, NOT_A_PATH);
            }
        }
        return unset;
    }

    private @Nullable StatePath path(String field, String text) {
        StatePath path = StatePath.parse(text).orElse(null);
        if (path == null) {
            refuse(field, NOT_A_PATH);
        } else {
            paths.add(path);
        }
        return path;
    }

    private Optional<BigDecimal> amount(String field, JsonNode json) {
        if (!json.isNumber()) {
            refuse(field, "The increment must be a number.");
            return Optional.empty();
        }
        BigDecimal amount = json.decimalValue();
        if (JsonValues.refusal(amount) != null) {
            refuse(field, "Numbers lie between -9007199254740991 and 9007199254740991 (2^53-1).");
            return Optional.empty();
        }
        return Optional.of(amount);
    }

    private Optional<List<JsonNode>> values(String field, JsonNode json) {
        if (!json.isArray()) {
            refuse(field, "The values to append or remove must be an array.");
            return Optional.empty();
        }
        List<JsonNode> values = new ArrayList<>(json.size());
        json.forEach(values::add);
        return Optional.of(List.copyOf(values));
    }

    /** Missing, null or empty. Some clients cannot distinguish an empty array from an empty object. */
    private static boolean isLeftOut(@Nullable JsonNode json) {
        return json == null || json.isNull() || (json.isContainerNode() && json.isEmpty());
    }

    /** Records the first fault. Later faults are ignored. */
    private void refuse(String field, String reason) {
        if (malformed == null) {
            malformed = new Malformed(field, reason);
        }
    }
}
