package dev.statecraft.leaderboard;

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
     * The name of the tier that an entry is in, null if it is in none. Pure.
     *
     * @param rank by the board's ranking, from 1
     * @param place 1 + how many are better
     * @param total entries of the season; never taken for less than the rank
     */
    static @Nullable String of(Board board, Score score, long rank, long place, long total) {
        long counted = board.ranking().ofPercentile(rank, place);
        for (Tier tier : board.settings().tiers()) {
            if (tier.takes(board, score, rank, counted, Math.max(counted, total))) {
                return tier.name;
            }
        }
        return null;
    }

    private boolean takes(Board board, Score entry, long own, long counted, long total) {
        if (rank != null && own > rank) {
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
        int compared = board.value(entry.value()).compareTo(score);
        return board.order() == Order.DESCENDING ? compared >= 0 : compared <= 0;
    }
}
