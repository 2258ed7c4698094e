package dev.statecraft.migration.expression;

import com.fasterxml.jackson.databind.node.NullNode;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The functions and operators of expressions. The values determine the overload. Each function charges the meter before
 * work that grows with its arguments.
 */
final class ExpressionFunctions {

    private static final Set<String> TRUE = Set.of("true", "t", "1");
    private static final Set<String> FALSE = Set.of("false", "f", "0");

    private final ExpressionMeter meter;
    private final ExpressionCollections collections;
    private final ExpressionText texts;
    private final ExpressionNumbers numbers;

    ExpressionFunctions(ExpressionMeter meter) {
        this.meter = meter;
        this.collections = new ExpressionCollections(meter);
        this.texts = new ExpressionText(meter);
        this.numbers = new ExpressionNumbers();
    }

    /** Applies a function to its arguments, the receiver first. */
    Object apply(String function, List<Object> arguments) throws ExpressionFailure {
        if (function.startsWith("math.")) {
            return mathematics(function, arguments);
        }
        Object first = arguments.isEmpty() ? NullNode.getInstance() : arguments.get(0);
        Object second = arguments.size() < 2 ? NullNode.getInstance() : arguments.get(1);
        return switch (function) {
            case "_==_" -> collections.same(first, second);
            case "_!=_" -> !collections.same(first, second);
            case "_+_" -> sum(first, second);
            case "_-_", "_*_", "_/_", "_%_" -> numbers.arithmetic(function.charAt(1), first, second);
            case "-_" -> numbers.negated(first);
            case "!_" -> not(first);
            case "_<_", "_<=_", "_>_", "_>=_" -> compared(function, first, second);
            case "_[_]" -> collections.indexed(first, second);
            case "@in" -> collections.in(first, second);
            case "size" -> collections.size(first);
            case "dyn" -> first;
            case "type" -> ExpressionType.of(first);
            case "int" -> numbers.integer(first);
            case "double" -> numbers.fraction(first);
            case "string" -> string(first);
            case "bool" -> bool(first);
            case "sum" -> total(collections.list(function, first));
            case "min", "max" -> numbers.extreme(collections.list(function, first), function.equals("max"));
            case "merge" -> collections.merged(function, first, second);
            case "without" -> collections.without(function, first, second);
            case "cel.@mapInsert" -> collections.inserted(arguments);
            case "_?._", "_[?_]", "optional.of", "optional.none", "optional.ofNonZeroValue", "optional.unwrap" ->
                collections.optional(function, first, second);
            case "hasValue", "value", "or", "orValue", "first", "last", "unwrapOpt" ->
                collections.ofOptional(function, first, second);
            default -> texts.apply(function, arguments);
        };
    }

    private Object mathematics(String function, List<Object> arguments) throws ExpressionFailure {
        if (!function.startsWith("math.@")) {
            return numbers.mathematics(function.substring("math.".length()), arguments);
        }
        List<?> all = arguments.size() == 1 && arguments.get(0) instanceof List<?> list ? list : arguments;
        return numbers.extreme(collections.list(function, all), function.equals("math.@max"));
    }

    private Object total(List<?> list) throws ExpressionFailure {
        Object total = 0L;
        for (Object element : list) {
            total = numbers.arithmetic('+', total, element);
        }
        return total;
    }

    private Object sum(Object first, Object second) throws ExpressionFailure {
        if (first instanceof String text && second instanceof String more) {
            meter.expectText((long) text.length() + more.length());
            return text + more;
        }
        return second instanceof List<?> more
                ? collections.joined(first, more)
                : numbers.arithmetic('+', first, second);
    }

    private static Object not(Object value) throws ExpressionFailure {
        if (value instanceof Boolean truth) {
            return !truth;
        }
        throw ExpressionType.mismatch("!_", List.of(value));
    }

    private Object compared(String function, Object first, Object second) throws ExpressionFailure {
        int order;
        if (first instanceof String a && second instanceof String b) {
            meter.chargeText(Math.min(a.length(), b.length()));
            order = ExpressionText.compare(a, b);
        } else if (first instanceof Boolean a && second instanceof Boolean b) {
            order = a.compareTo(b);
        } else if (ExpressionNumbers.isNumber(first) && ExpressionNumbers.isNumber(second)) {
            if (ExpressionNumbers.isNan(first) || ExpressionNumbers.isNan(second)) {
                return false;
            }
            order = ExpressionNumbers.compare(first, second);
        } else {
            throw ExpressionType.mismatch(function, List.of(first, second));
        }
        return switch (function) {
            case "_<_" -> order < 0;
            case "_<=_" -> order <= 0;
            case "_>_" -> order > 0;
            default -> order >= 0;
        };
    }

    private static Object string(Object value) throws ExpressionFailure {
        if (value instanceof Double number) {
            return ExpressionNumbers.text(number);
        }
        if (value instanceof String || value instanceof Long || value instanceof Boolean) {
            return value.toString();
        }
        throw ExpressionType.mismatch("string", List.of(value));
    }

    private static Object bool(Object value) throws ExpressionFailure {
        if (value instanceof Boolean) {
            return value;
        }
        if (value instanceof String text && text.length() <= "false".length()) {
            String word = text.toLowerCase(Locale.ROOT);
            if (TRUE.contains(word) || FALSE.contains(word)) {
                return TRUE.contains(word);
            }
        }
        throw new ExpressionFailure("neither true nor false is written in " + ExpressionType.described(value));
    }
}
