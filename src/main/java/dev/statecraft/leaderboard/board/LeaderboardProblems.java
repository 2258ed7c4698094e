package dev.statecraft.leaderboard.board;

import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.QueryParameters;
import dev.statecraft.leaderboard.settings.Terms;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Problems that several leaderboard resources respond with. */
public final class LeaderboardProblems {

    /** Maximum {@code Retry-After}, one day, because the start of a board can be changed. */
    private static final int MAX_RETRY_SECONDS = 86_400;

    private LeaderboardProblems() {}

    /** 404: the game has no board with this id. */
    public static Problem boardNotFound() {
        return Problem.notFound("board-not-found", "Board not found", "Create the board first, or check the id.");
    }

    /** 409: the board accepts no scores, because it has not started or is closed permanently. */
    public static Problem notOpen(Board board, Terms.Status status, Instant now) {
        Terms terms = board.settings().terms();
        Instant startsAt = terms.startsAt();
        if (status == Terms.Status.SCHEDULED && startsAt != null) {
            long millis = Math.max(1, startsAt.toEpochMilli() - now.toEpochMilli());
            int seconds = (int) Math.min(MAX_RETRY_SECONDS, (millis + 999) / 1_000);
            return Problem.conflict(
                            "board-not-started", "The board has not started", "The board starts at " + startsAt + ".")
                    .with("startsAt", startsAt)
                    .withRetryAfter(seconds);
        }
        Problem closed = Problem.conflict(
                "board-closed",
                "The board is closed",
                "Its last season " + board.season() + " remains readable. Create another board for new scores.");
        Instant endsAt = terms.endsAt();
        return (endsAt == null ? closed : closed.with("endsAt", endsAt)).with("season", board.season());
    }

    /** 409: the player has used all attempts of the season. */
    public static Problem exhausted(Board board, String field, String playerId, int attempts) {
        int maxAttempts = board.settings().terms().maxAttempts();
        return Problem.conflict(
                        "attempts-exhausted",
                        "The player has no attempt left",
                        "The board accepts " + maxAttempts
                                + " attempts per player and season. The count restarts with the next season.")
                .withField(field)
                .with("playerId", playerId)
                .with("maxAttempts", maxAttempts)
                .with("attempts", attempts)
                .with("season", board.season());
    }

    /** 404: the player has no entry in the season. */
    public static Problem entryNotFound() {
        return Problem.notFound(
                "entry-not-found",
                "The player has no score in this season",
                "The player has no entry on this board, or the entry was removed.");
    }

    /** 409: the id in a field was already used with a different body. */
    public static Problem otherBody(String field) {
        return Problem.idReused(field);
    }

    /**
     * Returns the season of a query parameter; the current season for null.
     *
     * @throws ProblemException 400 if it is not a positive integer, 404 if the board has no such season
     */
    public static int season(Board board, @Nullable String season) {
        return season(
                board, season == null ? null : (int) QueryParameters.integer("season", season, 1, Integer.MAX_VALUE));
    }

    /**
     * Returns a requested season; the current season for null.
     *
     * @throws ProblemException 404 if the board has no such season
     */
    public static int season(Board board, @Nullable Integer season) {
        int requested = season == null ? board.season() : season;
        if (requested < 1 || requested > board.season()) {
            throw new ProblemException(Problem.notFound(
                    "season-not-found",
                    "Season not found",
                    "The seasons of this board are numbered 1 to " + board.season() + "."));
        }
        return requested;
    }
}
