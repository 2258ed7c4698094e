package dev.statecraft.access;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A key, without the secret that only its holder knows.
 *
 * @param id what the key is known by; part of its text
 * @param game the game it opens
 * @param name what it is for, and what its holder is called; two keys of a game may have the same, so that one can take
 *     the place of the other
 * @param scopes what it is good for
 * @param signed whether every request has to be signed with it, instead of bringing it along
 * @param createdBy the name of the key it was made with
 * @param expiresAt from when on it opens nothing; null for never
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

    /** Whether its time is over. */
    public boolean expired(Instant now) {
        return expiresAt != null && !now.isBefore(expiresAt);
    }
}
