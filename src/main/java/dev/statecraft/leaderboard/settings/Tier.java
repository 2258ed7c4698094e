package dev.statecraft.leaderboard.settings;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * A named part of a ranking, such as a league. An entry is in the first tier of the board whose conditions it meets. A
 * tier without conditions includes every entry.
 *
 * @param rank last rank of the tier, null for any
 * @param percentile the tier includes only the best {@code percentile} percent, null for any
 * @param score worst score of the tier, null for any
 */
public record Tier(
        @Nullable String name,
        @Nullable Long rank,
        @Nullable BigDecimal percentile,
        @Nullable BigDecimal score) {

    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

    /**
     * Whether an entry meets the conditions of this tier.
     *
     * @param order the order of the board
     * @param value the score in the unit of the API
     * @param ownRank the rank by the board's ranking, from 1
     * @param percentileRank the rank that the percentile is computed from
     * @param total entries of the season
     */
    boolean includes(Order order, BigDecimal value, long ownRank, long percentileRank, long total) {
        if (rank != null && ownRank > rank) {
            return false;
        }
        if (percentile != null
                && BigDecimal.valueOf(percentileRank)
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
