package dev.statecraft.replication.socket;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An open connection.
 *
 * @param id as whatever keeps the connections calls it
 * @param opener who opened it
 * @param playerId the player whose feed it follows; null if it follows none
 * @param cursors by space, how far it was told; {@value #PLAYER} is the place of the player's own feed
 */
public record Connection(String id, Opener opener, @Nullable String playerId, Map<String, String> cursors) {

    /** Where the cursor of the player's feed stands among those of spaces; no id can be empty. */
    public static final String PLAYER = "";

    /** Copies the cursors. */
    public Connection {
        cursors = new TreeMap<>(cursors);
    }

    /**
     * Who opened a connection, and what it may do on it.
     *
     * @param by what it is called
     * @param keyId the key it came with
     * @param scopes what it may do, as keys name it
     * @param playerId the player it is bound to; null for servers
     * @param spaces the spaces it is bound to; means nothing for servers
     * @param expiresAt when the token it came with ends; null for a key
     */
    public record Opener(
            String game,
            String by,
            String keyId,
            Set<String> scopes,
            @Nullable String playerId,
            Set<String> spaces,
            @Nullable Instant expiresAt) {

        /** Copies the sets. */
        public Opener {
            scopes = Set.copyOf(scopes);
            spaces = Set.copyOf(spaces);
        }
    }

    /** The game of who opened it. */
    public String game() {
        return opener.game();
    }

    /** Whether what it was opened with has ended. */
    public boolean isExpired(Instant now) {
        Instant expiresAt = opener.expiresAt();
        return expiresAt != null && !now.isBefore(expiresAt);
    }
}
