package dev.statecraft.replication.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Equality of JSON values, independent of the Jackson classes that hold them. Two numbers are equal if they are the
 * same IEEE 754 double, because most clients store numbers as doubles: {@code 1}, {@code 1.0} and {@code 10e-1} are
 * equal, and so are {@code 0.1} and {@code 0.10000000000000001}.
 */
public final class JsonValues {

    /** 2^53−1: every integer up to this one is exact as a double. */
    static final BigDecimal MAX_NUMBER = BigDecimal.valueOf((1L << 53) - 1);

    /** Maximum characters of a number without leading zeros. Requests with longer numbers are rejected. */
    static final int MAX_NUMBER_LENGTH = 64;

    private JsonValues() {}

    /** Whether two values are the same JSON. Numbers are compared by value; the order of keys is ignored. */
    public static boolean same(@Nullable JsonNode a, @Nullable JsonNode b) {
        if (a == null || b == null) {
            return a == null && b == null;
        }
        // Most compared values are equal as they are.
        return a.equals(b) || canonical(a).equals(canonical(b));
    }

    /**
     * Whether two values are equal for a Luau client: as {@link #same}, but a missing value equals null, and an empty
     * list equals an empty object.
     */
    public static boolean alike(@Nullable JsonNode a, @Nullable JsonNode b) {
        return (a != null && a.equals(b)) || loose(a).equals(loose(b));
    }

    /**
     * The value with every number as the shortest decimal of its double, without trailing zeros. Values that are the
     * {@link #same} have equal canonical forms with equal hash codes.
     */
    public static JsonNode canonical(JsonNode value) {
        if (value.isNumber()) {
            double number = value.doubleValue();
            return DecimalNode.valueOf((Double.isInfinite(number) ? value.decimalValue() : BigDecimal.valueOf(number))
                    .stripTrailingZeros());
        }
        if (value.isObject()) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            value.properties().forEach(field -> copy.set(field.getKey(), canonical(field.getValue())));
            return copy;
        }
        if (value.isArray()) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode(value.size());
            value.forEach(element -> copy.add(canonical(element)));
            return copy;
        }
        return value;
    }

    private static JsonNode loose(@Nullable JsonNode value) {
        if (value == null || isNothing(value)) {
            return MissingNode.getInstance();
        }
        if (value.isObject()) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            value.properties().forEach(field -> {
                if (!isNothing(field.getValue())) {
                    copy.set(field.getKey(), loose(field.getValue()));
                }
            });
            return copy;
        }
        if (value.isArray()) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode(value.size());
            value.forEach(element -> copy.add(loose(element)));
            return copy.isEmpty() ? JsonNodeFactory.instance.objectNode() : copy;
        }
        return canonical(value);
    }

    /** Whether a value is null or missing. */
    public static boolean isNothing(JsonNode value) {
        return value.isNull() || value.isMissingNode();
    }

    /** A number as JSON: integers without a decimal point, other numbers without trailing zeros. */
    public static JsonNode number(BigDecimal value) {
        BigDecimal stripped = value.stripTrailingZeros();
        return stripped.scale() <= 0
                ? JsonNodeFactory.instance.numberNode(stripped.longValueExact())
                : DecimalNode.valueOf(stripped);
    }

    /** The reason why a number cannot be part of a state; null if it can. */
    public static @Nullable String refusal(BigDecimal value) {
        if (value.abs().compareTo(MAX_NUMBER) > 0) {
            return "the result would be outside ±9007199254740991 (2^53-1)";
        }
        return length(value) > MAX_NUMBER_LENGTH
                ? "the result would have more than " + MAX_NUMBER_LENGTH + " characters"
                : null;
    }

    /** The characters of a number in plain notation without leading zeros. */
    private static int length(BigDecimal value) {
        int leadingZeros = Math.max(0, value.scale() - value.precision());
        return value.toPlainString().length() - leadingZeros;
    }

    /**
     * The id that a value contains: a text unchanged, an integer as digits regardless of its notation
     * ({@code 817959853140}, {@code 817959853140.0}, {@code 8.1795985314e11}). Empty for any other value.
     */
    public static Optional<String> id(JsonNode value) {
        if (value.isTextual()) {
            return Optional.of(value.textValue());
        }
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            return Optional.empty();
        }
        BigDecimal number = value.decimalValue().stripTrailingZeros();
        return number.scale() > 0 || number.abs().compareTo(MAX_NUMBER) > 0
                ? Optional.empty()
                : Optional.of(number.toPlainString());
    }
}
