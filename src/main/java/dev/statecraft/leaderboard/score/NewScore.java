package dev.statecraft.leaderboard.score;

import dev.statecraft.leaderboard.settings.Operator;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * A score as it comes in.
 *
 * @param metadata JSON text, null for none
 * @param submissionId null if the caller does not mean to retry
 * @param operator null for the board's own
 */
public record NewScore(
        String playerId,
        BigDecimal value,
        BigDecimal subscore,
        @Nullable String metadata,
        @Nullable String submissionId,
        @Nullable Operator operator) {}
