package dev.statecraft.replication;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An open connection.
 *
 * @param id as whatever keeps the connections calls it
 * @param game the game of who opened it
 * @param by what who opened it is called
 * @param playerId the player whose feed it follows; null if it follows none
 * @param cursors by space, how far it was told; {@value #PLAYER} is the place of the player's own feed
 */
public record Connection(
        String id, String game, String by, @Nullable String playerId, Map<String, String> cursors) {

    /** Where the cursor of the player's feed stands among those of spaces; no id can be empty. */
    public static final String PLAYER = "";

    /** Copies the cursors. */
    public Connection {
        cursors = new TreeMap<>(cursors);
    }

    /** What the feed of a player is called among the names of spaces, which never begin like this. */
    public static String playerTopic(String playerId) {
        return "$" + playerId;
    }
}
