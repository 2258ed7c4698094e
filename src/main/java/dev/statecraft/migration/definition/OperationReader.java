package dev.statecraft.migration.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.statecraft.migration.definition.DefinitionFields.Fault;
import dev.statecraft.migration.definition.MigrationOperation.Kind;
import dev.statecraft.migration.expression.ExpressionUse;
import dev.statecraft.replication.state.JsonValues;
import dev.statecraft.replication.state.StatePath;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads operations of a migration from JSON. Unknown fields and invalid values are rejected. */
final class OperationReader {

    private static final String NOT_A_PATH =
            "A path is a top-level key, or a JSON pointer such as /stats/coins (~1 for a"
                    + " slash in a key, ~0 for a tilde) of at most " + StatePath.MAX_TOKENS + " levels.";

    private static final Map<String, Set<String>> FIELDS = Map.of(
            "default", Set.of("op", "path", "value"),
            "rename", Set.of("op", "from", "path"),
            "remove", Set.of("op", "path", "lossy"),
            "convert", Set.of("op", "path", "from", "to", "lossy"),
            "mapValues", Set.of("op", "path", "map", "otherwise", "lossy"),
            "increment", Set.of("op", "path", "by"),
            "compute", Set.of("op", "path", "expression", "lossy"));

    private final DefinitionLimits limits;

    OperationReader(DefinitionLimits limits) {
        this.limits = limits;
    }

    OperationSequence read(String field, JsonNode json) throws Fault {
        if (!json.isArray() || json.isEmpty() || json.size() > limits.operations()) {
            throw new Fault(field, "The value must be an array of 1 to " + limits.operations() + " operations.");
        }
        List<MigrationOperation> operations = new ArrayList<>();
        for (JsonNode operation : json) {
            operations.add(operation(field + "[" + operations.size() + "]", operation));
        }
        return new OperationSequence(operations);
    }

    private MigrationOperation operation(String at, JsonNode json) throws Fault {
        JsonNode given = DefinitionFields.object(at, json);
        String op = DefinitionFields.text(at + ".op", given.get("op"), Integer.MAX_VALUE);
        Set<String> fields = FIELDS.get(op);
        if (fields == null) {
            throw new Fault(
                    at + ".op",
                    "Unknown operation " + op + ". Known operations: "
                            + String.join(
                                    ", ", FIELDS.keySet().stream().sorted().toList()) + ".");
        }
        DefinitionFields.noOtherFields(at + ".", given, fields);
        StatePath path = path(at + ".path", given.get("path"));
        boolean lossy = lossy(at + ".lossy", given.get("lossy"));
        return switch (op) {
            case "default" -> new MigrationOperation.Default(path, required(at + ".value", given.get("value")));
            case "rename" -> rename(at, given, path);
            case "remove" -> new MigrationOperation.Remove(path, lossy);
            case "convert" -> convert(at, given, path, lossy);
            case "mapValues" -> mapValues(at, given, path, lossy);
            case "increment" -> new MigrationOperation.Increment(path, amount(at + ".by", given.get("by")));
            default ->
                new MigrationOperation.Compute(
                        path,
                        DefinitionFields.expression(
                                at + ".expression", given.get("expression"), ExpressionUse.COMPUTATION, limits),
                        lossy);
        };
    }

    private MigrationOperation rename(String at, JsonNode json, StatePath path) throws Fault {
        StatePath from = path(at + ".from", json.get("from"));
        if (from.covers(path) || path.covers(from)) {
            throw new Fault(at + ".path", "path must differ from from, and neither path may contain the other.");
        }
        return new MigrationOperation.Rename(from, path, 0);
    }

    /** The default of {@code from} is string, and number if {@code to} is string. */
    private static MigrationOperation convert(String at, JsonNode json, StatePath path, boolean lossy) throws Fault {
        Kind to = kind(at + ".to", json.get("to"));
        Kind from =
                json.has("from") ? kind(at + ".from", json.get("from")) : to == Kind.STRING ? Kind.NUMBER : Kind.STRING;
        if (from == to) {
            throw new Fault(at + ".from", "from must differ from to.");
        }
        return new MigrationOperation.Convert(path, from, to, lossy);
    }

    private static Kind kind(String field, @Nullable JsonNode json) throws Fault {
        for (Kind kind : Kind.values()) {
            if (json != null
                    && json.isTextual()
                    && kind.name().toLowerCase(Locale.ROOT).equals(json.textValue())) {
                return kind;
            }
        }
        throw new Fault(field, "The value must be one of number, string and boolean.");
    }

    private static MigrationOperation mapValues(String at, JsonNode json, StatePath path, boolean lossy) throws Fault {
        JsonNode map = DefinitionFields.object(at + ".map", json.get("map"));
        if (map.isEmpty()) {
            throw new Fault(at + ".map", "map must have at least one value.");
        }
        Map<JsonNode, JsonNode> pairs = new LinkedHashMap<>();
        for (var pair : map.properties()) {
            pairs.put(JsonNodeFactory.instance.textNode(pair.getKey()), plain(pair.getValue()));
        }
        JsonNode otherwise = json.get("otherwise");
        return new MigrationOperation.MapValues(path, pairs, otherwise == null ? null : plain(otherwise), lossy);
    }

    /** Normalizes a number, so that equal numbers are equal values. */
    private static JsonNode plain(JsonNode value) {
        return value.isNumber() ? JsonValues.number(value.decimalValue()) : value;
    }

    private static BigDecimal amount(String field, @Nullable JsonNode json) throws Fault {
        if (json == null || !json.isNumber() || JsonValues.refusal(json.decimalValue()) != null) {
            throw new Fault(field, "The value must be a number from -9007199254740991 to 9007199254740991 (2^53-1).");
        }
        return json.decimalValue();
    }

    private static boolean lossy(String field, @Nullable JsonNode json) throws Fault {
        if (json != null && !json.isBoolean()) {
            throw new Fault(field, "The value must be true or false.");
        }
        return json != null && json.booleanValue();
    }

    private static JsonNode required(String field, @Nullable JsonNode json) throws Fault {
        if (json == null) {
            throw new Fault(field, "The field " + field + " is missing.");
        }
        return json;
    }

    private static StatePath path(String field, @Nullable JsonNode json) throws Fault {
        String text = DefinitionFields.text(field, json, Integer.MAX_VALUE);
        StatePath path = StatePath.parse(text).orElse(null);
        if (path == null) {
            throw new Fault(field, NOT_A_PATH);
        }
        return path;
    }
}
