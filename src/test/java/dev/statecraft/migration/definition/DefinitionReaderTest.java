package dev.statecraft.migration.definition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.JsonFixtures;
import java.util.List;
import org.junit.jupiter.api.Test;

class DefinitionReaderTest {

    private static final DefinitionReader READER = new DefinitionReader(new DefinitionLimits(100, 200, 50, 3, 2));

    static final String VALID = "{'version': '1.1.0', 'description': 'd', 'target': {'entityType': 'PLAYER_DATA'},"
            + " 'up': {'operations': [{'op': 'rename', 'from': 'hp', 'path': 'health'}]}}";

    @Test
    void aDefinitionIsReadWithItsWayBack() {
        Definition definition = read(JsonFixtures.of(VALID));
        assertEquals(SemanticVersion.of("1.1.0"), definition.version());
        assertEquals(Definition.Kind.OPERATIONS, definition.kind());
        assertNotNull(definition.down());
        assertTrue(definition.reversible());
        assertEquals(64, definition.checksum().length());
        Definition worker = read(with("up", "{'worker': true}"));
        assertEquals(Definition.Kind.WORKER, worker.kind());
        Definition lossy = read(with("up", "{'operations': [{'op': 'remove', 'path': 'old', 'lossy': true}]}"));
        assertEquals(List.of("old"), lossy.lost());
        assertFalse(lossy.reversible());
        ObjectNode handWritten = with("up", "{'operations': [{'op': 'remove', 'path': 'old'}]}");
        handWritten.set("down", JsonFixtures.of("{'expression': 'merge(state, {\\\"old\\\": 1})'}"));
        assertTrue(read(handWritten).reversible());
    }

    @Test
    void theFieldAtFaultIsNamed() {
        assertField("version", with("version", "'1.0'"));
        assertField("version", with("version", "'0.0.0'"));
        assertField("version", with("version", "'1.0.0+build'"));
        assertField("version", with("version", "1"));
        assertField("description", with("description", "'  '"));
        assertField("target", with("target", "'PLAYER_DATA'"));
        assertField("target.entityType", with("target", "{}"));
        assertField("target.board", with("target", "{'entityType': 'A', 'board': 'b'}"));
        assertField("colour", with("colour", "1"));
        assertField("up", with("up", "{}"));
        assertField("up", with("up", "{'worker': true, 'expression': '1'}"));
        assertField("up.worker", with("up", "{'worker': false}"));
        assertField("up.expression", with("up", "{'expression': 'a +'}"));
        assertField("up.expression", with("up", "{'expression': '" + "a".repeat(201) + "'}"));
        assertField("up.expression", with("up", "{'expression': '[1]'}"));
        assertField("up.expression", with("up", "{'expression': 'before'}"));
        assertField("validation[0].expression", with("validation", "[{'expression': '1', 'message': 'm'}]"));
        assertField("invariants[0].expression", with("invariants", "[{'expression': 'true'}]"));
        assertField("invariants[0].expression", with("invariants", "[{'expression': 'state.coinz(1)'}]"));
        assertField("down", with("down", "{'worker': true}"));
        assertField("up.operations", with("up", "{'operations': []}"));
        assertOperation("op", "{'op': 'explode', 'path': 'a'}");
        assertOperation("path", "{'op': 'default', 'value': 1}");
        assertOperation("path", "{'op': 'default', 'path': '/a~2', 'value': 1}");
        assertOperation("value", "{'op': 'default', 'path': 'a'}");
        assertOperation("by", "{'op': 'increment', 'path': 'a', 'by': '1'}");
        assertOperation("from", "{'op': 'rename', 'path': 'a'}");
        assertOperation("path", "{'op': 'rename', 'from': 'a', 'path': '/a/b'}");
        assertOperation("to", "{'op': 'convert', 'path': 'a', 'to': 'list'}");
        assertOperation("from", "{'op': 'convert', 'path': 'a', 'from': 'number', 'to': 'number'}");
        assertOperation("map", "{'op': 'mapValues', 'path': 'a', 'map': {}}");
        assertOperation("expression", "{'op': 'compute', 'path': 'a', 'expression': '('}");
        assertOperation("lossy", "{'op': 'remove', 'path': 'a'}");
        assertOperation("lossy", "{'op': 'compute', 'path': 'a', 'expression': '1'}");
        assertOperation("why", "{'op': 'remove', 'path': 'a', 'lossy': true, 'why': 'x'}");
        assertField("validation[0].message", with("validation", "[{'expression': 'true'}]"));
        assertField(
                "validation[1].expression",
                with("validation", "[{'expression': 'state.a', 'message': 'm'}, {'message': 'm'}]"));
        assertField("validation", with("validation", "[1, 2, 3]"));
        assertField("invariants[0].tolerance", with("invariants", "[{'expression': 'state.a', 'tolerance': -1}]"));
        assertField("options.pageSize", with("options", "{'pageSize': 0}"));
        assertField("options.pageSize", with("options", "{'pageSize': 1.5}"));
        assertField("options.segments", with("options", "{'segments': '4'}"));
        assertField("options.failureThreshold.percent", with("options", "{'failureThreshold': {'percent': 101}}"));
        assertField("options.speed", with("options", "{'speed': 1}"));
    }

    private static void assertOperation(String field, String operation) {
        assertField("up.operations[0]." + field, with("up", "{'operations': [" + operation + "]}"));
    }

    private static void assertField(String field, ObjectNode json) {
        DefinitionReader.Reading reading = READER.read(json);
        assertEquals(
                field,
                assertInstanceOf(DefinitionReader.Malformed.class, reading, json + "")
                        .field());
    }

    private static Definition read(ObjectNode json) {
        DefinitionReader.Reading reading = READER.read(json);
        return assertInstanceOf(DefinitionReader.Read.class, reading, reading + "")
                .definition();
    }

    private static ObjectNode with(String field, String value) {
        ObjectNode json = JsonFixtures.of(VALID);
        json.set(field, JsonFixtures.of("{'v': " + value + "}").get("v"));
        return json;
    }
}
