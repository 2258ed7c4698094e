package dev.statecraft.replication.feed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.state.SpaceChecksum;
import java.io.IOException;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Converts feed cursors to the opaque texts that clients send back: a JSON array in base64url. The texts are not
 * signed: a forged cursor gives a client no data that it could not request otherwise. Each part is validated when a
 * cursor is parsed, and an invalid cursor is rejected.
 */
public final class FeedCursors {

    private static final String SPACE = "space";
    private static final String PLAYER = "player";

    /** Largest accepted number: the largest integer that every JSON implementation represents exactly. */
    private static final long MAX_NUMBER = (1L << 53) - 1;

    private FeedCursors() {}

    public static String write(FeedCursor cursor) {
        return encoded(JsonNodeFactory.instance
                .arrayNode()
                .add(SPACE)
                .add(cursor.space())
                .add(cursor.epoch())
                .add(cursor.seq())
                .add(cursor.at())
                .add(cursor.snapshotAfter())
                .add(cursor.settlesAt()));
    }

    /**
     * Parses the cursor of a space feed; empty if it is not valid.
     *
     * @param id accepts valid ids
     */
    public static Optional<FeedCursor> readSpace(String text, Predicate<String> id) {
        return decoded(text, SPACE, "iellel", id)
                .map(parts -> new FeedCursor(
                        parts.get(1).textValue(),
                        parts.get(2).textValue(),
                        parts.get(3).longValue(),
                        parts.get(4).longValue(),
                        parts.get(5).textValue(),
                        parts.get(6).longValue()));
    }

    public static String write(PlayerFeed.Cursor cursor) {
        ArrayNode parts = JsonNodeFactory.instance
                .arrayNode()
                .add(PLAYER)
                .add(cursor.player())
                .add(cursor.resyncs())
                .add(cursor.joins())
                .add(cursor.leaves())
                .add(cursor.at())
                .add(cursor.checksum().toString());
        ArrayNode spaces = parts.addArray();
        cursor.spaces()
                .forEach((space, position) ->
                        spaces.addArray().add(space).add(position.epoch()).add(position.seq()));
        return encoded(parts);
    }

    /**
     * Parses the cursor of a player feed; empty if it is not valid.
     *
     * @param id accepts valid ids
     * @param maxSpaces maximum number of spaces in the cursor
     */
    public static Optional<PlayerFeed.Cursor> readPlayer(String text, Predicate<String> id, int maxSpaces) {
        return decoded(text, PLAYER, "illllsa", id).flatMap(parts -> {
            Map<String, PlayerFeed.Position> spaces = new TreeMap<>();
            if (parts.get(7).size() > maxSpaces) {
                return Optional.empty();
            }
            for (JsonNode space : parts.get(7)) {
                if (!fits(space, "iel", 0, id)) {
                    return Optional.empty();
                }
                spaces.put(
                        space.get(0).textValue(),
                        new PlayerFeed.Position(
                                space.get(1).textValue(), space.get(2).longValue()));
            }
            String checksum = parts.get(6).textValue();
            return checksum.matches("[0-9a-f]{8}")
                    ? Optional.of(new PlayerFeed.Cursor(
                            parts.get(1).textValue(),
                            parts.get(2).longValue(),
                            parts.get(3).longValue(),
                            parts.get(4).longValue(),
                            parts.get(5).longValue(),
                            SpaceChecksum.parse(checksum),
                            spaces))
                    : Optional.empty();
        });
    }

    private static String encoded(ArrayNode parts) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(PackedJson.text(parts));
    }

    private static Optional<JsonNode> decoded(String text, String kind, String types, Predicate<String> id) {
        try {
            JsonNode parts = PackedJson.MAPPER.readTree(Base64.getUrlDecoder().decode(text));
            boolean valid = parts != null
                    && parts.isArray()
                    && kind.equals(parts.path(0).textValue())
                    && fits(parts, types, 1, id);
            return valid ? Optional.of(parts) : Optional.empty();
        } catch (IllegalArgumentException | IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Returns true if the parts after the first {@code from} have the given types: {@code i} an id, {@code e} an id or
     * empty text, {@code s} text, {@code l} an integer from 0, {@code a} an array.
     */
    private static boolean fits(JsonNode parts, String types, int from, Predicate<String> id) {
        if (!parts.isArray() || parts.size() != from + types.length()) {
            return false;
        }
        for (int i = 0; i < types.length(); i++) {
            JsonNode part = parts.get(from + i);
            boolean fits =
                    switch (types.charAt(i)) {
                        case 'i' -> part.isTextual() && id.test(part.textValue());
                        case 'e' -> part.isTextual() && (part.textValue().isEmpty() || id.test(part.textValue()));
                        case 's' -> part.isTextual();
                        case 'l' ->
                            part.canConvertToLong()
                                    && part.isIntegralNumber()
                                    && part.longValue() >= 0
                                    && part.longValue() <= MAX_NUMBER;
                        default -> part.isArray();
                    };
            if (!fits) {
                return false;
            }
        }
        return true;
    }
}
