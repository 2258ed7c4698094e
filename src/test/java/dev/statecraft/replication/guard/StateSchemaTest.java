package dev.statecraft.replication.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.statecraft.replication.Trees;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StateSchemaTest {

    private static final int PATTERN_SIZE = 500;
    private static final List<String> TYPES =
            List.of("null", "boolean", "object", "array", "number", "integer", "string");

    static StateSchema schema(String json) {
        return schema(Trees.json(json));
    }

    private static StateSchema schema(JsonNode json) {
        SchemaReader.Reading reading = SchemaReader.parse("schema", json, PATTERN_SIZE);
        return assertInstanceOf(SchemaReader.Read.class, reading, json.toString())
                .schema();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'type': 'string'}                  | 'a'            | ",
                "{'type': 'string'}                  | 1              | /v type",
                "{'type': 'string'}                  | null           | /v type",
                "{'type': ['string', 'null']}        | null           | ",
                "{'type': 'integer'}                 | 1.0            | ",
                "{'type': 'integer'}                 | 1.5            | /v type",
                "{'type': 'number'}                  | 1.5            | ",
                "{'type': 'boolean'}                 | 0              | /v type",
                "{'type': 'object'}                  | []             | ",
                "{'type': 'array'}                   | {}             | ",
                "{'type': 'object'}                  | [1]            | /v type",
                "{'type': 'array'}                   | {'a': 1}       | /v type",
                "{'required': ['a']}                 | []             | /v/a required",
                "{'minItems': 1}                     | {}             | /v minItems",
                "{'enum': ['a', 2, {'x': 1}]}        | 2.0            | ",
                "{'enum': ['a', 2, {'x': 1}]}        | {'x': 1.0}     | ",
                "{'enum': ['a', 2]}                  | 'b'            | /v enum",
                "{'minimum': 0}                      | -0.5           | /v minimum",
                "{'minimum': 0}                      | '-1'           | ",
                "{'maximum': 10}                     | 10             | ",
                "{'maximum': 10}                     | 10.01          | /v maximum",
                "{'minLength': 2}                    | 'a'            | /v minLength",
                "{'maxLength': 1}                    | '\uD83D\uDE00' | ",
                "{'maxLength': 1}                    | 'ab'           | /v maxLength",
                "{'pattern': '[0-9]'}                | 'a1b'          | ",
                "{'pattern': '^[0-9]+$'}             | 'a1b'          | /v pattern",
                "{'pattern': '^[0-9]+$'}             | 17             | ",
                "{'maxItems': 2}                     | [1, 2, 3]      | /v maxItems",
                "{'items': {'type': 'string'}}       | ['a', 'b', 3]  | /v/2 type",
                "{'items': {'items': {'minimum': 0}}} | [[1], [2, -1]] | /v/1/1 minimum",
                "{'properties': {'a/b': {'type': 'string'}}} | {'a/b': 1} | /v/a~1b type",
                "{'properties': {'a': {'type': 'string'}}} | {'b': 1} | ",
                "{'required': ['b', 'a']}            | {}             | /v/b required",
                "{'required': ['a']}                 | {'a': null}    | ",
                "{'properties': {'a': {}}, 'additionalProperties': false} | {'a': 1} | ",
                "{'properties': {'a': {}}, 'additionalProperties': false} | {'z': 1, 'b': 1} | /v/b additionalProperties",
                "{'additionalProperties': true}      | {'z': 1}       | ",
                "[]                                  | {'z': 1}       | ",
                "{'properties': {'a': {}}, 'additionalProperties': {'minimum': 0}} | {'a': -1, 'b': -1} | /v/b minimum",
            })
    void keywords_applyToTheirTypes(String schema, String value, String violation) {
        assertEquals(
                violation == null ? "" : violation,
                violation("{'properties': {'v': " + schema + "}}", "{'v': " + value + "}"));
    }

    private static String violation(String schema, String state) {
        return schema(schema)
                .violation(Trees.object(state))
                .map(violation -> violation.path() + " " + violation.rule())
                .orElse("");
    }

    @Test
    void firstViolation_doesNotDependOnTheOrderOfKeys() {
        String schema = "{'properties': {'b': {'minimum': 0}, 'a': {'minimum': 0, 'enum': [1]}}, 'required': ['c']}";
        assertEquals("/c required", violation(schema, "{'a': -1}"));
        assertEquals("/a enum", violation(schema, "{'b': -1, 'a': -1, 'c': 0}"));
        assertEquals("/a enum", violation(schema, "{'a': -1, 'b': -1, 'c': 0}"));
        assertEquals("/ additionalProperties", violation("{'additionalProperties': false}", "{'': 1}"));
        assertEquals(" enum", violation("{'enum': [{'a': 1}]}", "{'a': 2}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "3                                       | schema",
                "true                                    | schema",
                "{'type': 'array'}                       | schema.type",
                "{'type': 'float'}                       | schema.type",
                "{'type': []}                            | schema.type",
                "{'type': ['object', 'object']}          | schema.type",
                "{'$schema': 'x'}                        | schema.$schema",
                "{'properties': {'a': {'$ref': '#'}}}    | schema.properties.a.$ref",
                "{'properties': {'a': {'oneOf': []}}}    | schema.properties.a.oneOf",
                "{'properties': {'a': true}}             | schema.properties.a",
                "{'properties': 3}                       | schema.properties",
                "{'items': [{}]}                         | schema.items",
                "{'additionalProperties': 1}             | schema.additionalProperties",
                "{'additionalProperties': {'const': 1}}  | schema.additionalProperties.const",
                "{'required': 'a'}                       | schema.required",
                "{'required': ['a', 'a']}                | schema.required",
                "{'required': [1]}                       | schema.required",
                "{'enum': []}                            | schema.enum",
                "{'enum': 'a'}                           | schema.enum",
                "{'minimum': '0'}                        | schema.minimum",
                "{'maximum': 9007199254740992}           | schema.maximum",
                "{'minLength': -1}                       | schema.minLength",
                "{'maxItems': 1.5}                       | schema.maxItems",
                "{'pattern': 3}                          | schema.pattern",
                "{'pattern': '(?=a)'}                    | schema.pattern",
                "{'pattern': '(a)\\\\1'}                 | schema.pattern",
                "{'pattern': '['}                        | schema.pattern",
                "{'pattern': 'a{600}'}                   | schema.pattern",
                "{'pattern': '((a{100}){100}){100}'}     | schema.pattern",
                "{'items': null}                         | schema.items",
            })
    void unsupportedSchema_isRejectedWithItsField(String json, String field) {
        SchemaReader.Reading reading = SchemaReader.parse("schema", Trees.json(json), PATTERN_SIZE);
        assertEquals(
                field, assertInstanceOf(SchemaReader.Malformed.class, reading).field(), json);
    }

    @Test
    void schemaIsNotNestedMoreDeeplyThanAState() {
        String nested = "{}";
        for (int i = 0; i < 40; i++) {
            nested = "{'items': " + nested + "}";
        }
        SchemaReader.Reading reading = SchemaReader.parse("schema", Trees.json(nested), PATTERN_SIZE);
        assertTrue(
                assertInstanceOf(SchemaReader.Malformed.class, reading).reason().contains("32 levels"));
    }

    /** Backtracking would need more steps than there are atoms in a drop of water. */
    @Test
    void patternIsSearchedInLinearTime() {
        String schema = "{'properties': {'v': {'pattern': '^(a*)*b$'}}}";
        assertEquals("/v pattern", violation(schema, "{'v': '" + "a".repeat(10_000) + "'}"));
    }

    /** A well-kept validator is the oracle for the keywords of both, on values without empty objects and lists. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void verdictIsThatOfJsonSchema(long seed) {
        Random random = new Random(seed);
        JsonSchemaFactory factory = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
        int valid = 0;
        for (int i = 0; i < 3_000; i++) {
            ObjectNode json = schemaOf(random, 3);
            json.remove(List.of("type", "enum"));
            ObjectNode state = object(random, 3);
            boolean expected = factory.getSchema(json).validate(state).isEmpty();
            assertEquals(
                    expected,
                    schema(json).violation(state).isEmpty(),
                    "seed " + seed + ": " + json + " of " + state + ": "
                            + schema(json).violation(state));
            valid += expected ? 1 : 0;
        }
        assertTrue(valid > 300 && valid < 2_700, "valid " + valid);
    }

    private static ObjectNode schemaOf(Random random, int depth) {
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        for (int i = random.nextInt(3); i >= 0; i--) {
            switch (random.nextInt(depth > 0 ? 12 : 8)) {
                case 0 -> schema.put("type", TYPES.get(random.nextInt(TYPES.size())));
                case 1 ->
                    schema.putArray("enum")
                            .add(value(random, 0))
                            .add(value(random, 1))
                            .add(1);
                case 2 -> schema.put("minimum", random.nextInt(4));
                case 3 -> schema.put("maximum", random.nextInt(4) + 0.5);
                case 4 -> schema.put("minLength", random.nextInt(3));
                case 5 -> schema.put("maxLength", random.nextInt(3));
                case 6 -> schema.put("pattern", List.of("a", "^b", "a$").get(random.nextInt(3)));
                case 7 -> schema.put(random.nextBoolean() ? "minItems" : "maxItems", 1 + random.nextInt(2));
                case 8 -> schema.set("items", schemaOf(random, depth - 1));
                case 9 -> schema.putArray("required").add(key(random));
                case 10 ->
                    schema.set(
                            "additionalProperties",
                            random.nextBoolean()
                                    ? JsonNodeFactory.instance.booleanNode(random.nextBoolean())
                                    : schemaOf(random, depth - 1));
                default -> schema.putObject("properties").set(key(random), schemaOf(random, depth - 1));
            }
        }
        return schema;
    }

    private static String key(Random random) {
        return List.of("a", "b", "c/d").get(random.nextInt(3));
    }

    private static ObjectNode object(Random random, int depth) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (int i = random.nextInt(3); i >= 0; i--) {
            object.set(key(random), value(random, depth - 1));
        }
        return object;
    }

    private static JsonNode value(Random random, int depth) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        return switch (random.nextInt(depth > 0 ? 7 : 5)) {
            case 0 -> json.nullNode();
            case 1 -> json.booleanNode(random.nextBoolean());
            case 2 -> json.textNode(List.of("", "a", "ba", "b", "abb").get(random.nextInt(5)));
            case 3 -> json.numberNode(random.nextInt(5));
            case 4 -> json.numberNode(random.nextInt(8) / 2.0);
            case 5 -> object(random, depth);
            default -> {
                var list = json.arrayNode();
                for (int i = random.nextInt(3); i >= 0; i--) {
                    list.add(value(random, depth - 1));
                }
                yield list;
            }
        };
    }
}
