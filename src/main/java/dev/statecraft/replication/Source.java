package dev.statecraft.replication;

import org.jspecify.annotations.Nullable;

/**
 * Who asks for a change.
 *
 * @param by what it is called in the history: the player, the server, or the caller
 * @param playerId the player on whose behalf it is asked; null for a server, which may write everything
 */
public record Source(String by, @Nullable String playerId) {}
