package dev.statecraft.integration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/**
 * Something that happened.
 *
 * @param id the same however often it is delivered
 * @param seq its place in the game's feed, from 1; 0 as long as it has none
 * @param timestamp when it happened, not when it was written down
 * @param data what it is about; depends on the type
 */
public record Event(String id, long seq, EventType type, Instant timestamp, ObjectNode data) {

    /** An event that has no place in the feed yet. */
    static Event of(EventType type, String id, long atMillis, ObjectNode data) {
        return new Event(id, 0, type, Instant.ofEpochMilli(atMillis), data);
    }

    Event at(long place) {
        return new Event(id, place, type, timestamp, data);
    }

    Event with(ObjectNode other) {
        return new Event(id, seq, type, timestamp, other);
    }

    /** As the feed keeps it, and as it is put on the bus. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", id).put("seq", seq).put("type", type.name()).put("timestamp", Times.text(timestamp));
        json.set("data", data);
        return json;
    }

    /** Reads what {@link #toJson} wrote. */
    static Event fromJson(JsonNode json) {
        return new Event(
                json.get("id").textValue(),
                json.get("seq").longValue(),
                EventType.valueOf(json.get("type").textValue()),
                Instant.parse(json.get("timestamp").textValue()),
                (ObjectNode) json.get("data"));
    }
}
