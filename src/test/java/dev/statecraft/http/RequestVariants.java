package dev.statecraft.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.openapi.ApiDocument;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Requests that differ from the example of an operation in one field, made from the schemas of the OpenAPI document. */
public final class RequestVariants {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** Stands for an omitted field. */
    private static final JsonNode MISSING = MissingNode.getInstance();

    /** Escapes every character beyond ASCII: an unpaired surrogate can only be sent escaped. */
    private static final ObjectMapper ASCII =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private static final JsonNode LONG = JSON.textNode("x".repeat(2_000));

    /** Larger than an item of DynamoDB, for fields that accept long texts. */
    private static final JsonNode HUGE = JSON.textNode("x".repeat(400_000));

    private static final Map<String, JsonNode> VALUES = values();

    private final ApiDocument document;

    public RequestVariants(ApiDocument document) {
        this.document = document;
    }

    private static Map<String, JsonNode> values() {
        Map<String, JsonNode> values = new LinkedHashMap<>();
        values.put("missing", MISSING);
        values.put("null", JSON.nullNode());
        values.put("a number", JSON.numberNode(5));
        values.put("zero", JSON.numberNode(0));
        values.put("a negative number", JSON.numberNode(-1));
        values.put("a fraction", JSON.numberNode(new BigDecimal("1.5")));
        values.put("many digits", JSON.numberNode(new BigDecimal("0.1234567890123456789")));
        values.put(
                "very many digits", JSON.numberNode(new BigDecimal("0.12345678901234567890123456789012345678901234")));
        values.put("a tiny number", JSON.numberNode(new BigDecimal("1e-200")));
        values.put("a huge number", JSON.numberNode(new BigDecimal("9007199254740992")));
        values.put("a number beyond every bound", JSON.numberNode(new BigDecimal("1e300")));
        values.put("a number above the range of int", JSON.numberNode(2_147_483_648L));
        values.put("true", JSON.booleanNode(true));
        values.put("an empty list", JSON.arrayNode());
        values.put("a list", JSON.arrayNode().add(5).add("x").addNull());
        values.put("a long list", list(5_000));
        values.put("an empty object", JSON.objectNode());
        values.put("an object", JSON.objectNode().put("x", 5));
        values.put("a wide object", object(5_000));
        values.put("a deep object", deep(40));
        values.put("an empty text", JSON.textNode(""));
        values.put("blanks", JSON.textNode("  "));
        values.put("a text", JSON.textNode("text"));
        values.put("a long text", LONG);
        values.put("a huge text", JSON.textNode("x".repeat(20_000)));
        values.put("other scripts", JSON.textNode("日本語😀é"));
        values.put("control characters", JSON.textNode("a\u0000b\u0007\r\n"));
        values.put("an unpaired surrogate", JSON.textNode("\ud800"));
        values.put("a separator", JSON.textNode("a#b"));
        values.put("a colon", JSON.textNode(":"));
        values.put("a slash", JSON.textNode("../a/b"));
        values.put("dots", JSON.textNode(".."));
        values.put("a reserved word", JSON.textNode("__proto__"));
        values.put("an expression of DynamoDB", JSON.textNode(":v0 SET #n = if_not_exists"));
        values.put("the id of an erased player", JSON.textNode("@erased-1"));
        values.put("markup", JSON.textNode("<img src=x onerror=alert(1)>"));
        values.put("a time in the far future", JSON.textNode("+300000000-01-01T00:00:00Z"));
        values.put("an invalid time", JSON.textNode("2026-02-30T25:00:00Z"));
        return values;
    }

    private static ArrayNode list(int length) {
        ArrayNode list = JSON.arrayNode();
        for (int i = 0; i < length; i++) {
            list.add(i);
        }
        return list;
    }

    private static ObjectNode object(int fields) {
        ObjectNode object = JSON.objectNode();
        for (int i = 0; i < fields; i++) {
            object.put("f" + i, i);
        }
        return object;
    }

    private static JsonNode deep(int levels) {
        ObjectNode outer = JSON.objectNode();
        ObjectNode inner = outer;
        for (int i = 0; i < levels; i++) {
            inner = inner.putObject("x");
        }
        return outer;
    }

    /** A field of a request: its path in an example, and its schema. */
    public record Field(List<Object> path, JsonNode schema) {

        @Override
        public String toString() {
            return path.toString();
        }
    }

    /** A request that differs from the example in one field. */
    public record Variant(ApiDocument.Call call, String name, JsonNode body, boolean valid) {

        @Override
        public String toString() {
            return call + " with " + name;
        }
    }

