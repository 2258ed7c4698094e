package dev.statecraft.replication.guard;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.replication.guard.ValueSchema.Bounds;
import dev.statecraft.replication.state.StateLimits;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads and compiles schemas. Known keywords: {@code type}, {@code properties}, {@code required}, {@code
 * additionalProperties}, {@code items}, {@code enum}, {@code minimum}, {@code maximum}, {@code minLength}, {@code
 * maxLength}, {@code minItems}, {@code maxItems} and {@code pattern}. Any other keyword is rejected.
 */
public final class SchemaReader {

    private static final List<String> KEYWORDS = List.of(
            "type",
            "properties",
            "required",
            "additionalProperties",
            "items",
            "enum",
            "minimum",
            "maximum",
            "minLength",
            "maxLength",
            "minItems",
            "maxItems",
            "pattern");
    private static final Map<String, ValueType> TYPES =
            Stream.of(ValueType.values()).collect(Collectors.toUnmodifiableMap(ValueType::word, type -> type));

    private final int patternSize;

    private SchemaReader(int patternSize) {
        this.patternSize = patternSize;
    }

    /** Result of reading a schema. Variants are listed in order of precedence. */
    public sealed interface Reading {}

    /** The schema is not valid at {@code field}, for example {@code schema.properties.coins.minimum}. */
    public record Malformed(String field, String reason) implements Reading {}

    /** The schema was read. */
    public record Read(StateSchema schema) implements Reading {}

    /** Ends the reading of a schema at the first fault. */
    private static final class Fault extends Exception {

        private static final long serialVersionUID = 1L;

        private final String field;

        Fault(String field, String reason) {
            super(reason, null, false, false);
            this.field = field;
        }

        Malformed malformed() {
            return new Malformed(field, String.valueOf(getMessage()));
        }
    }

    /**
     * Reads a schema. An empty list is the empty schema, which every value satisfies, because Luau encodes an empty table so.
     *
     * @param field the field of the request, put before the keyword in {@link Malformed}
     * @param patternSize maximum number of instructions of a compiled pattern
     */
    public static Reading parse(String field, JsonNode json, int patternSize) {
        try {
            ValueSchema root = new SchemaReader(patternSize).schema(field, json, 1);
            if (!root.types().isEmpty() && !root.types().contains(ValueType.OBJECT)) {
                return new Malformed(
                        field + ".type", "A state is an object, so the type of the schema must be object.");
            }
            return new Read(new StateSchema(json.deepCopy(), root));
        } catch (Fault e) {
            return e.malformed();
        }
    }

