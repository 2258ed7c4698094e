package dev.statecraft.testing.workload.migration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.JsonFixtures;
import dev.statecraft.migration.definition.Definition;
import dev.statecraft.replication.state.PackedJson;

/**
 * The old and the new form of the metadata of an entry: {@code map} becomes {@code place.map}, {@code level} is one higher,
 * and {@code old} remains in the backup only. Metadata that was converted twice, or not at all, has another level.
 */
final class MetadataForms {

    static final String OLD = PurseForms.OLD;
    static final String NEW = PurseForms.NEW;

    /** Level that violates a rule of the migration. */
    static final int REJECTED = 900;

    private MetadataForms() {}

    /** The migration of the metadata of a board, or {@code *} for all boards. */
    static Definition definition(String board, String options) {
        return JsonFixtures.ofMetadata(
                NEW,
                board,
                "{'operations': [{'op': 'rename', 'from': 'map', 'path': '/place/map'},"
                        + " {'op': 'increment', 'path': 'level', 'by': 1},"
                        + " {'op': 'remove', 'path': 'old', 'lossy': true}]}",
                ", 'validation': [{'expression': 'state.level < " + REJECTED + "', 'message': 'too high'}], 'options': "
                        + options);
    }

    static JsonNode parsed(String metadata) {
        try {
            return PackedJson.MAPPER.readTree(metadata);
        } catch (JsonProcessingException e) {
            throw new AssertionError(metadata, e);
        }
    }

    /** The writer of metadata. Conversions do not change it. */
    static String writer(JsonNode metadata) {
        return metadata.isObject() ? metadata.path("by").asText() : metadata.asText();
    }

    /** Whether the migration quarantines metadata of the old form. */
    static boolean isRejected(JsonNode metadata) {
        return !metadata.isObject() || metadata.path("level").intValue() + 1 >= REJECTED;
    }

    static JsonNode up(JsonNode metadata) {
        ObjectNode copy = metadata.deepCopy();
        if (copy.has("map")) {
            JsonNode map = copy.remove("map");
            copy.withObject("/place").set("map", map);
        }
        copy.put("level", copy.path("level").intValue() + 1);
        copy.remove("old");
        return copy;
    }

    static JsonNode down(JsonNode metadata) {
        ObjectNode copy = metadata.deepCopy();
        if (copy.at("/place/map").isTextual()) {
            copy.set("map", copy.remove("place").get("map"));
        }
        copy.put("level", copy.path("level").intValue() - 1);
        return copy;
    }
}
