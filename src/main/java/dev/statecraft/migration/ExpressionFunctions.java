package dev.statecraft.migration;

import com.fasterxml.jackson.databind.node.NullNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The functions and operators of expressions. Which overload is meant follows from the values. Each charges the meter
 * before it does what grows with its arguments.
 */
final class ExpressionFunctions {

    private static final Set<String> TRUE = Set.of("true", "t", "1");
    private static final Set<String> FALSE = Set.of("false", "f", "0");

    private final ExpressionMeter meter;
    private final ExpressionText texts;
    private final ExpressionNumbers numbers;

    ExpressionFunctions(ExpressionMeter meter) {
        this.meter = meter;
        this.texts = new ExpressionText(meter);
        this.numbers = new ExpressionNumbers();
    }

    /** What a comprehension builds, element by element, in place; one of the two is empty. */
    static final class Building {

        private final List<Object> list;
        private final Map<Object, Object> map;
        private final boolean isList;
        private long size = 1;

        private Building(boolean isList) {
            this.isList = isList;
            list = new ArrayList<>();
            map = new LinkedHashMap<>();
        }

        static Building list() {
            return new Building(true);
        }

        static Building map() {
            return new Building(false);
        }

        /** The list or map when nothing is added to it any more. */
        Object complete(ExpressionMeter meter) {
            return isList ? meter.made(list) : meter.made(map);
        }
    }

    /** Applies a function to its arguments, the receiver first. */
    Object apply(String function, List<Object> arguments) throws ExpressionFailure {
        if (function.startsWith("math.")) {
            return mathematics(function, arguments);
        }
        Object first = arguments.isEmpty() ? NullNode.getInstance() : arguments.get(0);
        Object second = arguments.size() < 2 ? NullNode.getInstance() : arguments.get(1);
        return switch (function) {
            case "_==_" -> same(first, second);
            case "_!=_" -> !same(first, second);
            case "_+_" -> sum(first, second);
            case "_-_", "_*_", "_/_", "_%_" -> numbers.arithmetic(function.charAt(1), first, second);
            case "-_" -> numbers.negated(first);
            case "!_" -> not(first);
            case "_<_", "_<=_", "_>_", "_>=_" -> compared(function, first, second);
            case "_[_]" -> indexed(first, second);
            case "@in" -> in(first, second);
            case "size" -> size(first);
            case "dyn" -> first;
            case "type" -> ExpressionType.of(first);
            case "int" -> numbers.integer(first);
            case "double" -> numbers.fraction(first);
            case "string" -> string(first);
            case "bool" -> bool(first);
            case "sum" -> total(list(function, first));
            case "min", "max" -> numbers.extreme(charged(list(function, first)), function.equals("max"));
            case "merge" -> merged(object(function, first), object(function, second));
            case "without" -> without(object(function, first), list(function, second));
            case "cel.@mapInsert" -> inserted(arguments);
            case "_?._", "_[?_]", "optional.of", "optional.none", "optional.ofNonZeroValue", "optional.unwrap" ->
                optional(function, first, second);
            case "hasValue", "value", "or", "orValue", "first", "last", "unwrapOpt" ->
                ofOptional(function, first, second);
            default -> texts.apply(function, arguments);
        };
    }

    private Object mathematics(String function, List<Object> arguments) throws ExpressionFailure {
        if (!function.startsWith("math.@")) {
            return numbers.mathematics(function.substring("math.".length()), arguments);
        }
        List<?> all = arguments.size() == 1 && arguments.get(0) instanceof List<?> list ? list : arguments;
        return numbers.extreme(charged(all), function.equals("math.@max"));
    }

    /** What a function says of arguments it does not take. */
    static ExpressionFailure mismatch(String function, List<?> arguments) {
        String name = function.replace("_", "").replace("@", "");
        return new ExpressionFailure("there is no " + (name.isEmpty() ? "operator" : name) + " of "
                + arguments.stream().map(ExpressionType::described).collect(Collectors.joining(" and ")));
    }

    private List<?> charged(List<?> list) {
        meter.charge(list.size());
        return list;
    }

    private static List<?> list(String function, Object value) throws ExpressionFailure {
        if (value instanceof List<?> list) {
            return list;
        }
        throw mismatch(function, List.of(value));
    }

    private static Map<?, ?> object(String function, Object value) throws ExpressionFailure {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw mismatch(function, List.of(value));
    }

