package dev.statecraft.leaderboard.board;

import dev.statecraft.leaderboard.settings.Ranking;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.table.ScanPage;
import org.jspecify.annotations.Nullable;

/**
 * An entry with its rank and position.
 *
 * @param rank the rank by the board's {@link Ranking}
 * @param place 1 + the number of better entries; equals the rank on a board with competition ranking
 * @param position the position in the list, from 1; tied entries are listed by {@code reachedAt}
 * @param reachedAt when the score was reached, in Unix milliseconds
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

    /** Returns this entry without the player id and the metadata. */
    public RankedEntry anonymous() {
        return new RankedEntry(rank, place, position, ScanPage.ERASED_PLAYER, score, reachedAt, null);
    }
}
