package dev.statecraft.migration.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * A migration to register. {@code target} is {@code {entityType}}; {@code up} and {@code down} are one of
 * {@code {operations}}, {@code {expression}} and {@code {worker: true}}; {@code validation} is a list of
 * {@code {expression, message}}, {@code invariants} one of {@code {expression, tolerance}}. A migration that one game
 * server performs as a whole has {@code script: true} instead of all these.
 */
public record MigrationRequest(
        @Nullable JsonNode version,
        @Nullable JsonNode description,
        @Nullable JsonNode target,
        @Nullable JsonNode up,
        @Nullable JsonNode down,
        @Nullable JsonNode validation,
        @Nullable JsonNode invariants,
        @Nullable JsonNode options,
        @Nullable JsonNode script,
        @Nullable Boolean outOfOrder) {

    private static final String FAILURE_THRESHOLD = "failureThreshold";

    /** The definition: the request without the options of the registration itself. */
    ObjectNode definition() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        put(json, "version", version);
        put(json, "description", description);
        put(json, "target", object(target));
        put(json, "up", object(up));
        put(json, "down", object(down));
        put(json, "validation", validation);
        put(json, "invariants", invariants);
        put(json, "options", options(object(options)));
        put(json, "script", script);
        return json;
    }

    /** Replaces an empty array, which Luau sends for an empty object, so that both forms are the same definition. */
    private static @Nullable JsonNode object(@Nullable JsonNode value) {
        return value != null && value.isArray() && value.isEmpty() ? JsonNodeFactory.instance.objectNode() : value;
    }

    private static @Nullable JsonNode options(@Nullable JsonNode options) {
        if (!(options instanceof ObjectNode given) || !given.has(FAILURE_THRESHOLD)) {
            return options;
        }
        ObjectNode copy = given.deepCopy();
        copy.set(FAILURE_THRESHOLD, object(given.get(FAILURE_THRESHOLD)));
        return copy;
    }

    private static void put(ObjectNode json, String name, @Nullable JsonNode value) {
        if (value != null && !value.isNull()) {
            json.set(name, value);
        }
    }
}
