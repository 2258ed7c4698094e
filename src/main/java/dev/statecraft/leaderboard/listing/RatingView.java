package dev.statecraft.leaderboard.listing;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.RatingState;
import dev.statecraft.rating.RatingSystem;
import dev.statecraft.rating.RatingSystem.Estimate;
import org.jspecify.annotations.Nullable;

/**
 * API representation of a player's rating.
 *
 * @param mean estimated skill
 * @param deviation current uncertainty of the estimate; absent for ELO
 * @param volatility expected fluctuation of the skill; GLICKO2 only
 */
public record RatingView(
        double mean,
        @Nullable Double deviation,
        @Nullable Double volatility,
        int matches,
        int wins,
        int draws,
        int losses) {

    /** The rating of an entry at a time in Unix milliseconds; null if the entry is not rated. */
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
