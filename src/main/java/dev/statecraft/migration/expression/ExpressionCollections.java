package dev.statecraft.migration.expression;

import com.fasterxml.jackson.databind.node.NullNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Functions of lists, maps and optional values, and the equality of values. */
final class ExpressionCollections {

    private final ExpressionMeter meter;

    ExpressionCollections(ExpressionMeter meter) {
        this.meter = meter;
    }

    /** The list or map that a comprehension builds in place; the other one is empty. */
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

        /** The complete list or map; nothing may be added afterwards. */
        Object complete(ExpressionMeter meter) {
            return isList ? meter.made(list) : meter.made(map);
        }
    }

    /** Converts a value to the key of a map: numbers without fraction become integers. */
    static Object key(Object value) throws ExpressionFailure {
        if (value instanceof Double number && number == Math.rint(number) && Math.abs(number) < Long.MAX_VALUE) {
            return number.longValue();
        }
        if (value instanceof String || value instanceof Long || value instanceof Boolean) {
            return value;
        }
        throw new ExpressionFailure("a key is a string and not " + ExpressionType.described(value));
    }

    /** The elements of a list; charges the meter for each of them. */
    List<?> list(String function, Object value) throws ExpressionFailure {
        List<?> list = asList(function, value);
        meter.charge(list.size());
        return list;
    }

    private static List<?> asList(String function, Object value) throws ExpressionFailure {
        if (value instanceof List<?> list) {
            return list;
        }
        throw ExpressionType.mismatch(function, List.of(value));
    }

    private static Map<?, ?> map(String function, Object value) throws ExpressionFailure {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw ExpressionType.mismatch(function, List.of(value));
    }

    /** A list, or the list that a comprehension builds, with more elements. */
    Object joined(Object first, List<?> more) throws ExpressionFailure {
        if (first instanceof Building building) {
            meter.charge(more.size());
            for (Object element : more) {
                building.size += meter.size(element);
            }
            meter.limit(building.size);
            building.list.addAll(more);
            return building;
        }
        if (!(first instanceof List<?> list)) {
            throw ExpressionType.mismatch("+", List.of(first, more));
        }
        meter.charge((long) list.size() + more.size());
        List<Object> joined = new ArrayList<>(list.size() + more.size());
        joined.addAll(list);
        joined.addAll(more);
        return meter.made(joined);
    }

    /** Equality of CEL: numbers by value regardless of their type, lists and maps by their elements. */
    boolean same(Object first, Object second) {
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

    Object in(Object value, Object container) throws ExpressionFailure {
        if (container instanceof Map<?, ?> map) {
            return (value instanceof String || value instanceof Boolean || ExpressionNumbers.isWhole(value))
                    && map.containsKey(key(value));
        }
        for (Object element : asList("in", container)) {
            if (same(value, element)) {
                return true;
            }
        }
        return false;
    }

    Object indexed(Object container, Object index) throws ExpressionFailure {
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
        throw ExpressionType.mismatch("[]", List.of(container, index));
    }

    Object size(Object value) throws ExpressionFailure {
        if (value instanceof String text) {
            meter.chargeText(text.length());
            return (long) text.codePointCount(0, text.length());
        }
        if (value instanceof Map<?, ?> map) {
            return (long) map.size();
        }
        return (long) asList("size", value).size();
    }

    /** The members of both maps; the second map wins if both have a key. */
    Object merged(String function, Object first, Object second) throws ExpressionFailure {
        Map<?, ?> below = map(function, first);
        Map<?, ?> above = map(function, second);
        meter.charge((long) below.size() + above.size());
        Map<Object, Object> merged = new LinkedHashMap<>(below);
        merged.putAll(above);
        return meter.made(merged);
    }

    /** The members of a map except those with these keys. */
    Object without(String function, Object from, Object removed) throws ExpressionFailure {
        Map<?, ?> map = map(function, from);
        List<?> keys = asList(function, removed);
        meter.charge((long) map.size() + keys.size());
        Map<Object, Object> rest = new LinkedHashMap<>(map);
        for (Object key : keys) {
            rest.remove(key(key));
        }
        return meter.made(rest);
    }

    Object inserted(List<Object> arguments) throws ExpressionFailure {
        if (!(arguments.get(0) instanceof Building building)) {
            throw ExpressionType.mismatch("transformMap", arguments);
        }
        Map<?, ?> more = arguments.size() == 2
                ? map("transformMapEntry", arguments.get(1))
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

    Object optional(String function, Object first, Object second) throws ExpressionFailure {
        return switch (function) {
            case "optional.none" -> Optional.empty();
            case "optional.of" -> Optional.of(first);
            case "optional.ofNonZeroValue" -> isZero(first) ? Optional.empty() : Optional.of(first);
            case "optional.unwrap" -> unwrapped(asList(function, first));
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
                throw ExpressionType.mismatch("unwrapOpt", List.of(element));
            }
            optional.ifPresent(present::add);
        }
        return present;
    }

    Object ofOptional(String function, Object first, Object second) throws ExpressionFailure {
        if (first instanceof List<?> list && function.equals("unwrapOpt")) {
            return unwrapped(list(function, list));
        }
        if (first instanceof List<?> list && (function.equals("first") || function.equals("last"))) {
            int index = function.equals("first") ? 0 : list.size() - 1;
            return list.isEmpty() ? Optional.empty() : Optional.of(list.get(index));
        }
        if (!(first instanceof Optional<?> held)) {
            throw ExpressionType.mismatch(function, List.of(first));
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
