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
 * Cursors of feeds as the opaque words that clients hand back: a JSON array in base64url. They are not signed: a client
 * may write its own, and learns from it nothing that it could not ask for. So each part is checked as it is read back,
 * and one that we cannot have written is no cursor.
 */
public final class FeedCursors {

    private static final String SPACE = "space";
    private static final String PLAYER = "player";

    /** Numbers of commits and changes, and milliseconds; the largest that JSON has everywhere, of 16 digits. */
    private static final long MOST = (1L << 53) - 1;

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
     * Reads a word back; nothing if it is not the cursor of a space.
     *
     * @param id tells what may be an id
     */
    public static Optional<FeedCursor> readSpace(String word, Predicate<String> id) {
        return decoded(word, SPACE, "iellel", id)
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
     * Reads a word back; nothing if it is not the cursor of a player.
     *
     * @param id tells what may be an id
     * @param mostSpaces how many spaces it may tell of
     */
    public static Optional<PlayerFeed.Cursor> readPlayer(String word, Predicate<String> id, int mostSpaces) {
        return decoded(word, PLAYER, "illllsa", id).flatMap(parts -> {
            Map<String, PlayerFeed.Position> spaces = new TreeMap<>();
            if (parts.get(7).size() > mostSpaces) {
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

    private static Optional<JsonNode> decoded(String word, String kind, String shape, Predicate<String> id) {
        try {
            JsonNode parts = PackedJson.MAPPER.readTree(Base64.getUrlDecoder().decode(word));
            boolean ours = parts != null
                    && parts.isArray()
                    && kind.equals(parts.path(0).textValue())
                    && fits(parts, shape, 1, id);
            return ours ? Optional.of(parts) : Optional.empty();
        } catch (IllegalArgumentException | IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Whether the parts from one on are of a shape: i an id, e an id or empty, s text, l a number that is not negative,
     * a an array.
     */
    private static boolean fits(JsonNode parts, String shape, int from, Predicate<String> id) {
        if (!parts.isArray() || parts.size() != from + shape.length()) {
            return false;
        }
        for (int i = 0; i < shape.length(); i++) {
            JsonNode part = parts.get(from + i);
            boolean fits =
                    switch (shape.charAt(i)) {
                        case 'i' -> part.isTextual() && id.test(part.textValue());
                        case 'e' -> part.isTextual() && (part.textValue().isEmpty() || id.test(part.textValue()));
                        case 's' -> part.isTextual();
                        case 'l' ->
                            part.canConvertToLong()
                                    && part.isIntegralNumber()
                                    && part.longValue() >= 0
                                    && part.longValue() <= MOST;
                        default -> part.isArray();
                    };
            if (!fits) {
                return false;
            }
        }
        return true;
    }
}
