package dev.statecraft.access.key;

import dev.statecraft.access.Scope;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An API key without its secret.
 *
 * @param id public id, part of the key's text
 * @param game the game for which the key is valid
 * @param name purpose of the key and name of its holder. Two keys of a game may have the same name, so that a key can
 *     be rotated
 * @param scopes the granted scopes
 * @param signed whether every request must be signed with the key instead of sending it
 * @param createdBy name of the key that created this key
 * @param expiresAt from when on the key is invalid; null if it does not expire
 */
public record AccessKey(
        String id,
        String game,
        String name,
        Set<Scope> scopes,
        boolean signed,
        Instant createdAt,
        String createdBy,
        @Nullable Instant expiresAt) {

    /** Copies the scopes. */
    public AccessKey {
        scopes = Set.copyOf(scopes);
    }

    /** Whether the key has expired. */
    public boolean expired(Instant now) {
        return expiresAt != null && !now.isBefore(expiresAt);
    }
}
