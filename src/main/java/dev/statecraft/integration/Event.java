package dev.statecraft.integration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.statecraft.table.Swept;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;

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

    /** The same event without the name of a player, wherever it stands for itself; this one if it does not name it. */
    Event without(String playerId) {
        ObjectNode other = data.deepCopy();
        boolean named = erase(other, playerId);
        String otherId = bounded(playerId).matcher(id).replaceAll(Swept.ERASED_PLAYER + "-" + seq);
        return named || !otherId.equals(id) ? new Event(otherId, seq, type, timestamp, other) : this;
    }

    private static boolean erase(JsonNode json, String playerId) {
        boolean named = false;
        if (json instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> member : object.properties()) {
                if (isName(member.getValue(), playerId)) {
                    member.setValue(TextNode.valueOf(Swept.ERASED_PLAYER));
                    named = true;
                } else {
                    named |= erase(member.getValue(), playerId);
                }
            }
        } else if (json instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                if (isName(array.get(i), playerId)) {
                    array.set(i, TextNode.valueOf(Swept.ERASED_PLAYER));
                    named = true;
                } else {
                    named |= erase(array.get(i), playerId);
                }
            }
        }
        return named;
    }

    /** A name as one of the parts of an event's id. */
    private static Pattern bounded(String playerId) {
        return Pattern.compile("(?<=[:/])" + Pattern.quote(playerId) + "(?=[:/]|$)");
    }

    private static boolean isName(JsonNode value, String playerId) {
        return value.isTextual() && value.textValue().equals(playerId);
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
