package dev.statecraft.replication.entity;

import org.jspecify.annotations.Nullable;

/**
 * Who asks for a change.
 *
 * @param by what it is called in the history: the player, the server, or the caller
 * @param playerId the player on whose behalf it is asked; null for a server, which may write everything
 * @param ownOnly whether only what belongs to the player may be written, and not what belongs to nobody: so it is where
 *     the player asks itself, without a server that answers for it
 */
public record Source(String by, @Nullable String playerId, boolean ownOnly) {

    /** What a server asks for, for itself or on behalf of a player. */
    public Source(String by, @Nullable String playerId) {
        this(by, playerId, false);
    }
}
