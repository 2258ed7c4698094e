package dev.statecraft.leaderboard.board;

import dev.statecraft.leaderboard.settings.Ranking;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.table.ScanPage;
import org.jspecify.annotations.Nullable;

/**
 * An entry as it is listed.
 *
 * @param rank the rank by the board's {@link Ranking}
 * @param place 1 + how many are better; the same as the rank on a board with competition ranking
 * @param position place in the list, from 1; equals are told apart by who came first
 * @param reachedAt when the score was reached, epoch milliseconds
 * @param metadata JSON text
 */
public record RankedEntry(
        long rank,
        long place,
        long position,
        String playerId,
        Score score,
        long reachedAt,
        @Nullable String metadata) {

    /** This entry without the player's name and metadata. */
    public RankedEntry anonymous() {
        return new RankedEntry(rank, place, position, ScanPage.ERASED_PLAYER, score, reachedAt, null);
    }
}
