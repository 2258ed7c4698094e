package dev.statecraft.replication.socket;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An open WebSocket connection.
 *
 * @param id connection id of the transport: API Gateway, or the server of dev mode
 * @param opener the caller that opened the connection
 * @param playerId the player whose feed the connection subscribes to; null if none
 * @param schemaVersion the schema version that the client uses; null for the latest one
 * @param cursors last cursor sent to the connection, by space; the key {@link #PLAYER} holds the cursor of the player
 *     feed
 */
public record Connection(
        String id,
        Opener opener,
        @Nullable String playerId,
        @Nullable String schemaVersion,
        Map<String, String> cursors) {

    /** Key of the player feed's cursor; it is empty because no space has an empty name. */
    public static final String PLAYER = "";

    /** Copies the cursors. */
    public Connection {
        cursors = new TreeMap<>(cursors);
    }

    /**
     * The caller that opened a connection, with its permissions.
     *
     * @param by name of the caller
     * @param keyId id of the API key that authenticated the caller or issued its token
     * @param scopes names of the granted scopes
     * @param playerId the player of the caller's token; null for servers
     * @param spaces the spaces that the player may access; ignored for servers
     * @param expiresAt when the token expires; null for an API key
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

    /** Returns the game of the caller that opened the connection. */
    public String game() {
        return opener.game();
    }

    /** Returns true if the token of the connection has expired. */
    public boolean isExpired(Instant now) {
        Instant expiresAt = opener.expiresAt();
        return expiresAt != null && !now.isBefore(expiresAt);
    }
}
