package dev.statecraft.leaderboard.match;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.MatchRecord;
import dev.statecraft.leaderboard.rank.EntryRank;
import dev.statecraft.leaderboard.settings.Terms;
import java.util.Map;

/** Result of a request to rate a match. Variants are listed in order of precedence. */
public sealed interface MatchResult {

    /** The board does not exist. */
    record NoBoard() implements MatchResult {}

    /** The board is not a RATING board. */
    record NotRated() implements MatchResult {}

    /** The match id was already used with other teams or places. */
    record Mismatch() implements MatchResult {}

    /** The board has not started or has ended; the match was not rated. */
    record NotOpen(Board board, Terms.Status status) implements MatchResult {}

    /** A player has used all attempts of the season; the match was not rated. */
    record Exhausted(Board board, String playerId, int attempts) implements MatchResult {}

    /** Gave up after {@code write-attempts} conflicting writes; nothing was changed. The caller may retry. */
    record Busy() implements MatchResult {}

    /**
     * The match is rated.
     *
     * @param match the changes of the players' ratings
     * @param replayed whether an earlier request rated it
     * @param ranks current ranks by player; empty if none were requested, without players whose entry was removed
     */
    record Taken(Board board, MatchRecord match, boolean replayed, Map<String, EntryRank> ranks)
            implements MatchResult {}
}
