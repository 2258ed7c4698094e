package dev.statecraft.leaderboard.score;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.EarlierReceipts;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.settings.Bound;
import dev.statecraft.leaderboard.settings.Bounds;
import dev.statecraft.leaderboard.settings.Operator;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.leaderboard.settings.Terms;
import dev.statecraft.table.CanonicalJson;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A submitted score of a player.
 *
 * @param score score and subscore in the smallest unit of the board
 * @param metadata JSON text, null for none
 * @param submissionId unique for the player; a repeated id names the same submission
 * @param identified whether the caller chose the id and can retry with it
 * @param operator null for the operator of the board
 */
public record Submission(
        String playerId,
        Score score,
        @Nullable String metadata,
        String submissionId,
        boolean identified,
        @Nullable Operator operator) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Effect of a submission on an entry. Variants are listed in order of precedence. */
    public sealed interface Decision {}

    /** The submission was applied before, in the current or an earlier season; the receipt has its effect. */
    public record Replay(Receipt receipt, int season) implements Decision {}

    /** The submission id was already used with a different body. */
    public record Mismatch() implements Decision {}

    /** The player has used all attempts of the season. */
    public record Exhausted(int attempts) implements Decision {}

    /** The resulting score would exceed the range of the board. */
    public record OutOfRange() implements Decision {}

    /** Nothing is written: the score does not change and the caller cannot retry with an id. */
    public record Keep(Receipt receipt) implements Decision {}

    /** The entry to write, and its last receipt. */
    public record Write(Entry entry, Receipt receipt) implements Decision {}

    /**
     * Computes the effect of this submission.
     *
     * @param entry the current entry of the player
     * @param at time of the write, Unix milliseconds; see {@link Entry#nextWriteAt}. Submissions that are written together have
     *     the same, because a rank tree counts only the last of them.
     * @param retention which receipts the entry stores
     */
    public Decision on(Board board, Entry entry, long at, Receipt.Retention retention) {
        Receipt before = entry.receiptOf(Receipt.idOf(submissionId));
        if (before != null) {
            return isOf(before) ? new Replay(before, board.season()) : new Mismatch();
        }
        Optional<EarlierReceipts.Kept> earlier = entry.earlierReceiptOf(Receipt.idOf(submissionId));
        if (earlier.isPresent()) {
            Receipt then = earlier.get().receipt();
            return isOf(then) ? new Replay(then, earlier.get().season()) : new Mismatch();
        }
        Terms terms = board.settings().terms();
        if (terms.exhaustedBy(entry.attempts())) {
            return new Exhausted(entry.attempts());
        }
        Bounds bounds = board.settings().bounds();
        boolean counted = terms.maxAttempts() > 0 || (bounds != null && bounds.perMinute() != null);
        Decision decision = apply(board, entry, at, retention, identified || counted);
        return decision instanceof Write write ? attempted(board, entry, write) : decision;
    }

    /**
     * Computes the effect of this submission once its review is accepted. It is a replay only if it was applied before.
     */
    public Decision accepted(Board board, Entry entry, long at, Receipt.Retention retention) {
        Receipt before = entry.receiptOf(Receipt.idOf(submissionId));
        return before != null && before.quarantined() == null
                ? new Replay(before, board.season())
                : apply(board, entry, at, retention, true);
    }

    /** The entry to write when this submission is quarantined. */
    public Write quarantined(Board board, Entry entry, Bound bound, long at, Receipt.Retention retention) {
        Receipt receipt = Receipt.quarantined(Receipt.idOf(submissionId), body(), entry.score(), at, bound);
        Entry next = entry.quarantined(receipt, board.generation(board.season()), retention);
        return attempted(board, entry, new Write(next, receipt));
    }

    /** The entry with one attempt more on a board that limits them. An accepted review was counted when it was submitted. */
    private static Write attempted(Board board, Entry entry, Write write) {
        int attempts = board.settings().terms().afterAttempt(entry.attempts());
        return new Write(write.entry().withAttempts(attempts), write.receipt());
    }

    /** Hash of the submission. Metadata is hashed as a JSON value, independent of its formatting. */
    public int body() {
        return Receipt.bodyOf(canonical(metadata == null ? null : canonicalMetadata(metadata)));
    }

    /**
     * Whether a receipt with the id of this submission has the same body. Receipts of former releases contain the hash of the
     * metadata text, which matches too.
     */
    boolean isOf(Receipt receipt) {
        return receipt.body() == body() || receipt.body() == Receipt.bodyOf(canonical(metadata));
    }

    /** The resulting entry. Without {@code recorded}, a submission that changes nothing is not written. */
    private Decision apply(Board board, Entry entry, long at, Receipt.Retention retention, boolean recorded) {
        Score old = entry.score();
        Score next = fold(board, old);
        if (next == null) {
            return new OutOfRange();
        }
        boolean first = old == null;
        boolean changed = !next.equals(old);
        boolean improved = old == null || board.order().better(next, old);
        boolean effective = changed || !keepsTheBetter(board);
        Receipt receipt = new Receipt(
                Receipt.idOf(submissionId), body(), old == null ? 0 : old.value(), next, at, first, improved, false);
        boolean metadataChanges = effective && metadata != null && !metadata.equals(entry.metadata());
        if (!changed && !metadataChanges && !recorded) {
            return new Keep(receipt);
        }
        Entry written = entry.next(
                next,
                changed ? at : entry.reachedAt(),
                board.generation(board.season()),
                effective && metadata != null ? metadata : entry.metadata(),
                receipt,
                retention,
                null,
                null);
        return new Write(metadataChanges ? written.ofMetadata(metadata, board.metadataSchema()) : written, receipt);
    }

    /** Score and subscore after this submission; null if out of range. */
    private @Nullable Score fold(Board board, @Nullable Score old) {
        Operator op = operator != null ? operator : board.settings().operator();
        if (op == null) {
            switch (board.settings().rankingType()) {
                case POINTS -> op = Operator.SUM;
                case TIME, SCORE -> op = Operator.BEST;
                case RATING -> throw new IllegalStateException("a rating follows from matches");
                case WINS -> {
                    Score won = score.value() > 0 ? new Score(oneWin(board), score.subscore()) : Score.ZERO;
                    return sum(old == null ? Score.ZERO : old, won, 1);
                }
            }
        }
        Score base = old == null ? Score.ZERO : old;
        return switch (op) {
            case SUM, INCREMENT -> sum(base, score, 1);
            case DECREMENT -> sum(base, score, -1);
            case LAST -> score;
            case BEST -> old == null || board.order().better(score, old) ? score : old;
            case MIN -> old == null || score.compareTo(old) < 0 ? score : old;
            case MAX -> old == null || score.compareTo(old) > 0 ? score : old;
        };
    }

    /**
     * The score that plausibility is checked for: the resulting sum for operators that accumulate, null if that is out of
     * range; otherwise the submitted score, even if the entry keeps a better one.
     */
    @Nullable Score candidate(Board board, @Nullable Score old) {
        Operator op = operator != null ? operator : board.settings().operator();
        boolean accumulates = op == null
                ? !keepsTheBetter(board)
                : op == Operator.SUM || op == Operator.INCREMENT || op == Operator.DECREMENT;
        return accumulates ? fold(board, old) : score;
    }

    private boolean keepsTheBetter(Board board) {
        Operator op = operator != null ? operator : board.settings().operator();
        if (op == null) {
            return board.settings().rankingType() == RankingType.TIME
                    || board.settings().rankingType() == RankingType.SCORE;
        }
        return op == Operator.BEST || op == Operator.MIN || op == Operator.MAX;
    }

    private static long oneWin(Board board) {
        long units = 1;
        for (int i = 0; i < board.settings().decimals(); i++) {
            units *= 10;
        }
        return units;
    }

    private static @Nullable Score sum(Score base, Score by, int sign) {
        long value = base.value() + sign * by.value();
        long subscore = base.subscore() + sign * by.subscore();
        return Score.inRange(value) && Score.inRange(subscore) ? new Score(value, subscore) : null;
    }

    private String canonical(@Nullable String data) {
        return playerId + '\n' + score.value() + '\n' + score.subscore() + '\n' + operator + '\n' + data;
    }

    /** Canonical JSON (RFC 8785) of metadata; the text itself if it has no canonical form, such as a number beyond double. */
    private static String canonicalMetadata(String text) {
        try {
            return CanonicalJson.of(JSON.readTree(text));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            return text;
        }
    }
}
