package dev.statecraft.leaderboard.settings;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Reward for players whose final rank of a season is in a range. A player gets only the first reward of the board whose
 * range includes the player's rank.
 *
 * @param name name of the reward, null for none
 * @param fromRank first rank of the range, null for 1
 * @param toRank last rank of the range, null for no limit by rank
 * @param percentile the range includes only the best {@code percentile} percent, null for no limit by percentile
 * @param reward content of the reward that the game defines, as JSON text
 */
public record Reward(
        @Nullable String name,
        @Nullable Long fromRank,
        @Nullable Long toRank,
        @Nullable BigDecimal percentile,
        @Nullable String reward) {

    /**
     * Whether the range includes an entry.
     *
     * @param rank the rank by the board's ranking
     * @param percentileRank the rank that the percentile is computed from
     * @param total entries of the season
     */
    public boolean includes(long rank, long percentileRank, long total) {
        return rank >= (fromRank == null ? 1 : fromRank) && !endsBefore(rank, percentileRank, total);
    }

    /** Whether the range ends before this rank, so that neither this nor any later entry gets the reward. */
    public boolean endsBefore(long rank, long percentileRank, long total) {
        return (toRank != null && rank > toRank)
                || (percentile != null
                        // An entry is included if percentileRank / total × 100 is at most the percentile.
                        && percentileRank
                                > percentile
                                        .multiply(BigDecimal.valueOf(total))
                                        .movePointLeft(2)
                                        .longValue());
    }
}
