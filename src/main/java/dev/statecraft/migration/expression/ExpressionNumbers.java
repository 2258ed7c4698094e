package dev.statecraft.migration.expression;

import dev.statecraft.table.CanonicalJson;
import java.math.BigDecimal;
import java.util.List;
import java.util.regex.Pattern;

/** Arithmetic of expressions. A result of integers is a Long, any other result a Double. */
final class ExpressionNumbers {

    private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]{1,19}");
    private static final Pattern NUMBER = Pattern.compile("[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?");
    private static final int MAX_LENGTH = 64;
    private static final double TWO_TO_63 = 0x1p63;
    private static final long EXACT = 1L << 53;

    static boolean isNumber(Object value) {
        return value instanceof Long || value instanceof Double;
    }

    static boolean isNan(Object value) {
        return value instanceof Double number && number.isNaN();
    }

    /** Whether a value is a number without fraction in the range of a long. */
    static boolean isWhole(Object value) {
        return value instanceof Long
                || (value instanceof Double number && number == Math.rint(number) && Math.abs(number) < TWO_TO_63);
    }

    /** Compares two numbers by value, neither of them NaN. */
    static int compare(Object first, Object second) {
        if (first instanceof Long a && second instanceof Long b) {
            return Long.compare(a, b);
        }
        if (isExact(first) && isExact(second)) {
            double a = ((Number) first).doubleValue();
            double b = ((Number) second).doubleValue();
            return a < b ? -1 : a > b ? 1 : 0;
        }
        return exact(first).compareTo(exact(second));
    }

    private static boolean isExact(Object number) {
        return number instanceof Double value
                ? value.isInfinite() || Math.abs(value) <= EXACT
                : Math.abs((Long) number) <= EXACT;
    }

    private static BigDecimal exact(Object number) {
        if (number instanceof Long whole) {
            return BigDecimal.valueOf(whole);
        }
        double value = (Double) number;
        // An infinity compares like the largest double: both exceed every integer.
        return new BigDecimal(Double.isInfinite(value) ? Math.copySign(Double.MAX_VALUE, value) : value);
    }

    /** Formats a number as JSON. */
    static String text(double number) {
        return Double.isNaN(number) || Double.isInfinite(number)
                ? Double.toString(number)
                : CanonicalJson.number(number);
    }

    Object arithmetic(char operator, Object first, Object second) throws ExpressionFailure {
        if (!isNumber(first) || !isNumber(second)) {
            throw ExpressionType.mismatch(String.valueOf(operator), List.of(first, second));
        }
        if (first instanceof Long a && second instanceof Long b) {
            return whole(operator, a, b);
        }
        double a = ((Number) first).doubleValue();
        double b = ((Number) second).doubleValue();
        if ((operator == '/' || operator == '%') && b == 0) {
            throw new ExpressionFailure("division by zero");
        }
        return switch (operator) {
            case '+' -> a + b;
            case '-' -> a - b;
            case '*' -> a * b;
            case '/' -> a / b;
            default -> a % b;
        };
    }

    private static Long whole(char operator, long a, long b) throws ExpressionFailure {
        if ((operator == '/' || operator == '%') && b == 0) {
            throw new ExpressionFailure("division by zero");
        }
        try {
            return switch (operator) {
                case '+' -> Math.addExact(a, b);
                case '-' -> Math.subtractExact(a, b);
                case '*' -> Math.multiplyExact(a, b);
                case '/' -> b == -1 ? Math.negateExact(a) : a / b;
                default -> b == -1 ? 0 : a % b;
            };
        } catch (ArithmeticException e) {
            throw overflow();
        }
    }

    private static ExpressionFailure overflow() {
        return new ExpressionFailure("the result is larger than a 64-bit integer");
    }

    Object negated(Object value) throws ExpressionFailure {
        return value instanceof Double number ? (Object) (-number) : arithmetic('-', 0L, value);
    }

    Object integer(Object value) throws ExpressionFailure {
        if (value instanceof Double number) {
            if (!(Math.abs(number) < TWO_TO_63)) {
                throw overflow();
            }
            return number.longValue();
        }
        if (value instanceof String text) {
            if (!INTEGER.matcher(text).matches()) {
                throw new ExpressionFailure(ExpressionFailure.quoted(text) + " is not an integer");
            }
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException e) {
                throw overflow();
            }
        }
        if (value instanceof Long) {
            return value;
        }
        throw ExpressionType.mismatch("int", List.of(value));
    }

    Object fraction(Object value) throws ExpressionFailure {
        if (value instanceof String text) {
            if (text.length() > MAX_LENGTH || !NUMBER.matcher(text).matches()) {
                throw new ExpressionFailure(ExpressionFailure.quoted(text) + " is not a number");
            }
            return Double.parseDouble(text);
        }
        if (isNumber(value)) {
            return ((Number) value).doubleValue();
        }
        throw ExpressionType.mismatch("double", List.of(value));
    }

    /** The maximum or minimum of numbers; the first of equal ones. */
    Object extreme(List<?> numbers, boolean greatest) throws ExpressionFailure {
        Object extreme = null;
        for (Object number : numbers) {
            if (!isNumber(number) || isNan(number)) {
                throw ExpressionType.mismatch(greatest ? "max" : "min", List.of(number));
            }
            if (extreme == null || (greatest ? compare(number, extreme) > 0 : compare(number, extreme) < 0)) {
                extreme = number;
            }
        }
        if (extreme == null) {
            throw new ExpressionFailure("an empty list has no " + (greatest ? "max" : "min"));
        }
        return extreme;
    }

    Object mathematics(String function, List<Object> arguments) throws ExpressionFailure {
        if (!arguments.stream().allMatch(ExpressionNumbers::isNumber)) {
            throw ExpressionType.mismatch("math." + function, arguments);
        }
        if (function.startsWith("bit")) {
            return bits(function, arguments);
        }
        Object number = arguments.get(0);
        double value = ((Number) number).doubleValue();
        return switch (function) {
            case "sqrt" -> Math.sqrt(value);
            case "isNaN" -> Double.isNaN(value);
            case "isInf" -> Double.isInfinite(value);
            case "isFinite" -> Double.isFinite(value);
            default -> number instanceof Long whole ? ofInteger(function, whole) : ofFraction(function, value);
        };
    }

    private Object ofInteger(String function, Long whole) throws ExpressionFailure {
        return switch (function) {
            case "abs" -> whole < 0 ? arithmetic('-', 0L, whole) : whole;
            case "sign" -> (long) Long.signum(whole);
            default -> whole;
        };
    }

    private static double ofFraction(String function, double value) {
        return switch (function) {
            case "ceil" -> Math.ceil(value);
            case "floor" -> Math.floor(value);
            case "trunc" -> value < 0 ? Math.ceil(value) : Math.floor(value);
            case "abs" -> Math.abs(value);
            case "sign" -> Math.signum(value);
            // Halves are rounded away from zero.
            default -> Math.copySign(Math.floor(Math.abs(value) + rounding(value)), value);
        };
    }

    /** One half; just below it where the sum would be rounded up to the next integer. */
    private static double rounding(double value) {
        double fraction = Math.abs(value) - Math.floor(Math.abs(value));
        return fraction >= 0.5 ? 0.5 : 0;
    }

    private static Object bits(String function, List<Object> arguments) throws ExpressionFailure {
        if (!arguments.stream().allMatch(ExpressionNumbers::isWhole)) {
            throw ExpressionType.mismatch("math." + function, arguments);
        }
        long first = ((Number) arguments.get(0)).longValue();
        long second = arguments.size() < 2 ? 0 : ((Number) arguments.get(1)).longValue();
        if (function.startsWith("bitShift") && second < 0) {
            throw new ExpressionFailure("the shift distance must be at least 0");
        }
        return switch (function) {
            case "bitAnd" -> first & second;
            case "bitOr" -> first | second;
            case "bitXor" -> first ^ second;
            case "bitNot" -> ~first;
            case "bitShiftLeft" -> second >= Long.SIZE ? 0L : first << second;
            default -> second >= Long.SIZE ? 0L : first >>> second;
        };
    }
}
