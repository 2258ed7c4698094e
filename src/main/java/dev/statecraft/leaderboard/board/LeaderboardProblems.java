package dev.statecraft.leaderboard.board;

import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.QueryParameters;
import dev.statecraft.leaderboard.settings.Terms;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The problems that several leaderboard resources answer with. */
public final class LeaderboardProblems {

    /** The longest wait that is recommended, one day: the start of a board may be moved meanwhile. */
    private static final int MOST_RETRY_SECONDS = 86_400;

    private LeaderboardProblems() {}

    public static Problem boardNotFound() {
        return Problem.notFound("board-not-found", "Board not found", "Create the board first, or check the id.");
    }

    /** A board that takes nothing, because it has not started or has closed for good. */
    public static Problem notOpen(Board board, Terms.Status status, Instant now) {
        Terms terms = board.settings().terms();
        Instant startsAt = terms.startsAt();
        if (status == Terms.Status.SCHEDULED && startsAt != null) {
            long millis = Math.max(1, startsAt.toEpochMilli() - now.toEpochMilli());
            int seconds = (int) Math.min(MOST_RETRY_SECONDS, (millis + 999) / 1_000);
            return Problem.conflict(
                            "board-not-started",
                            "The board has not started",
                            "The board starts at " + startsAt + ".")
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

    /** A player who has made all attempts that a board takes in a season. */
    public static Problem exhausted(Board board, String field, String playerId, int attempts) {
        int most = board.settings().terms().maxAttempts();
        return Problem.conflict(
                        "attempts-exhausted",
                        "The player has no attempt left",
                        "The board accepts " + most + " attempts per player and season. The count restarts with the next season.")
                .withField(field)
                .with("playerId", playerId)
                .with("maxAttempts", most)
                .with("attempts", attempts)
                .with("season", board.season());
    }

    public static Problem entryNotFound() {
        return Problem.notFound(
                "entry-not-found", "The player has no score in this season", "The player has no entry on this board, or the entry was removed.");
    }

    public static Problem otherBody(String field) {
        return Problem.idReused(field);
    }

    /** The season that a query parameter asks for, the running one if there is none. */
    public static int season(Board board, @Nullable String season) {
        return season(board, season == null ? null : (int) QueryParameters.integer("season", season, 1, Integer.MAX_VALUE));
    }

    /** The season asked for, the running one if none is. */
    public static int season(Board board, @Nullable Integer season) {
        int asked = season == null ? board.season() : season;
        if (asked < 1 || asked > board.season()) {
            throw new ProblemException(Problem.notFound(
                    "season-not-found",
                    "Season not found",
                    "The seasons of this board are numbered 1 to " + board.season() + "."));
        }
        return asked;
    }
}
