package dev.statecraft.replication.guard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * A compiled schema of a state in a subset of JSON Schema (2020-12), which {@link SchemaReader} reads. Safe for concurrent
 * use. The result of a check depends only on the schema and the state. Cost of a check: one step for each value that the
 * schema names, and for a pattern as many steps per code point as the pattern has instructions.
 */
public final class StateSchema {

    private final JsonNode json;
    private final ValueSchema root;

    StateSchema(JsonNode json, ValueSchema root) {
        this.json = json;
        this.root = root;
    }

    /** The first violated keyword; empty if the state is valid. */
    public Optional<SchemaViolation> violation(ObjectNode state) {
        return root.violation(state);
    }

    /** The schema as JSON. */
    public ObjectNode json() {
        return json instanceof ObjectNode object ? object.deepCopy() : JsonNodeFactory.instance.objectNode();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StateSchema schema && json.equals(schema.json);
    }

    @Override
    public int hashCode() {
        return json.hashCode();
    }

    @Override
    public String toString() {
        return json.toString();
    }
}
