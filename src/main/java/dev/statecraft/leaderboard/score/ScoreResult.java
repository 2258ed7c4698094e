package dev.statecraft.leaderboard.score;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.rank.EntryRank;
import dev.statecraft.leaderboard.settings.Bound;
import dev.statecraft.leaderboard.settings.Terms;
import java.math.BigDecimal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Result of a submission. Variants are listed in order of precedence. */
public sealed interface ScoreResult {

    /** The board does not exist. */
    record NoBoard() implements ScoreResult {}

    /** The value of the field is outside the range or precision of the board. */
    record Unfit(String field, String detail) implements ScoreResult {}

    /** The board is a RATING board, which accepts matches only. */
    record ByMatches() implements ScoreResult {}

    /** The submission id was already used with a different body. */
    record Mismatch() implements ScoreResult {}

    /** The board has not started or has ended; nothing was written. */
    record NotOpen(Board board, Terms.Status status) implements ScoreResult {}

    /** The player has used all attempts of the season; nothing was written. */
    record Exhausted(Board board, int attempts) implements ScoreResult {}

    /**
     * The score violates a bound and was rejected; nothing was written.
     *
     * @param limit the configured bound
     * @param retryAfterSeconds seconds until the rate bound permits the submission; 0 for other bounds
     */
    record Implausible(Bound bound, BigDecimal limit, int retryAfterSeconds) implements ScoreResult {}

    /** Gave up after {@code write-attempts} conflicting writes; nothing was changed. The caller may retry. */
    record Busy() implements ScoreResult {}

    /**
     * The submission was applied exactly once.
     *
     * @param season the season that the submission belongs to
     * @param receipt the effect of the submission
     * @param replayed whether an earlier request applied it
     * @param ranked current rank of the player; null if not requested or if the entry was removed
     * @param tier current tier of the player, null for none
     * @param attempts attempts of the player in the season; null if the board has no limit
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

        /** An applied submission that is not ranked yet. */
        static Taken of(Board board, int season, String submissionId, Receipt receipt, boolean replayed) {
            return new Taken(board, season, submissionId, receipt, replayed, Optional.empty(), null, null);
        }
    }

    /**
     * The submission is quarantined: it is not ranked until its review accepts it.
     *
     * @param season the season of the submission
     * @param receipt the receipt that the entry stores
     * @param replayed whether an earlier request quarantined it
     * @param attempts attempts of the player in the season; null if the board has no limit
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
