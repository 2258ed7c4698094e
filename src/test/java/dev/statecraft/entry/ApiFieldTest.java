package dev.statecraft.entry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalRuntime;
import dev.statecraft.table.TableNames;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * Every field of every request with every value that is wrong, or only strange. The fields are read from the OpenAPI
 * document: what its schema refuses has to be refused, and nothing written; what it allows must not break anything.
 */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class ApiFieldTest {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** Stands for a field that is left out. */
    private static final JsonNode MISSING = MissingNode.getInstance();

    /** Half a character can only be sent escaped. */
    private static final ObjectMapper ASCII =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private static final Map<String, JsonNode> VALUES = values();

    /** Signed over its body, so that a changed one is refused for that. */
    private static final Set<String> SIGNED = Set.of("receiveRobloxWebhook");

    /** What is wrong with one of many does not keep the others from being taken. */
    private static final Set<String> EACH_FOR_ITSELF = Set.of("updatePlayerScores");

    @Inject
    LocalRuntime local;

    @Inject
    DynamoDbClient dynamoDb;

    @Inject
    TableNames tables;

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
        values.put("a number without bounds", JSON.numberNode(new BigDecimal("1e300")));
        values.put("an int beyond", JSON.numberNode(2_147_483_648L));
        values.put("true", JSON.booleanNode(true));
        values.put("an empty list", JSON.arrayNode());
        values.put("a list", JSON.arrayNode().add(5).add("x").addNull());
        values.put("a long list", list(5_000));
        values.put("an empty object", JSON.objectNode());
        values.put("an object", JSON.objectNode().put("x", 5));
        values.put("a wide object", object(5_000));
        values.put("something deep", deep(40));
        values.put("an empty text", JSON.textNode(""));
        values.put("blanks", JSON.textNode("  "));
        values.put("a text", JSON.textNode("text"));
        values.put("a long text", JSON.textNode("x".repeat(2_000)));
        values.put("a huge text", JSON.textNode("x".repeat(400_000)));
        values.put("other scripts", JSON.textNode("日本語😀é"));
        values.put("control characters", JSON.textNode("a\u0000b\u0007\r\n"));
        values.put("half a character", JSON.textNode("\ud800"));
        values.put("a separator", JSON.textNode("a#b"));
        values.put("a colon", JSON.textNode(":"));
        values.put("a slash", JSON.textNode("../a/b"));
        values.put("dots", JSON.textNode(".."));
        values.put("a reserved word", JSON.textNode("__proto__"));
        values.put("a word of the database", JSON.textNode(":v0 SET #n = if_not_exists"));
        values.put("who was erased", JSON.textNode("@erased-1"));
        values.put("markup", JSON.textNode("<img src=x onerror=alert(1)>"));
        values.put("a time far away", JSON.textNode("+300000000-01-01T00:00:00Z"));
        values.put("a time that is none", JSON.textNode("2026-02-30T25:00:00Z"));
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

    /** A field of a request: the way to it in an example, and its schema. */
    private record Field(List<Object> way, JsonNode schema) {

        @Override
        public String toString() {
            return way.toString();
        }
    }

    /** A request that differs from the example in one field. */
    private record Variant(ApiDocument.Call call, String name, JsonNode body, boolean valid) {

        @Override
        public String toString() {
            return call + " with " + name;
        }
    }

    @Test
    void whatTheDocumentRefusesIsRefusedAndChangesNothing() {
        ApiDocument document = ApiDocument.committed();
        ApiWorld world = new ApiWorld(document, local, "fields");
        world.play();
        // What was deleted at the end of the play is there again.
        for (String id : List.of("createLeaderboard", "createEntity")) {
            ApiDocument.Call call = document.call(id);
            world.request(call, document.requestExample(call).toString(), "");
        }
        world.rest();
        List<String> faults = Collections.synchronizedList(new ArrayList<>());
        int sent = 0;
        List<Variant> allowed = new ArrayList<>();
        for (ApiDocument.Call call : document.calls()) {
            JsonNode schema = document.requestSchema(call);
            if (schema.isMissingNode() || SIGNED.contains(call.id())) {
                continue;
            }
            List<Variant> refused = new ArrayList<>();
            for (Variant variant : variants(document, call, schema)) {
                (variant.valid() ? allowed : refused).add(variant);
            }
            Map<String, Map<Object, Object>> before = everything();
            sent += refused.size();
            refused.parallelStream().forEach(variant -> {
                int status = send(world, variant, faults);
                if (status < 400) {
                    faults.add(variant + " is taken with " + status);
                }
            });
            world.rest();
            if (!EACH_FOR_ITSELF.contains(call.id()) && !before.equals(everything())) {
                faults.add(call + " has written though it refused: " + difference(before, everything()));
            }
        }
        for (Variant variant : allowed) {
            sent++;
            send(world, variant, faults);
        }
        assertTrue(sent > 3_000, () -> "Only few requests were sent");
        assertEquals("", String.join("\n", faults));
    }

    /** Luau encodes an empty table as an empty list, whatever it is to be. */
    @Test
    void anEmptyListIsReadWhereverAnObjectIs() {
        ApiDocument document = ApiDocument.committed();
        ApiWorld world = new ApiWorld(document, local, "lists");
        List<String> faults = new ArrayList<>();
        int objects = 0;
        for (ApiDocument.Call call : document.calls()) {
            JsonNode schema = document.requestSchema(call);
            if (schema.isMissingNode() || SIGNED.contains(call.id())) {
                continue;
            }
            Pattern.compile("\\{([^}]*)}").matcher(call.path()).results().forEach(parameter -> world.parameters()
                    .putIfAbsent(parameter.group(1), "none"));
            JsonNode example = document.requestExample(call);
            List<Field> fields = new ArrayList<>();
            collect(document, schema, withObjects(document, schema, example.deepCopy(), 0), List.of(), fields);
            for (Field field : fields) {
                if (!isObject(merged(document, field.schema()))) {
                    continue;
                }
                objects++;
                JsonNode whole = withObjects(document, schema, example.deepCopy(), 0);
                String wanted = outcome(world, call, changed(whole, field.way(), JSON.objectNode()));
                String found = outcome(world, call, changed(whole, field.way(), JSON.arrayNode()));
                if (!found.equals(wanted)) {
                    faults.add(call + " " + field + ": " + found + " in place of " + wanted);
                }
            }
        }
        assertTrue(objects > 30, objects + " objects");
        assertEquals("", String.join("\n", faults));
    }

    /** The example with every object that the schema has and the example leaves out. */
    private static JsonNode withObjects(ApiDocument document, JsonNode given, JsonNode example, int depth) {
        JsonNode schema = merged(document, given);
        if (example instanceof ObjectNode object && depth < 4) {
            schema.path("properties").properties().forEach(property -> {
                JsonNode of = merged(document, property.getValue());
                if (isObject(of) && !object.has(property.getKey())) {
                    object.putObject(property.getKey());
                }
                if (object.has(property.getKey())) {
                    withObjects(document, of, object.get(property.getKey()), depth + 1);
                }
            });
        }
        return example;
    }

    private static boolean isObject(JsonNode schema) {
        return schema.path("type").asText().equals("object")
                || schema.path("type").toString().contains("\"object\"");
    }

    /** What a request is answered, as far as it does not depend on what was done before. */
    private static String outcome(ApiWorld world, ApiDocument.Call call, JsonNode body) {
        Response answer = world.request(call, body.toString(), "");
        return answer.statusCode() == 400
                ? "400 " + answer.path("field") + " " + answer.path("detail")
                : answer.statusCode() < 300 || answer.statusCode() == 409 ? "done" : "" + answer.statusCode();
    }

    private static int send(ApiWorld world, Variant variant, List<String> faults) {
        try {
            Response answer = world.request(variant.call(), written(variant.body()), "");
            if (answer.statusCode() >= 500) {
                faults.add(variant + " is answered " + answer.statusCode() + " " + answer.asString());
            }
            // One thing of many is answered in its place.
            Integer first =
                    answer.contentType().startsWith("application/json") ? answer.path("results[0].status") : null;
            return first == null ? answer.statusCode() : first;
        } catch (AssertionError e) {
            // It is not what the document says, and so described.
            faults.add(variant + ": " + e.getMessage());
            return 400;
        }
    }

    private static String written(JsonNode body) {
        try {
            return ASCII.writeValueAsString(body);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static List<Variant> variants(ApiDocument document, ApiDocument.Call call, JsonNode schema) {
        JsonNode example = document.requestExample(call);
        List<Field> fields = new ArrayList<>();
        collect(document, schema, example, List.of(), fields);
        List<Variant> variants = new ArrayList<>();
        for (Field field : fields) {
            VALUES.forEach((name, value) -> {
                JsonNode body = changed(example, field.way(), value);
                // A field that is null is as good as missing, and an empty list as an empty object, says the document.
                JsonNode judged = value.isNull() && !isFree(field) ? changed(example, field.way(), MISSING) : body;
                if (value.isArray()
                        && value.isEmpty()
                        && merged(document, field.schema())
                                .path("type")
                                .asText()
                                .equals("object")) {
                    judged = changed(example, field.way(), JSON.objectNode());
                }
                boolean tooDeep = name.equals("something deep");
                variants.add(new Variant(
                        call,
                        field + " = " + name,
                        body,
                        document.faults(schema, judged).isEmpty()
                                && !tooDeep
                                && !name.equals("half a character")
                                && !name.equals("a number without bounds")
                                && !name.equals("a huge number")));
            });
        }
        ObjectNode unknown = example.deepCopy();
        variants.add(new Variant(call, "an unknown field", unknown.put("unknown-field", 1), false));
        return variants;
    }

    private static boolean isFree(Field field) {
        return field.way().get(field.way().size() - 1) instanceof Integer;
    }

    /** The fields of a schema, those of objects and of the first element of lists in them too. */
    private static void collect(
            ApiDocument document, JsonNode given, JsonNode example, List<Object> way, List<Field> fields) {
        JsonNode schema = merged(document, given);
        schema.path("properties").properties().forEach(property -> {
            List<Object> below = with(way, property.getKey());
            fields.add(new Field(below, property.getValue()));
            JsonNode value = example.path(property.getKey());
            JsonNode of = merged(document, property.getValue());
            if (value.isObject()) {
                collect(document, of, value, below, fields);
            } else if (value.isArray() && !value.isEmpty() && of.has("items")) {
                List<Object> first = with(below, 0);
                fields.add(new Field(first, of.get("items")));
                collect(document, of.get("items"), value.get(0), first, fields);
            }
        });
    }

    private static JsonNode merged(ApiDocument document, JsonNode schema) {
        JsonNode resolved = document.resolve(schema);
        return resolved.has("$ref") ? document.resolve(resolved) : resolved;
    }

    private static List<Object> with(List<Object> way, Object next) {
        List<Object> longer = new ArrayList<>(way);
        longer.add(next);
        return List.copyOf(longer);
    }

    private static JsonNode changed(JsonNode example, List<Object> way, JsonNode value) {
        JsonNode copy = example.deepCopy();
        JsonNode holder = copy;
        for (Object step : way.subList(0, way.size() - 1)) {
            holder = step instanceof Integer index ? holder.get(index) : holder.get((String) step);
        }
        Object last = way.get(way.size() - 1);
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

    /** All items of all tables, but for who asked what and how often. */
    private Map<String, Map<Object, Object>> everything() {
        Map<String, Map<Object, Object>> all = new TreeMap<>();
        for (String table : dynamoDb.listTables().tableNames()) {
            if (table.equals(tables.access()) || table.equals(tables.limits())) {
                continue;
            }
            Map<Object, Object> items = new LinkedHashMap<>();
            dynamoDb.scanPaginator(scan -> scan.tableName(table).consistentRead(true))
                    .items()
                    .forEach(item -> {
                        if (item.get("pk").s().endsWith("#audit")) {
                            return;
                        }
                        items.put(List.of(item.get("pk"), item.get("sk") == null ? "" : item.get("sk")), item);
                    });
            all.put(table, items);
        }
        return all;
    }

    private static @Nullable Object difference(
            Map<String, Map<Object, Object>> before, Map<String, Map<Object, Object>> after) {
        for (String table : after.keySet()) {
            for (Map.Entry<Object, Object> item : after.get(table).entrySet()) {
                if (!item.getValue().equals(before.get(table).get(item.getKey()))) {
                    return table + " " + item;
                }
            }
        }
        return "something is gone";
    }
}
