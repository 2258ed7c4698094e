package dev.statecraft.leaderboard;

import dev.statecraft.entry.Problem;
import dev.statecraft.entry.ProblemException;
import dev.statecraft.entry.Query;
import org.jspecify.annotations.Nullable;

/** The problems that several leaderboard resources answer with. */
final class LeaderboardProblems {

    private LeaderboardProblems() {}

    static Problem boardNotFound() {
        return Problem.notFound("board-not-found", "There is no such board", "Create it first, or check the id.");
    }

    static Problem entryNotFound() {
        return Problem.notFound(
                "entry-not-found", "The player has no entry", "The player has no score on this board in this season.");
    }

    static Problem otherBody(String field) {
        return Problem.idReused(field);
    }

    /** A score that a board does not take for plausible. */
    static Problem implausible(String field, ScoreService.Implausible refused) {
        Bound bound = refused.bound();
        Problem problem = bound == Bound.PER_MINUTE
                ? Problem.tooManyRequests(
                        refused.retryAfterSeconds(),
                        "The board takes " + refused.limit().toPlainString() + " submissions of a player a minute.")
                : Problem.unprocessable(
                                "score-implausible",
                                "The score is not plausible",
                                "The score is outside of the board's bound " + bound + ", which is "
                                        + refused.limit().toPlainString() + ".")
                        .withField(field);
        problem = problem.with("bound", bound).with("limit", refused.limit());
        // In a batch there is no header of its own to say it.
        return bound == Bound.PER_MINUTE ? problem.with("retryAfterSeconds", refused.retryAfterSeconds()) : problem;
    }

    /** The season that a query parameter asks for, the running one if there is none. */
    static int season(Board board, @Nullable String season) {
        return season(board, season == null ? null : (int) Query.integer("season", season, 1, Integer.MAX_VALUE));
    }

    /** The season asked for, the running one if none is. */
    static int season(Board board, @Nullable Integer season) {
        int asked = season == null ? board.season() : season;
        if (asked < 1 || asked > board.season()) {
            throw new ProblemException(Problem.notFound(
                    "season-not-found",
                    "There is no such season",
                    "Seasons of this board run from 1 to " + board.season() + "."));
        }
        return asked;
    }
}
