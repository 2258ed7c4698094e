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
        @Nullable BigDecimal score) {}
