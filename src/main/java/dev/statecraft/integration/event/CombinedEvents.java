package dev.statecraft.integration.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.table.PackedNumber;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * The stored form of changes that wait for a combined append to the event feed, and of its outcome. Changes: {@code [{"s":
 * source, "p": position, "e": [event]}]}. Outcome: the number of appended events as a number of variable length.
 */
final class CombinedEvents {

    private static final int DEFLATE_BYTES = 256;
    private static final int CHANGE_FIELDS = 3;
    private static final int EVENT_FIELDS = 5;

    private CombinedEvents() {}

    /** Writes changes of one game. */
    static ByteBuffer pack(List<SourceChange> changes) {
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        for (SourceChange change : changes) {
            ObjectNode one = json.addObject().put("s", change.source()).put("p", change.position());
            ArrayNode events = one.putArray("e");
            change.events().forEach(event -> events.add(event.toJson()));
        }
        return ByteBuffer.wrap(PackedJson.of(json, DEFLATE_BYTES).bytes());
    }

    /**
     * Reads changes.
     *
     * @throws RuntimeException if this release cannot read them
     */
    static List<SourceChange> unpack(String game, ByteBuffer packed) {
        byte[] bytes = new byte[packed.remaining()];
        packed.duplicate().get(bytes);
        List<SourceChange> changes = new ArrayList<>();
        for (JsonNode change : PackedJson.stored(bytes).value()) {
            List<Event> events = new ArrayList<>();
            for (JsonNode event : known(change, CHANGE_FIELDS).get("e")) {
                events.add(Event.fromJson(known(event, EVENT_FIELDS)));
            }
            changes.add(new SourceChange(
                    game,
                    Objects.requireNonNull(change.get("s").textValue()),
                    Objects.requireNonNull(change.get("p").textValue()),
                    events));
        }
        return changes;
    }

    /** A later release may add fields, which this one must not drop. */
    private static JsonNode known(JsonNode json, int fields) {
        if (json.size() != fields) {
            throw new IllegalArgumentException("unknown fields");
        }
        return json;
    }

    /** Writes the number of appended events; no bytes if the request is returned. */
    static ByteBuffer packCount(OptionalInt appended) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        appended.ifPresent(count -> PackedNumber.write(out, count));
        return ByteBuffer.wrap(out.toByteArray());
    }

    /** Reads what {@link #packCount} wrote. */
    static OptionalInt unpackCount(ByteBuffer outcome) {
        return outcome.hasRemaining()
                ? OptionalInt.of(Math.toIntExact(PackedNumber.read(outcome.duplicate())))
                : OptionalInt.empty();
    }
}
