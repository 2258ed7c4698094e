package dev.statecraft.leaderboard.settings;

import org.jspecify.annotations.Nullable;

/**
 * The source entity type that a board is bound to. The score of a player is a number in the state of the player's entity.
 *
 * @param entityType the source entity type; null with a null path in a request that removes the binding
 * @param path the path of the number in the state: a top-level key, or a JSON pointer that starts with {@code /}
 */
public record EntitySource(
        @Nullable String entityType, @Nullable String path) {

    /** Whether neither type nor path is set. */
    boolean none() {
        return entityType == null && path == null;
    }
}
