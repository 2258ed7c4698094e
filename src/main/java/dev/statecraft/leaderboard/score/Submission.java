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
 * A score somebody submits.
 *
 * @param score the submitted pair in the board's units
 * @param metadata JSON text, null for none
 * @param submissionId unique for the player; the same id again is the same submission
 * @param identified whether the caller chose the id and may therefore retry with it
 * @param operator null for the board's own
 */
public record Submission(
        String playerId,
        Score score,
        @Nullable String metadata,
        String submissionId,
        boolean identified,
        @Nullable Operator operator) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What a submission does to an entry; in order of precedence. */
    public sealed interface Decision {}

    /** The same submission was taken before, in the running season or an earlier one: this is what it did then. */
    public record Replay(Receipt receipt, int season) implements Decision {}

    /** Another submission was taken under this id. */
    public record Mismatch() implements Decision {}

    /** The player has made all attempts that the board takes in a season. */
    public record Exhausted(int attempts) implements Decision {}

    /** The score would leave the range that can be kept. */
    public record OutOfRange() implements Decision {}

    /** Nothing has to be written: the score stays and nobody asks for this submission again. */
    public record Keep(Receipt receipt) implements Decision {}

    /** The entry to be written, and the receipt that is its last. */
    public record Write(Entry entry, Receipt receipt) implements Decision {}

    /**
     * Decides what this submission does.
     *
     * @param entry the player's entry as it is now
     * @param now epoch milliseconds
     * @param retention which receipts the entry keeps
     */
    public Decision on(Board board, Entry entry, long now, Receipt.Retention retention) {
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
        Decision decision = apply(board, entry, now, retention, identified || counted);
        return decision instanceof Write write ? attempted(board, entry, write) : decision;
    }

    /**
     * Decides what this submission does once it is accepted after review. It is a replay only if it took effect before.
     */
    public Decision accepted(Board board, Entry entry, long now, Receipt.Retention retention) {
        Receipt before = entry.receiptOf(Receipt.idOf(submissionId));
        return before != null && before.quarantined() == null
                ? new Replay(before, board.season())
                : apply(board, entry, now, retention, true);
    }

    /** What is written when this submission is put aside for review. */
    public Write quarantined(Board board, Entry entry, Bound bound, long now, Receipt.Retention retention) {
        long at = Math.max(now, entry.writtenAt() + 1);
        Receipt receipt = Receipt.quarantined(Receipt.idOf(submissionId), body(), entry.score(), at, bound);
        Entry next = entry.quarantined(receipt, board.generation(board.season()), retention);
        return attempted(board, entry, new Write(next, receipt));
    }

    /** The same with one attempt more, if the board counts them. One accepted after review was counted before. */
    private static Write attempted(Board board, Entry entry, Write write) {
        int attempts = board.settings().terms().afterAttempt(entry.attempts());
        return new Write(write.entry().withAttempts(attempts), write.receipt());
    }

    /** Hash of what is submitted; metadata counts as a JSON value, however it is written. */
    public int body() {
        return Receipt.bodyOf(canonical(metadata == null ? null : canonicalMetadata(metadata)));
    }

    /**
     * Whether a receipt of this submission's id is the receipt of the same body. Receipts of former releases hold the
     * hash of the metadata's text, which is accepted as well.
     */
    boolean isOf(Receipt receipt) {
        return receipt.body() == body() || receipt.body() == Receipt.bodyOf(canonical(metadata));
    }

    /** What becomes of the entry; without {@code recorded} what changes nothing is not written. */
    private Decision apply(Board board, Entry entry, long now, Receipt.Retention retention, boolean recorded) {
        Score old = entry.score();
        Score next = fold(board, old);
        if (next == null) {
            return new OutOfRange();
        }
        boolean first = old == null;
        boolean changed = !next.equals(old);
        boolean improved = old == null || board.order().better(next, old);
        boolean effective = changed || !keepsTheBetter(board);
        long at = Math.max(now, entry.writtenAt() + 1);
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
        return new Write(written, receipt);
    }

    /** The pair after this submission, null if it would be out of range. */
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
     * The score whose plausibility is asked: the resulting sum where the operator accumulates, null if that is out of
     * range; otherwise the submitted score, whether or not it would be kept.
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

    /** The RFC 8785 text of metadata; the text itself if that has none, such as a number beyond the doubles. */
    private static String canonicalMetadata(String text) {
        try {
            return CanonicalJson.of(JSON.readTree(text));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            return text;
        }
    }
}
