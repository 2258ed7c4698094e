package dev.statecraft.replication.guard;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.replication.state.JsonValues;
import dev.statecraft.replication.state.StatePath;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The schema of one value and the values in it. A keyword applies to values of its types only: {@code minimum} to numbers,
 * {@code pattern} to texts.
 *
 * @param types allowed types; empty for all
 * @param values allowed values; empty for all
 * @param length bounds of the length of a text
 * @param size bounds of the number of elements of a list
 * @param items schema of the elements of a list; null for any
 * @param required keys that an object must have, in the order of their checks
 * @param properties schemas of the values of an object by key
 * @param closed whether an object has no other keys than those of {@code properties}
 * @param additional schema of the values of other keys; null for any
 */
record ValueSchema(
        Set<ValueType> types,
        List<JsonNode> values,
        @Nullable BigDecimal minimum,
        @Nullable BigDecimal maximum,
        Bounds length,
        @Nullable TextPattern pattern,
        Bounds size,
        @Nullable ValueSchema items,
        List<String> required,
        SortedMap<String, ValueSchema> properties,
        boolean closed,
        @Nullable ValueSchema additional) {

    /** Copies the collections. */
    ValueSchema {
        types = types.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(types));
        values = List.copyOf(values);
        required = List.copyOf(required);
        properties = Collections.unmodifiableSortedMap(new TreeMap<>(properties));
    }

    /** Bounds of a length, inclusive; null for none. */
    record Bounds(@Nullable Integer least, @Nullable Integer most) {

        boolean isTooSmall(int length) {
            return least != null && length < least;
        }

        boolean isTooLarge(int length) {
            return most != null && length > most;
        }
    }

    /**
     * The first violated keyword of a value: the keywords of the value itself in a fixed order, then those of its elements
     * in their order and of its keys in alphabetical order.
     */
    Optional<SchemaViolation> violation(JsonNode value) {
        return violation(value, new ArrayDeque<>());
    }

    private Optional<SchemaViolation> violation(JsonNode value, Deque<String> at) {
        String keyword = violatedKeyword(value);
        if (keyword != null) {
            return violated(at, keyword);
        }
        Optional<SchemaViolation> violation = Optional.empty();
        if (value.isArray() && items != null) {
            for (int i = 0; i < value.size() && violation.isEmpty(); i++) {
                violation = below(items, value.get(i), Integer.toString(i), at);
            }
        }
        if (violation.isEmpty() && (value.isObject() || (value.isArray() && value.isEmpty()))) {
            violation = ofObject(value, at);
        }
        return violation;
    }

    private static Optional<SchemaViolation> below(ValueSchema schema, JsonNode value, String token, Deque<String> at) {
        at.addLast(token);
        Optional<SchemaViolation> violation = schema.violation(value, at);
        at.removeLast();
        return violation;
    }

    private static Optional<SchemaViolation> violated(Deque<String> at, String keyword) {
        return Optional.of(new SchemaViolation(StatePath.pointer(new ArrayList<>(at)), keyword));
    }

    private static Optional<SchemaViolation> violated(Deque<String> at, String key, String keyword) {
        at.addLast(key);
        Optional<SchemaViolation> violation = violated(at, keyword);
        at.removeLast();
        return violation;
    }

    /** The first violated keyword that concerns the value as a whole; null if there is none. */
    private @Nullable String violatedKeyword(JsonNode value) {
        if (!types.isEmpty() && types.stream().noneMatch(type -> type.includes(value))) {
            return "type";
        }
        if (!values.isEmpty() && values.stream().noneMatch(one -> JsonValues.alike(one, value))) {
            return "enum";
        }
        if (value.isNumber()) {
            return violatedByNumber(value.decimalValue());
        }
        if (value.isTextual()) {
            return violatedByText(value.textValue());
        }
        if (value.isArray() || (value.isObject() && value.isEmpty())) {
            return size.isTooSmall(value.size()) ? "minItems" : size.isTooLarge(value.size()) ? "maxItems" : null;
        }
        return null;
    }

    private @Nullable String violatedByNumber(BigDecimal number) {
        if (minimum != null && number.compareTo(minimum) < 0) {
            return "minimum";
        }
        return maximum != null && number.compareTo(maximum) > 0 ? "maximum" : null;
    }

    private @Nullable String violatedByText(String text) {
        int codePoints = text.codePointCount(0, text.length());
        if (length.isTooSmall(codePoints)) {
            return "minLength";
        }
        if (length.isTooLarge(codePoints)) {
            return "maxLength";
        }
        return pattern != null && !pattern.isIn(text) ? "pattern" : null;
    }

    private Optional<SchemaViolation> ofObject(JsonNode value, Deque<String> at) {
        for (String key : required) {
            if (!value.has(key)) {
                return violated(at, key, "required");
            }
        }
        for (Map.Entry<String, ValueSchema> property : properties.entrySet()) {
            JsonNode member = value.get(property.getKey());
            if (member != null) {
                Optional<SchemaViolation> violation = below(property.getValue(), member, property.getKey(), at);
                if (violation.isPresent()) {
                    return violation;
                }
            }
        }
        return closed || additional != null ? ofOtherKeys(value, at) : Optional.empty();
    }

    private Optional<SchemaViolation> ofOtherKeys(JsonNode value, Deque<String> at) {
        TreeSet<String> others = new TreeSet<>();
        value.fieldNames().forEachRemaining(others::add);
        others.removeAll(properties.keySet());
        for (String key : others) {
            Optional<SchemaViolation> violation = additional == null
                    ? violated(at, key, "additionalProperties")
                    : below(additional, value.get(key), key, at);
            if (violation.isPresent()) {
                return violation;
            }
        }
        return Optional.empty();
    }
}
