package dev.statecraft.replication.guard;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.replication.state.JsonValues;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * A kind of rule of a {@link Guard}. A value that is missing, null or of another type violates MIN, MAX, MIN_LENGTH and
 * MAX_LENGTH. The length of a text is its number of Unicode code points, of a list its number of elements, of an object
 * its number of keys.
 */
public enum GuardRule {
    /** The value is a number and not less than the given one. */
    MIN("min"),
    /** The value is a number and not greater than the given one. */
    MAX("max"),
    /** The value equals the given one, as in {@link JsonValues#alike}. */
    EQUALS("equals"),
    /** The value has at least the given length. */
    MIN_LENGTH("minLength"),
    /** The value has at most the given length. */
    MAX_LENGTH("maxLength"),
    /** Whether the path has a value other than null. */
    EXISTS("exists");

    private final String word;

    GuardRule(String word) {
        this.word = word;
    }

    /** The name of the rule in requests and problems. */
    public String word() {
        return word;
    }

    /** Whether a guard of an update checks the rule on the state before the update, not on its result. */
    boolean isPrecondition() {
        return this == EQUALS || this == EXISTS;
    }

    /** Whether a value satisfies the rule. {@code required} is a valid operand of the rule. */
    boolean holds(JsonNode required, @Nullable JsonNode value) {
        return switch (this) {
            case MIN ->
                value != null && value.isNumber() && value.decimalValue().compareTo(required.decimalValue()) >= 0;
            case MAX ->
                value != null && value.isNumber() && value.decimalValue().compareTo(required.decimalValue()) <= 0;
            case EQUALS -> JsonValues.alike(required, value);
            case MIN_LENGTH -> length(value) >= required.intValue();
            case MAX_LENGTH -> length(value) >= 0 && length(value) <= required.intValue();
            case EXISTS -> required.booleanValue() == (value != null && !JsonValues.isNothing(value));
        };
    }

    /** Explains which operand the rule takes; null if {@code operand} is valid. */
    @Nullable String refusal(JsonNode operand) {
        return switch (this) {
            case MIN, MAX ->
                operand.isNumber() && JsonValues.refusal(operand.decimalValue()) == null
                        ? null
                        : word + " is a number between -9007199254740991 and 9007199254740991 (2^53-1).";
            case MIN_LENGTH, MAX_LENGTH ->
                operand.isNumber() && isLength(operand.decimalValue())
                        ? null
                        : word + " is an integer from 0 to " + Integer.MAX_VALUE + ".";
            case EXISTS -> operand.isBoolean() ? null : word + " is true or false.";
            case EQUALS -> null;
        };
    }

    private static boolean isLength(BigDecimal number) {
        return number.signum() >= 0
                && number.compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) <= 0
                && number.stripTrailingZeros().scale() <= 0;
    }

    /** The length of a value; -1 if it has none. */
    private static int length(@Nullable JsonNode value) {
        if (value == null) {
            return -1;
        }
        if (value.isTextual()) {
            String text = value.textValue();
            return text.codePointCount(0, text.length());
        }
        return value.isContainerNode() ? value.size() : -1;
    }
}
