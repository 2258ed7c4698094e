package dev.statecraft.replication.command;

import org.jspecify.annotations.Nullable;

/**
 * Source of a change.
 *
 * @param by name of the source in the history: a player, a server or the caller
 * @param playerId the player on whose behalf the request is sent; null for a server, which may write every entity
 * @param ownOnly whether only entities of the player may be written, and no unowned ones: true for a player token
 */
public record Source(String by, @Nullable String playerId, boolean ownOnly) {

    /** A source that is a server, or a server on behalf of a player. */
    public Source(String by, @Nullable String playerId) {
        this(by, playerId, false);
    }
}