    /** A value as the key of a map: numbers without fraction are integers. */
    static Object key(Object value) throws ExpressionFailure {
        if (value instanceof Double number && number == Math.rint(number) && Math.abs(number) < Long.MAX_VALUE) {
            return number.longValue();
        }
        if (value instanceof String || value instanceof Long || value instanceof Boolean) {
            return value;
        }
        throw new ExpressionFailure("a key is a string and not " + ExpressionType.described(value));
    }

    private Object total(List<?> list) throws ExpressionFailure {
        meter.charge(list.size());
        Object total = 0L;
        for (Object element : list) {
            total = numbers.arithmetic('+', total, element);
        }
        return total;
    }

    private Object sum(Object first, Object second) throws ExpressionFailure {
        if (first instanceof Building building && second instanceof List<?> more) {
            meter.charge(more.size());
            for (Object element : more) {
                building.size += meter.size(element);
            }
            meter.limit(building.size);
            building.list.addAll(more);
            return building;
        }
        if (first instanceof String text && second instanceof String more) {
            meter.expectText((long) text.length() + more.length());
            return text + more;
        }
        if (first instanceof List<?> list && second instanceof List<?> more) {
            meter.charge((long) list.size() + more.size());
            List<Object> joined = new ArrayList<>(list.size() + more.size());
            joined.addAll(list);
            joined.addAll(more);
            return meter.made(joined);
        }
        return numbers.arithmetic('+', first, second);
    }

