package dev.statecraft.testing.dynamo.expression;

import java.math.BigDecimal;

/** DynamoDB's numbers: decimal text with up to 38 significant digits. */
public final class DecimalText {

    private static final int DIGITS = 38;
    private static final int MOST_EXPONENT = 125;
    private static final int LEAST_EXPONENT = -130;
    private static final int LONG_DIGITS = 18;

    private DecimalText() {}

    /** The text in which DynamoDB returns a number. Rejects text that is none, or too long, large or small. */
    public static String canonical(String text) {
        return isShortInteger(text) ? text : canonical(parse(text));
    }

    /** Compares two canonical numbers. */
    public static int compare(String a, String b) {
        if (isShortInteger(a) && isShortInteger(b)) {
            return Long.compare(Long.parseLong(a), Long.parseLong(b));
        }
        return new BigDecimal(a).compareTo(new BigDecimal(b));
    }

    static String add(String a, String b) {
        return canonical(new BigDecimal(a).add(new BigDecimal(b)));
    }

    static String subtract(String a, String b) {
        return canonical(new BigDecimal(a).subtract(new BigDecimal(b)));
    }

    /** Number of significant digits of a canonical number; zero has one. */
    public static int significantDigits(String number) {
        BigDecimal value = new BigDecimal(number);
        return value.signum() == 0 ? 1 : value.stripTrailingZeros().precision();
    }

    private static BigDecimal parse(String text) {
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException e) {
            throw DynamoErrors.invalid(
                    text.isEmpty()
                            ? "The parameter cannot be converted to a numeric value"
                            : "The parameter cannot be converted to a numeric value: " + text);
        }
    }

    private static String canonical(BigDecimal number) {
        if (number.signum() == 0) {
            return "0";
        }
        BigDecimal stripped = number.stripTrailingZeros();
        if (stripped.precision() > DIGITS) {
            throw DynamoErrors.invalid("Attempting to store more than 38 significant digits in a Number");
        }
        int exponent = stripped.precision() - stripped.scale() - 1;
        if (exponent > MOST_EXPONENT) {
            throw DynamoErrors.invalid(
                    "Number overflow. Attempting to store a number with magnitude larger than supported range");
        }
        if (exponent < LEAST_EXPONENT) {
            throw DynamoErrors.invalid(
                    "Number underflow. Attempting to store a number with magnitude smaller than supported range");
        }
        return stripped.toPlainString();
    }

    /** Whether the text is a canonical integer that a long holds. */
    private static boolean isShortInteger(String text) {
        int length = text.length();
        if (length == 0) {
            return false;
        }
        int first = text.charAt(0) == '-' ? 1 : 0;
        if (length - first > LONG_DIGITS || length == first) {
            return false;
        }
        if (text.charAt(first) == '0') {
            return length == 1;
        }
        for (int i = first; i < length; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return false;
            }
        }
        return true;
    }
}
