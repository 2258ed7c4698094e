package dev.statecraft.integration.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.statecraft.table.ScanPage;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * An event of the event feed.
 *
 * @param id identifies the event; repeated deliveries have the same id
 * @param seq sequence number in the game's event feed, from 1; 0 before the event is appended
 * @param timestamp when the change was made, not when the event was appended
 * @param data details of the change; the members depend on the type
 */
public record Event(String id, long seq, EventType type, Instant timestamp, ObjectNode data) {

    /** Returns an event that is not in the event feed yet. */
    public static Event of(EventType type, String id, long atMillis, ObjectNode data) {
        return new Event(id, 0, type, Instant.ofEpochMilli(atMillis), data);
    }

    Event withSeq(long newSeq) {
        return new Event(id, newSeq, type, timestamp, data);
    }

    Event withData(ObjectNode newData) {
        return new Event(id, seq, type, timestamp, newData);
    }

    /**
     * Anonymizes a player. Replaces the player id where it is a whole text value of the data or a whole part of the
     * event id. Returns this event if it does not contain the player id.
     */
    Event anonymized(String playerId) {
        ObjectNode newData = data.deepCopy();
        boolean replaced = anonymize(newData, playerId);
        String newId = idPart(playerId).matcher(id).replaceAll(ScanPage.ERASED_PLAYER + "-" + seq);
        return replaced || !newId.equals(id) ? new Event(newId, seq, type, timestamp, newData) : this;
    }

    private static boolean anonymize(JsonNode json, String playerId) {
        boolean replaced = false;
        if (json instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> member : object.properties()) {
                if (isText(member.getValue(), playerId)) {
                    member.setValue(TextNode.valueOf(ScanPage.ERASED_PLAYER));
                    replaced = true;
                } else {
                    replaced |= anonymize(member.getValue(), playerId);
                }
            }
        } else if (json instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                if (isText(array.get(i), playerId)) {
                    array.set(i, TextNode.valueOf(ScanPage.ERASED_PLAYER));
                    replaced = true;
                } else {
                    replaced |= anonymize(array.get(i), playerId);
                }
            }
        }
        return replaced;
    }

    /** Matches the player id as a whole part of an event id; parts are separated by {@code :} or {@code /}. */
    private static Pattern idPart(String playerId) {
        return Pattern.compile("(?<=[:/])" + Pattern.quote(playerId) + "(?=[:/]|$)");
    }

    private static boolean isText(JsonNode value, String text) {
        return value.isTextual() && value.textValue().equals(text);
    }

    /** Returns the JSON form: the event feed stores it, and the event bus receives it. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", id).put("seq", seq).put("type", type.name()).put("timestamp", ApiTime.text(timestamp));
        json.set("data", data);
        return json;
    }

    /** Parses the result of {@link #toJson}. */
    static Event fromJson(JsonNode json) {
        return new Event(
                json.get("id").textValue(),
                json.get("seq").longValue(),
                EventType.valueOf(json.get("type").textValue()),
                Instant.parse(json.get("timestamp").textValue()),
                (ObjectNode) json.get("data"));
    }
}
