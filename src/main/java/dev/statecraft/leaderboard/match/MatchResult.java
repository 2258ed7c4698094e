package dev.statecraft.leaderboard.match;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.MatchRecord;
import dev.statecraft.leaderboard.rank.EntryRank;
import dev.statecraft.leaderboard.settings.Terms;
import java.util.Map;

/** How a match ended; in order of precedence. */
public sealed interface MatchResult {

    /** There is no such board. */
    record NoBoard() implements MatchResult {}

    /** The board is not rated by matches. */
    record NotRated() implements MatchResult {}

    /** The match id was used for another match. */
    record Mismatch() implements MatchResult {}

    /** The board has not started, or has closed for good: it takes nothing. */
    record NotOpen(Board board, Terms.Status status) implements MatchResult {}

    /** A player of the match has played all matches that the board takes in a season. */
    record Exhausted(Board board, String playerId, int attempts) implements MatchResult {}

    /** Others wrote the entries of its players all the time. */
    record Busy() implements MatchResult {}

    /**
     * The match is rated, exactly once.
     *
     * @param match what it did
     * @param replayed whether it had been rated before
     * @param ranks where the players stand now; none if that was not asked for or an entry is gone
     */
    record Taken(Board board, MatchRecord match, boolean replayed, Map<String, EntryRank> ranks)
            implements MatchResult {}
}