    private ValueSchema schema(String at, JsonNode json, int depth) throws Fault {
        if (!json.isObject() && !(json.isArray() && json.isEmpty())) {
            throw new Fault(at, "A schema must be an object.");
        }
        if (depth > StateLimits.MAX_DEPTH) {
            throw new Fault(at, "A schema is nested at most " + StateLimits.MAX_DEPTH + " levels deep.");
        }
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            if (!KEYWORDS.contains(field.getKey())) {
                throw new Fault(
                        at + "." + field.getKey(),
                        "The keyword " + field.getKey() + " is not supported. Supported keywords: "
                                + String.join(", ", KEYWORDS) + ".");
            }
        }
        JsonNode others = json.get("additionalProperties");
        boolean flag = others == null || others.isBoolean();
        JsonNode items = json.get("items");
        return new ValueSchema(
                types(at + ".type", json.get("type")),
                values(at + ".enum", json.get("enum")),
                number(at + ".minimum", json.get("minimum")),
                number(at + ".maximum", json.get("maximum")),
                bounds(at, json, "minLength", "maxLength"),
                pattern(at + ".pattern", json.get("pattern")),
                bounds(at, json, "minItems", "maxItems"),
                items == null ? null : schema(at + ".items", items, depth + 1),
                required(at + ".required", json.get("required")),
                properties(at + ".properties", json.get("properties"), depth),
                others != null && flag && !others.booleanValue(),
                others == null || flag ? null : schema(at + ".additionalProperties", others, depth + 1));
    }

    private static Set<ValueType> types(String at, @Nullable JsonNode json) throws Fault {
        Set<ValueType> types = EnumSet.noneOf(ValueType.class);
        if (json == null) {
            return types;
        }
        Iterable<JsonNode> names = json.isArray() ? json : List.of(json);
        for (JsonNode name : names) {
            ValueType type = name.isTextual() ? TYPES.get(name.textValue()) : null;
            if (type == null || !types.add(type)) {
                throw unknownType(at);
            }
        }
        if (types.isEmpty()) {
            throw unknownType(at);
        }
        return types;
    }

    private static Fault unknownType(String at) {
        return new Fault(
                at,
                "type is one of null, boolean, object, array, number, integer, string, or a list of different ones.");
    }

    private static List<JsonNode> values(String at, @Nullable JsonNode json) throws Fault {
        List<JsonNode> values = new ArrayList<>();
        if (json != null) {
            if (!json.isArray() || json.isEmpty()) {
                throw new Fault(at, "enum is a list of at least one value.");
            }
            json.forEach(values::add);
        }
        return values;
    }

    private static @Nullable BigDecimal number(String at, @Nullable JsonNode json) throws Fault {
        if (json == null) {
            return null;
        }
        String refusal = GuardRule.MIN.refusal(json);
        if (refusal != null) {
            throw new Fault(at, "The limit is a number between -9007199254740991 and 9007199254740991 (2^53-1).");
        }
        return json.decimalValue();
    }

    private static Bounds bounds(String at, JsonNode json, String least, String most) throws Fault {
        return new Bounds(length(at + "." + least, json.get(least)), length(at + "." + most, json.get(most)));
    }

    private static @Nullable Integer length(String at, @Nullable JsonNode json) throws Fault {
        if (json == null) {
            return null;
        }
        if (GuardRule.MIN_LENGTH.refusal(json) != null) {
            throw new Fault(at, "The limit is an integer from 0 to " + Integer.MAX_VALUE + ".");
        }
        return json.intValue();
    }

    private @Nullable TextPattern pattern(String at, @Nullable JsonNode json) throws Fault {
        if (json == null) {
            return null;
        }
        if (!json.isTextual()) {
            throw new Fault(at, "pattern is a regular expression in the syntax of RE2.");
        }
        TextPattern.Compilation compilation = TextPattern.compile(json.textValue());
        if (compilation instanceof TextPattern.Invalid invalid) {
            throw new Fault(at, "The pattern is rejected: " + invalid.reason() + ".");
        }
        TextPattern pattern = ((TextPattern.Compiled) compilation).pattern();
        if (pattern.size() > patternSize) {
            throw new Fault(
                    at,
                    "The pattern has " + pattern.size() + " instructions. A pattern has at most " + patternSize + ".");
        }
        return pattern;
    }

    private static List<String> required(String at, @Nullable JsonNode json) throws Fault {
        Set<String> keys = new LinkedHashSet<>();
        if (json != null) {
            if (!json.isArray()) {
                throw new Fault(at, "required is a list of different keys.");
            }
            for (JsonNode key : json) {
                if (!key.isTextual() || !keys.add(key.textValue())) {
                    throw new Fault(at, "required is a list of different keys.");
                }
            }
        }
        return List.copyOf(keys);
    }

    private SortedMap<String, ValueSchema> properties(String at, @Nullable JsonNode json, int depth) throws Fault {
        SortedMap<String, ValueSchema> properties = new TreeMap<>();
        if (json == null || (json.isArray() && json.isEmpty())) {
            return properties;
        }
        if (!json.isObject()) {
            throw new Fault(at, "properties is an object with a schema for each key.");
        }
        for (Map.Entry<String, JsonNode> property : json.properties()) {
            properties.put(property.getKey(), schema(at + "." + property.getKey(), property.getValue(), depth + 1));
        }
        return properties;
    }
}
