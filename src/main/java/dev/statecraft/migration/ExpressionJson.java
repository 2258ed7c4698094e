package dev.statecraft.migration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.StateLimits;
import dev.statecraft.table.CanonicalJson;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON as the expression language holds it, and back: maps, lists, text, truth values, integers and doubles. */
final class ExpressionJson {

    private static final long MAX_INTEGER = (1L << 53) - 1;

    private ExpressionJson() {}

    static @Nullable Object toJava(JsonNode value) {
        if (value.isObject()) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            value.properties().forEach(field -> map.put(field.getKey(), toJava(field.getValue())));
            return map;
        }
        if (value.isArray()) {
            List<@Nullable Object> list = new ArrayList<>(value.size());
            value.forEach(element -> list.add(toJava(element)));
            return list;
        }
        if (value.isNumber()) {
            return number(value.decimalValue());
        }
        return value.isTextual() ? value.textValue() : value.isBoolean() ? (Object) value.booleanValue() : null;
    }

    private static Number number(BigDecimal value) {
        double asDouble = value.doubleValue();
        if (asDouble != Math.rint(asDouble) || Math.abs(asDouble) > MAX_INTEGER) {
            return asDouble;
        }
        long whole = (long) asDouble;
        // The language tells 1 from 1L when it compares.
        if (whole == (int) whole) {
            return (int) whole;
        }
        return whole;
    }

    /** A result as JSON; null for nothing. */
    static @Nullable JsonNode toJson(@Nullable Object value, ExpressionWatch watch) {
        return value == null ? null : convert(value, 1, watch);
    }

    private static JsonNode convert(@Nullable Object value, int depth, ExpressionWatch watch) {
        if (depth > StateLimits.MAX_DEPTH + 1) {
            throw new ExpressionWatch.Exceeded("the result is nested deeper than " + StateLimits.MAX_DEPTH + " levels");
        }
        if (value instanceof Map<?, ?> map) {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            map.forEach((key, inner) -> json.set(String.valueOf(key), convert(inner, depth + 1, watch)));
            watch.enter();
            watch.leave(null);
            return json;
        }
        if (value instanceof List<?> list) {
            ArrayNode json = JsonNodeFactory.instance.arrayNode(list.size());
            list.forEach(inner -> json.add(convert(inner, depth + 1, watch)));
            watch.enter();
            watch.leave(null);
            return json;
        }
        if (value instanceof String text) {
            return JsonNodeFactory.instance.textNode(text);
        }
        if (value instanceof Boolean flag) {
            return JsonNodeFactory.instance.booleanNode(flag);
        }
        if (value instanceof Number number) {
            return number(number.doubleValue());
        }
        if (value == null || value.equals(com.dashjoin.jsonata.Jsonata.NULL_VALUE)) {
            return JsonNodeFactory.instance.nullNode();
        }
        throw new ExpressionWatch.Exceeded("the result is or holds a function, which is not JSON");
    }

    private static JsonNode number(double value) {
        if (Double.isNaN(value) || Math.abs(value) > MAX_INTEGER) {
            throw new ExpressionWatch.Exceeded("the result holds a number outside ±9007199254740991 (2^53-1)");
        }
        return value == Math.rint(value)
                ? JsonNodeFactory.instance.numberNode((long) value)
                : DecimalNode.valueOf(new BigDecimal(CanonicalJson.number(value)));
    }
}
