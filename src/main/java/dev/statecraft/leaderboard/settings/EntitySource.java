package dev.statecraft.leaderboard.settings;

import org.jspecify.annotations.Nullable;

/**
 * What a board follows by itself: a number in the state of the entities of a type, one entity a player.
 *
 * @param entityType the type; null together with the path in a request that takes the source away
 * @param path where the number stands, as updates of entities name paths
 */
public record EntitySource(
        @Nullable String entityType, @Nullable String path) {

    /** Whether this names nothing. */
    boolean none() {
        return entityType == null && path == null;
    }
}
