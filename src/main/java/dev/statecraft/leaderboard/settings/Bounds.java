package dev.statecraft.leaderboard.settings;

import java.math.BigDecimal;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Limits of plausible scores of a board. A score outside the limits is rejected or quarantined for review.
 *
 * @param min lowest plausible score, null for no limit
 * @param max highest plausible score, null for no limit
 * @param maxIncrease maximum improvement of a score by one submission, null for no limit; on an ASCENDING board the
 *     maximum decrease
 * @param perMinute maximum submissions of one player within a minute, null for no limit
 * @param firstPercentile percentage of best entries within which a player's first score is implausible, null for no
 *     limit
 * @param action treatment of an implausible score, null in a request for {@link Action#REJECT}
 */
public record Bounds(
        @Nullable BigDecimal min,
        @Nullable BigDecimal max,
        @Nullable BigDecimal maxIncrease,
        @Nullable Integer perMinute,
        @Nullable BigDecimal firstPercentile,
        @Nullable Action action) {

    /** Treatment of an implausible score. */
    @Schema(name = "BoundAction")
    public enum Action {
        /** The submission is rejected. */
        REJECT,
        /** The submission is stored as a pending review and is not ranked until it is accepted. */
        QUARANTINE
    }

    /** Whether no limit is set. */
    public boolean none() {
        return min == null && max == null && maxIncrease == null && perMinute == null && firstPercentile == null;
    }
}
