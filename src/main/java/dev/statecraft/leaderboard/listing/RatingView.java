package dev.statecraft.leaderboard.listing;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.RatingState;
import dev.statecraft.rating.RatingSystem;
import dev.statecraft.rating.RatingSystem.Estimate;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a player on a RATING board, as callers see it.
 *
 * @param mean the estimate of the strength
 * @param deviation how uncertain it is now; not there for ELO
 * @param volatility how erratic the results are; GLICKO2 only
 */
public record RatingView(
        double mean,
        @Nullable Double deviation,
        @Nullable Double volatility,
        int matches,
        int wins,
        int draws,
        int losses) {

    /** What an entry says at a time, epoch milliseconds; null if it is not rated. */
    static @Nullable RatingView of(Board board, Entry entry, long now) {
        RatingSystem system = board.settings().rating();
        RatingState rated = entry.rated();
        if (system == null || rated == null) {
            return null;
        }
        Estimate estimate = system.estimate(rated.rating(), now);
        return new RatingView(
                estimate.mean(),
                estimate.deviation() == 0 ? null : estimate.deviation(),
                estimate.volatility() == 0 ? null : estimate.volatility(),
                rated.matches(),
                rated.wins(),
                rated.draws(),
                rated.losses());
    }
}
