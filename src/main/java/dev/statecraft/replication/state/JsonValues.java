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
 * When two JSON values count as the same, whatever classes Jackson read them into. Numbers are the same if they are the
 * same IEEE 754 double, which is all that most clients keep of a number: {@code 1}, {@code 1.0} and {@code 10e-1} are one
 * number, and so are {@code 0.1} and {@code 0.10000000000000001}.
 */
public final class JsonValues {

    /** The largest number that every client's doubles count exactly up to: 2^53−1. */
    static final BigDecimal MAX_NUMBER = BigDecimal.valueOf((1L << 53) - 1);

    /** A longer number could be stored but not be sent back in a request; leading zeros are not counted. */
    static final int MAX_NUMBER_LENGTH = 64;

    private JsonValues() {}

    /** Whether two values are the same JSON: numbers by value, objects whatever the order of their keys. */
    public static boolean same(@Nullable JsonNode a, @Nullable JsonNode b) {
        if (a == null || b == null) {
            return a == null && b == null;
        }
        return canonical(a).equals(canonical(b));
    }

    /**
     * Whether a client that saw one would say it saw the other: as {@link #same}, but nothing and null are alike, and
     * so are an empty list and an empty object, which Luau cannot tell apart.
     */
    public static boolean alike(@Nullable JsonNode a, @Nullable JsonNode b) {
        return loose(a).equals(loose(b));
    }

    /**
     * The value with every number as the shortest decimal of its double, without trailing zeros: equal and of equal hash
     * if the same.
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

    /** Whether a value stands for nothing: null. */
    public static boolean isNothing(JsonNode value) {
        return value.isNull() || value.isMissingNode();
    }

    /** A number as JSON: a whole number without a point, another without trailing zeros. */
    public static JsonNode number(BigDecimal value) {
        BigDecimal stripped = value.stripTrailingZeros();
        return stripped.scale() <= 0
                ? JsonNodeFactory.instance.numberNode(stripped.longValueExact())
                : DecimalNode.valueOf(stripped);
    }

    /** Why a number cannot be part of a state, null if it can. */
    public static @Nullable String refusal(BigDecimal value) {
        if (value.abs().compareTo(MAX_NUMBER) > 0) {
            return "the result would be outside ±9007199254740991 (2^53-1)";
        }
        return length(value) > MAX_NUMBER_LENGTH
                ? "the result would have more than " + MAX_NUMBER_LENGTH + " characters"
                : null;
    }

    /** The characters of a number without exponent, from its first digit that is not a zero on. */
    private static int length(BigDecimal value) {
        int leadingZeros = Math.max(0, value.scale() - value.precision());
        return value.toPlainString().length() - leadingZeros;
    }

    /**
     * The id that a value names: a text as it is, an integer in digits however the number is written ({@code 817959853140},
     * {@code 817959853140.0}, {@code 8.1795985314e11}); nothing for any other value.
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
