package dev.statecraft.leaderboard.score;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.rank.EntryRank;
import dev.statecraft.leaderboard.settings.Bound;
import dev.statecraft.leaderboard.settings.Terms;
import java.math.BigDecimal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How a submission ended; in order of precedence. */
public sealed interface ScoreResult {

    /** There is no such board. */
    record NoBoard() implements ScoreResult {}

    /** The field cannot be kept on this board. */
    record Unfit(String field, String detail) implements ScoreResult {}

    /** Matches decide on this board. */
    record ByMatches() implements ScoreResult {}

    /** The submission id was used for something else. */
    record Mismatch() implements ScoreResult {}

    /** The board has not started, or has closed for good: it takes nothing. */
    record NotOpen(Board board, Terms.Status status) implements ScoreResult {}

    /** The player has made all attempts that the board takes in a season. */
    record Exhausted(Board board, int attempts) implements ScoreResult {}

    /**
     * The score is not plausible and was refused: nothing is written.
     *
     * @param limit the bound as it is set
     * @param retryAfterSeconds when the same submission is plausible as far as its rate goes; 0 for other bounds
     */
    record Implausible(Bound bound, BigDecimal limit, int retryAfterSeconds) implements ScoreResult {}

    /** Others wrote the same entry or board all the time. */
    record Busy() implements ScoreResult {}

    /**
     * The submission is in effect, exactly once.
     *
     * @param season the season it counts in
     * @param receipt what it did
     * @param replayed whether it had been taken before
     * @param ranked where the player stands now; nothing if that was not asked for or the entry is gone
     * @param tier the tier that is, null for none
     * @param attempts how many the player has made in that season by now; null if the board does not limit them
     */
    record Taken(
            Board board,
            int season,
            String submissionId,
            Receipt receipt,
            boolean replayed,
            Optional<EntryRank> ranked,
            @Nullable String tier,
            @Nullable Integer attempts)
            implements ScoreResult {

        /** A submission in effect, not ranked yet. */
        static Taken of(Board board, int season, String submissionId, Receipt receipt, boolean replayed) {
            return new Taken(board, season, submissionId, receipt, replayed, Optional.empty(), null, null);
        }
    }

    /**
     * The submission is put aside for review: it counts nowhere until it is accepted.
     *
     * @param season the season it was submitted in
     * @param receipt the receipt it left in the entry
     * @param replayed whether it had been put aside before
     * @param attempts how many the player has made in that season by now; null if the board does not limit them
     */
    record Quarantined(
            Board board,
            int season,
            String submissionId,
            Bound bound,
            Receipt receipt,
            boolean replayed,
            @Nullable Integer attempts)
            implements ScoreResult {

        /** A quarantined submission. */
        static Quarantined of(
                Board board, int season, String submissionId, Bound bound, Receipt receipt, boolean replayed) {
            return new Quarantined(board, season, submissionId, bound, receipt, replayed, null);
        }
    }
}
