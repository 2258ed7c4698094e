package dev.statecraft.leaderboard.settings;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What players get who end a season within a range of ranks. Of several rewards of a board a player gets the first that
 * fits.
 *
 * @param name what the reward is called, null for nothing
 * @param fromRank the best rank of the range, null for 1
 * @param toRank the last rank of the range, null if {@code percentile} bounds it
 * @param percentile the range ends with the best so many percent, null if {@code toRank} bounds it
 * @param reward whatever the game gives, JSON text
 */
public record Reward(
        @Nullable String name,
        @Nullable Long fromRank,
        @Nullable Long toRank,
        @Nullable BigDecimal percentile,
        @Nullable String reward) {

    /**
     * Whether an entry gets this reward.
     *
     * @param rank by the board's ranking
     * @param counted the rank that percentiles are computed from
     * @param total entries of the season
     */
    public boolean fits(long rank, long counted, long total) {
        return rank >= (fromRank == null ? 1 : fromRank) && !past(rank, counted, total);
    }

    /** Whether neither an entry with this rank nor one behind it gets this reward. */
    public boolean past(long rank, long counted, long total) {
        return (toRank != null && rank > toRank)
                || (percentile != null
                        // rank / total × 100 is at most the percentile.
                        && counted
                                > percentile
                                        .multiply(BigDecimal.valueOf(total))
                                        .movePointLeft(2)
                                        .longValue());
    }
}
