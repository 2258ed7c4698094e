package dev.statecraft.leaderboard;

import dev.statecraft.table.Swept;
import org.jspecify.annotations.Nullable;

/**
 * An entry as it is listed.
 *
 * @param rank standard competition rank: 1 + how many are better; equals share it
 * @param position place in the list, from 1; equals are told apart by who came first
 * @param reachedAt when the score was reached, epoch milliseconds
 * @param metadata JSON text
 */
public record RankedEntry(
        long rank,
        long position,
        String playerId,
        Score score,
        long reachedAt,
        @Nullable String metadata) {

    /** This entry without the player's name and metadata. */
    RankedEntry anonymous() {
        return new RankedEntry(rank, position, Swept.ERASED_PLAYER, score, reachedAt, null);
    }
}
