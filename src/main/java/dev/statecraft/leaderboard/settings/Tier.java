package dev.statecraft.leaderboard.settings;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * A named part of a ranking, such as a league. Of several tiers of a board an entry is in the first whose conditions it
 * meets; a tier without conditions takes everybody.
 *
 * @param rank the last rank of the tier, null for any
 * @param percentile the best so many percent, null for any
 * @param score the least score of the tier, the highest where lower is better; null for any
 */
public record Tier(
        @Nullable String name,
        @Nullable Long rank,
        @Nullable BigDecimal percentile,
        @Nullable BigDecimal score) {

    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

    /**
     * Whether an entry meets the conditions of this tier. Pure.
     *
     * @param order the board's order
     * @param value the score as callers see it
     * @param ownRank by the board's ranking, from 1
     * @param counted the rank that the percentile is computed from
     * @param total entries of the season
     */
    boolean takes(Order order, BigDecimal value, long ownRank, long counted, long total) {
        if (rank != null && ownRank > rank) {
            return false;
        }
        if (percentile != null
                && BigDecimal.valueOf(counted)
                                .multiply(HUNDRED)
                                .compareTo(percentile.multiply(BigDecimal.valueOf(total)))
                        > 0) {
            return false;
        }
        if (score == null) {
            return true;
        }
        int compared = value.compareTo(score);
        return order == Order.DESCENDING ? compared >= 0 : compared <= 0;
    }
}
