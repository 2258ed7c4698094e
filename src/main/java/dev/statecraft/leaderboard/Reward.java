package dev.statecraft.leaderboard;

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
     * The last rank that gets this reward.
     *
     * @param total entries of the season
     * @return 0 if nobody does
     */
    public long lastRank(long total) {
        long last = toRank == null ? total : Math.min(toRank, total);
        // rank / total × 100 is at most the percentile.
        return percentile == null
                ? last
                : Math.min(
                        last,
                        percentile
                                .multiply(BigDecimal.valueOf(total))
                                .movePointLeft(2)
                                .longValue());
    }

    /** Whether a rank gets this reward. */
    public boolean fits(long rank, long total) {
        return rank >= (fromRank == null ? 1 : fromRank) && rank <= lastRank(total);
    }
}
