package dev.statecraft.leaderboard.score;

import dev.statecraft.leaderboard.settings.Operator;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * A submitted score.
 *
 * @param metadata JSON text, null for none
 * @param submissionId null if the caller does not retry with an id
 * @param operator null for the operator of the board
 */
public record NewScore(
        String playerId,
        BigDecimal value,
        BigDecimal subscore,
        @Nullable String metadata,
        @Nullable String submissionId,
        @Nullable Operator operator) {}