    public static String written(JsonNode body) {
        try {
            return ASCII.writeValueAsString(body);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Every field of an operation with every value of {@link #VALUES}, and an unknown field. */
    public List<Variant> of(ApiDocument.Call call) {
        JsonNode schema = document.requestSchema(call);
        JsonNode example = document.requestExample(call);
        List<Field> fields = new ArrayList<>();
        collect(schema, example, List.of(), fields);
        List<Variant> variants = new ArrayList<>();
        for (Field field : fields) {
            boolean acceptsLong = document.faults(schema, changed(example, field.path(), LONG))
                    .isEmpty();
            VALUES.forEach((name, given) -> {
                JsonNode value = acceptsLong && name.equals("a huge text") ? HUGE : given;
                JsonNode body = changed(example, field.path(), value);
                // By the document, null equals a missing field, and an empty array equals an empty object.
                JsonNode judged = value.isNull() && !isElement(field) ? changed(example, field.path(), MISSING) : body;
                if (value.isArray()
                        && value.isEmpty()
                        && merged(field.schema()).path("type").asText().equals("object")) {
                    judged = changed(example, field.path(), JSON.objectNode());
                }
                boolean tooDeep = name.equals("a deep object");
                variants.add(new Variant(
                        call,
                        field + " = " + name,
                        body,
                        document.faults(schema, judged).isEmpty()
                                && !tooDeep
                                && !name.equals("an unpaired surrogate")
                                && !name.equals("a number beyond every bound")
                                && !name.equals("a huge number")));
            });
        }
        ObjectNode unknown = example.deepCopy();
        variants.add(new Variant(call, "an unknown field", unknown.put("unknown-field", 1), false));
        return variants;
    }

    /** A request with every object that the schema names: the example with the missing objects added, empty. */
    public JsonNode withObjects(ApiDocument.Call call) {
        return withObjects(
                document.requestSchema(call), document.requestExample(call).deepCopy(), 0);
    }

    /** The fields of {@link #withObjects(ApiDocument.Call)} that are objects. */
    public List<Field> objects(ApiDocument.Call call) {
        List<Field> fields = new ArrayList<>();
        collect(document.requestSchema(call), withObjects(call), List.of(), fields);
        return fields.stream().filter(field -> isObject(merged(field.schema()))).toList();
    }

    private static boolean isElement(Field field) {
        return field.path().get(field.path().size() - 1) instanceof Integer;
    }

    /** Collects the fields of a schema, including those of nested objects and of the first element of each array. */
    private void collect(JsonNode given, JsonNode example, List<Object> path, List<Field> fields) {
        JsonNode schema = merged(given);
        schema.path("properties").properties().forEach(property -> {
            List<Object> below = with(path, property.getKey());
            fields.add(new Field(below, property.getValue()));
            JsonNode value = example.path(property.getKey());
            JsonNode of = merged(property.getValue());
            if (value.isObject()) {
                collect(of, value, below, fields);
            } else if (value.isArray() && !value.isEmpty() && of.has("items")) {
                List<Object> first = with(below, 0);
                fields.add(new Field(first, of.get("items")));
                collect(of.get("items"), value.get(0), first, fields);
            }
        });
    }

    private JsonNode merged(JsonNode schema) {
        JsonNode resolved = document.resolve(schema);
        return resolved.has("$ref") ? document.resolve(resolved) : resolved;
    }

    private static List<Object> with(List<Object> path, Object next) {
        List<Object> longer = new ArrayList<>(path);
        longer.add(next);
        return List.copyOf(longer);
    }

    public static JsonNode changed(JsonNode example, List<Object> path, JsonNode value) {
        JsonNode copy = example.deepCopy();
        JsonNode holder = copy;
        for (Object step : path.subList(0, path.size() - 1)) {
            holder = step instanceof Integer index ? holder.get(index) : holder.get((String) step);
        }
        Object last = path.get(path.size() - 1);
        if (last instanceof Integer index) {
            if (value.isMissingNode()) {
                ((ArrayNode) holder).remove(index);
            } else {
                ((ArrayNode) holder).set(index, value);
            }
        } else if (value.isMissingNode()) {
            ((ObjectNode) holder).remove((String) last);
        } else {
            ((ObjectNode) holder).set((String) last, value);
        }
        return copy;
    }

    /** Adds to the example every object that the schema names and the example omits. */
    private JsonNode withObjects(JsonNode given, JsonNode example, int depth) {
        JsonNode schema = merged(given);
        if (example instanceof ObjectNode object && depth < 4) {
            schema.path("properties").properties().forEach(property -> {
                JsonNode of = merged(property.getValue());
                if (isObject(of) && !object.has(property.getKey())) {
                    object.putObject(property.getKey());
                }
                if (object.has(property.getKey())) {
                    withObjects(of, object.get(property.getKey()), depth + 1);
                }
            });
        }
        return example;
    }

    private static boolean isObject(JsonNode schema) {
        return schema.path("type").asText().equals("object")
                || schema.path("type").toString().contains("\"object\"");
    }
}
