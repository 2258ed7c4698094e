package dev.statecraft.leaderboard.settings;

import java.math.BigDecimal;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What a board takes for plausible. A score outside is refused or put aside for review.
 *
 * @param min lowest plausible score, null for any
 * @param max highest plausible score, null for any
 * @param maxIncrease how much better a score may become at once, null for any; where lower is better, how much lower
 * @param perMinute how many submissions of one player are plausible within a minute, null for any
 * @param firstPercentile a player's first score is put aside if it would be among the best so many percent, null for
 *     never
 * @param action what becomes of an implausible score, null for {@link Action#REJECT}
 */
public record Bounds(
        @Nullable BigDecimal min,
        @Nullable BigDecimal max,
        @Nullable BigDecimal maxIncrease,
        @Nullable Integer perMinute,
        @Nullable BigDecimal firstPercentile,
        @Nullable Action action) {

    /** What becomes of an implausible score. */
    @Schema(name = "BoundAction")
    public enum Action {
        /** It is refused. */
        REJECT,
        /** It is put aside until somebody has decided. */
        QUARANTINE
    }

    /** Whether nothing is bounded. */
    public boolean none() {
        return min == null && max == null && maxIncrease == null && perMinute == null && firstPercentile == null;
    }
}
