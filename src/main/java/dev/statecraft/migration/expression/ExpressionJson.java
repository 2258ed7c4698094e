package dev.statecraft.migration.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.state.JsonValues;
import dev.statecraft.replication.state.StateLimits;
import dev.statecraft.table.CanonicalJson;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Converts JSON to values of expressions and back. */
final class ExpressionJson {

    private static final long MAX_INTEGER = (1L << 53) - 1;

    private final ExpressionMeter meter;
    private int values;

    private ExpressionJson(ExpressionMeter meter) {
        this.meter = meter;
    }

    /** The variables of an evaluation. */
    static Map<String, Object> variables(ObjectNode state, Subject subject, @Nullable ObjectNode before) {
        Map<String, Object> entity = new LinkedHashMap<>();
        entity.put("id", subject.id());
        entity.put("space", subject.space());
        entity.put("type", subject.type());
        entity.put("version", subject.version());
        String owner = subject.owner();
        entity.put("owner", owner == null ? NullNode.getInstance() : owner);
        entity.put("schemaVersion", subject.schemaVersion());
        Map<String, Object> variables = new HashMap<>();
        variables.put("state", toValue(state));
        variables.put("entity", entity);
        if (before != null) {
            variables.put("before", toValue(before));
        }
        return variables;
    }

    static Object toValue(JsonNode json) {
        if (json.isObject()) {
            Map<Object, Object> map = new LinkedHashMap<>();
            json.properties().forEach(field -> map.put(field.getKey(), toValue(field.getValue())));
            return map;
        }
        if (json.isArray()) {
            List<Object> list = new ArrayList<>(json.size());
            json.forEach(element -> list.add(toValue(element)));
            return list;
        }
        if (json.isNumber()) {
            double number = json.doubleValue();
            boolean whole = number == Math.rint(number) && Math.abs(number) <= MAX_INTEGER;
            return whole ? (Object) (long) number : (Object) number;
        }
        return json.isTextual() ? json.textValue() : json.isBoolean() ? json.booleanValue() : NullNode.getInstance();
    }

    /** Converts a result to JSON; null for an absent optional value. */
    static @Nullable JsonNode toJson(Object value, ExpressionMeter meter) throws ExpressionFailure {
        Object present = value instanceof Optional<?> optional ? optional.orElse(null) : value;
        return present == null ? null : new ExpressionJson(meter).json(present, 1);
    }

    private JsonNode json(Object value, int depth) throws ExpressionFailure {
        meter.charge(1);
        values++;
        if (values > StateLimits.MAX_NODES) {
            throw new ExpressionFailure("the result has more than " + StateLimits.MAX_NODES + " values");
        }
        if (value instanceof Map<?, ?> || value instanceof List<?>) {
            if (depth > StateLimits.MAX_DEPTH) {
                throw new ExpressionFailure("the result is nested deeper than " + StateLimits.MAX_DEPTH + " levels");
            }
            return value instanceof Map<?, ?> map ? object(map, depth) : array((List<?>) value, depth);
        }
        if (value instanceof String text) {
            return JsonNodeFactory.instance.textNode(valid(text));
        }
        if (value instanceof Boolean flag) {
            return JsonNodeFactory.instance.booleanNode(flag);
        }
        if (value instanceof Long || value instanceof Double) {
            return number((Number) value);
        }
        if (value instanceof NullNode nothing) {
            return nothing;
        }
        throw new ExpressionFailure("the result contains " + ExpressionType.described(value) + ", which is not JSON");
    }

    private ObjectNode object(Map<?, ?> map, int depth) throws ExpressionFailure {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (!(entry.getKey() instanceof String key)) {
                throw new ExpressionFailure("the result has a key that is " + ExpressionType.described(entry.getKey())
                        + " and not a string");
            }
            json.set(valid(key), json(entry.getValue(), depth + 1));
        }
        return json;
    }

    private ArrayNode array(List<?> list, int depth) throws ExpressionFailure {
        ArrayNode json = JsonNodeFactory.instance.arrayNode(list.size());
        for (Object element : list) {
            json.add(json(element, depth + 1));
        }
        return json;
    }

    private String valid(String text) throws ExpressionFailure {
        meter.chargeText(text.length());
        if (!ErrorText.isValid(text)) {
            throw new ExpressionFailure("the result contains an unpaired surrogate, which UTF-8 cannot encode");
        }
        return text;
    }

    private static JsonNode number(Number value) throws ExpressionFailure {
        double number = value.doubleValue();
        if (!(Math.abs(number) <= MAX_INTEGER) || (value instanceof Long whole && Math.abs(whole) > MAX_INTEGER)) {
            throw new ExpressionFailure("the result contains a number outside ±9007199254740991 (2^53-1)");
        }
        if (number == Math.rint(number)) {
            return JsonNodeFactory.instance.numberNode((long) number);
        }
        BigDecimal decimal = new BigDecimal(CanonicalJson.number(number));
        String refusal = JsonValues.refusal(decimal);
        if (refusal != null) {
            throw new ExpressionFailure(refusal);
        }
        return DecimalNode.valueOf(decimal);
    }
}