    private static Object not(Object value) throws ExpressionFailure {
        if (value instanceof Boolean truth) {
            return !truth;
        }
        throw mismatch("!_", List.of(value));
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
            throw mismatch(function, List.of(first, second));
        }
        return switch (function) {
            case "_<_" -> order < 0;
            case "_<=_" -> order <= 0;
            case "_>_" -> order > 0;
            default -> order >= 0;
        };
    }

    /** CEL's equality: numbers by value whatever their type, lists and maps by their elements. */
    private boolean same(Object first, Object second) {
        meter.charge(1);
        if (ExpressionNumbers.isNumber(first) && ExpressionNumbers.isNumber(second)) {
            return !ExpressionNumbers.isNan(first)
                    && !ExpressionNumbers.isNan(second)
                    && ExpressionNumbers.compare(first, second) == 0;
        }
        if (first instanceof String a && second instanceof String b) {
            meter.chargeText(Math.min(a.length(), b.length()));
            return a.equals(b);
        }
        if (first instanceof List<?> a && second instanceof List<?> b) {
            Iterator<?> others = b.iterator();
            if (a.size() != b.size()) {
                return false;
            }
            for (Object element : a) {
                if (!same(element, others.next())) {
                    return false;
                }
            }
            return true;
        }
        if (first instanceof Map<?, ?> a && second instanceof Map<?, ?> b) {
            if (a.size() != b.size()) {
                return false;
            }
            for (Map.Entry<?, ?> entry : a.entrySet()) {
                Object other = b.get(entry.getKey());
                if (other == null || !same(entry.getValue(), other)) {
                    return false;
                }
            }
            return true;
        }
        if (first instanceof Optional<?> a && second instanceof Optional<?> b) {
            boolean both = a.isPresent() && b.isPresent();
            return both ? same(a.get(), b.get()) : a.isEmpty() && b.isEmpty();
        }
        return first.equals(second);
    }

    private Object in(Object value, Object container) throws ExpressionFailure {
        if (container instanceof Map<?, ?> map) {
            return (value instanceof String || value instanceof Boolean || ExpressionNumbers.isWhole(value))
                    && map.containsKey(key(value));
        }
        for (Object element : list("in", container)) {
            if (same(value, element)) {
                return true;
            }
        }
        return false;
    }

    private Object indexed(Object container, Object index) throws ExpressionFailure {
        if (container instanceof Optional<?> optional) {
            return optional.isEmpty() ? optional : found(optional.get(), index);
        }
        return found(container, index)
                .orElseThrow(() -> new ExpressionFailure(
                        container instanceof Map<?, ?>
                                ? "there is no member " + ExpressionFailure.quoted(index)
                                : "there is no element " + index + " in a list of " + ((List<?>) container).size()));
    }

    private static Optional<Object> found(Object container, Object index) throws ExpressionFailure {
        if (container instanceof Map<?, ?> map) {
            return Optional.ofNullable(map.get(key(index)));
        }
        if (container instanceof List<?> list && ExpressionNumbers.isWhole(index)) {
            long at = ((Number) index).longValue();
            return at >= 0 && at < list.size() ? Optional.of(list.get((int) at)) : Optional.empty();
        }
        throw mismatch("[]", List.of(container, index));
    }

    private Object size(Object value) throws ExpressionFailure {
        if (value instanceof String text) {
            meter.chargeText(text.length());
            return (long) text.codePointCount(0, text.length());
        }
        if (value instanceof Map<?, ?> map) {
            return (long) map.size();
        }
        return (long) list("size", value).size();
    }

    private static Object string(Object value) throws ExpressionFailure {
        if (value instanceof Double number) {
            return ExpressionNumbers.text(number);
        }
        if (value instanceof String || value instanceof Long || value instanceof Boolean) {
            return value.toString();
        }
        throw mismatch("string", List.of(value));
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

    private Object merged(Map<?, ?> first, Map<?, ?> second) {
        meter.charge((long) first.size() + second.size());
        Map<Object, Object> merged = new LinkedHashMap<>(first);
        merged.putAll(second);
        return meter.made(merged);
    }

    private Object without(Map<?, ?> map, List<?> keys) throws ExpressionFailure {
        meter.charge((long) map.size() + keys.size());
        Map<Object, Object> rest = new LinkedHashMap<>(map);
        for (Object key : keys) {
            rest.remove(key(key));
        }
        return meter.made(rest);
    }

    private Object inserted(List<Object> arguments) throws ExpressionFailure {
        if (!(arguments.get(0) instanceof Building building)) {
            throw mismatch("transformMap", arguments);
        }
        Map<?, ?> more = arguments.size() == 2
                ? object("transformMapEntry", arguments.get(1))
                : Map.of(key(arguments.get(1)), arguments.get(2));
        meter.charge(more.size());
        for (Map.Entry<?, ?> entry : more.entrySet()) {
            building.size += meter.size(entry.getKey()) + meter.size(entry.getValue());
            meter.limit(building.size);
            if (building.map.putIfAbsent(key(entry.getKey()), entry.getValue()) != null) {
                throw new ExpressionFailure("the key " + ExpressionFailure.quoted(entry.getKey()) + " occurs twice");
            }
        }
        return building;
    }

    private static Object optional(String function, Object first, Object second) throws ExpressionFailure {
        return switch (function) {
            case "optional.none" -> Optional.empty();
            case "optional.of" -> Optional.of(first);
            case "optional.ofNonZeroValue" -> isZero(first) ? Optional.empty() : Optional.of(first);
            case "optional.unwrap" -> unwrapped(list(function, first));
            default -> {
                Object container = first instanceof Optional<?> held ? held.orElse(null) : first;
                yield container == null ? Optional.empty() : found(container, second);
            }
        };
    }

    private static List<Object> unwrapped(List<?> list) throws ExpressionFailure {
        List<Object> present = new ArrayList<>();
        for (Object element : list) {
            if (!(element instanceof Optional<?> optional)) {
                throw mismatch("unwrapOpt", List.of(element));
            }
            optional.ifPresent(present::add);
        }
        return present;
    }

    private Object ofOptional(String function, Object first, Object second) throws ExpressionFailure {
        if (first instanceof List<?> list && function.equals("unwrapOpt")) {
            return unwrapped(charged(list));
        }
        if (first instanceof List<?> list && (function.equals("first") || function.equals("last"))) {
            int index = function.equals("first") ? 0 : list.size() - 1;
            return list.isEmpty() ? Optional.empty() : Optional.of(list.get(index));
        }
        if (!(first instanceof Optional<?> held)) {
            throw mismatch(function, List.of(first));
        }
        return switch (function) {
            case "hasValue" -> held.isPresent();
            case "value" -> {
                if (held.isEmpty()) {
                    throw new ExpressionFailure("the optional value is absent");
                }
                yield held.get();
            }
            default -> second;
        };
    }

    private static boolean isZero(Object value) {
        return value instanceof NullNode
                || Boolean.FALSE.equals(value)
                || (value instanceof String text && text.isEmpty())
                || (value instanceof List<?> list && list.isEmpty())
                || (value instanceof Map<?, ?> map && map.isEmpty())
                || (value instanceof Number number && number.doubleValue() == 0);
    }
}
