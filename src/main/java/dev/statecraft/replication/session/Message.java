package dev.statecraft.replication.session;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * A message to the server that holds the session of an entity, now or next.
 *
 * @param id identifies the message among those of its entity
 * @param at when it was sent, Unix milliseconds
 * @param expiresAt when it expires, Unix milliseconds; null if it does not expire
 */
public record Message(
        String id, JsonNode body, long at, @Nullable Long expiresAt) {

    boolean isExpired(long nowMillis) {
        return expiresAt != null && expiresAt <= nowMillis;
    }
}
