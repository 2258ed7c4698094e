package dev.statecraft.leaderboard.entry;

import dev.statecraft.leaderboard.settings.Bound;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.table.PackedNumber;
import dev.statecraft.table.Sha256;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The effect of one write on an entry. The last receipts are stored in the entry: a retry returns the same result, and the
 * score that a lagging rank tree still counts is known from them. About 25 bytes each.
 *
 * @param id hash of the submission id, 0 if the write was not a submission
 * @param body hash of the submission
 * @param oldValue score before, in the smallest unit of the board; 0 if there was none
 * @param score score after; meaningless if {@code removed}
 * @param at time of the write, Unix milliseconds; increases from write to write, and a write may have several receipts
 * @param first whether the player had no score before
 * @param improved whether the score became better
 * @param removed whether the entry was removed
 * @param quarantined the violated bound of a quarantined submission, which has no effect; null if the submission was applied
 */
public record Receipt(
        long id,
        int body,
        long oldValue,
        Score score,
        long at,
        boolean first,
        boolean improved,
        boolean removed,
        @Nullable Bound quarantined) {

    private static final int FIRST = 1;
    private static final int IMPROVED = 2;
    private static final int REMOVED = 4;
    private static final int QUARANTINED_SHIFT = 3;
    private static final int QUARANTINED_MASK = 7;

    /** The receipt of an applied submission. */
    public Receipt(
            long id, int body, long oldValue, Score score, long at, boolean first, boolean improved, boolean removed) {
        this(id, body, oldValue, score, at, first, improved, removed, null);
    }

    /**
     * Retention of receipts in an entry.
     *
     * @param least minimum number of receipts, regardless of age
     * @param most maximum number of receipts
     * @param window receipts younger than this are stored
     */
    public record Retention(int least, int most, Duration window) {}

    /** The receipt of a quarantined submission: the score does not change. */
    public static Receipt quarantined(long id, int body, @Nullable Score old, long at, Bound bound) {
        Score kept = old == null ? Score.ZERO : old;
        return new Receipt(id, body, kept.value(), kept, at, old == null, false, false, bound);
    }

    /** This receipt at another time of the write. */
    Receipt at(long time) {
        return new Receipt(id, body, oldValue, score, time, first, improved, removed, quarantined);
    }

    /** The score after this write; null if the entry was removed or a first score was quarantined. */
    public @Nullable Score counted() {
        return removed || (quarantined != null && first) ? null : score;
    }

    /** The score before this write without its subscore; null if there was none. */
    public @Nullable Score countedBefore() {
        if (quarantined != null) {
            return counted();
        }
        return first ? null : new Score(oldValue, 0);
    }

    /** Hash of a submission id. */
    public static long idOf(String submissionId) {
        return ByteBuffer.wrap(Sha256.of(submissionId)).getLong();
    }

    /** Hash of a submission. */
    public static int bodyOf(String canonical) {
        return ByteBuffer.wrap(Sha256.of(canonical)).getInt();
    }

    /** Stored form of receipts, oldest first. */
    public static byte[] pack(List<Receipt> receipts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long at = 0;
        for (Receipt receipt : receipts) {
            out.writeBytes(ByteBuffer.allocate(Long.BYTES + Integer.BYTES)
                    .putLong(receipt.id)
                    .putInt(receipt.body)
                    .array());
            int bound = receipt.quarantined == null ? 0 : receipt.quarantined.code();
            out.write((receipt.first ? FIRST : 0)
                    | (receipt.improved ? IMPROVED : 0)
                    | (receipt.removed ? REMOVED : 0)
                    | (bound << QUARANTINED_SHIFT));
            PackedNumber.write(out, receipt.at - at);
            PackedNumber.write(out, receipt.oldValue);
            PackedNumber.write(out, receipt.score.value());
            PackedNumber.write(out, receipt.score.subscore());
            at = receipt.at;
        }
        return out.toByteArray();
    }

    /** Reads what {@link #pack} wrote. */
    public static List<Receipt> unpack(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        List<Receipt> receipts = new ArrayList<>();
        long at = 0;
        while (in.hasRemaining()) {
            long id = in.getLong();
            int body = in.getInt();
            int flags = in.get();
            at += PackedNumber.read(in);
            receipts.add(new Receipt(
                    id,
                    body,
                    PackedNumber.read(in),
                    new Score(PackedNumber.read(in), PackedNumber.read(in)),
                    at,
                    (flags & FIRST) != 0,
                    (flags & IMPROVED) != 0,
                    (flags & REMOVED) != 0,
                    Bound.of((flags >> QUARANTINED_SHIFT) & QUARANTINED_MASK)));
        }
        return receipts;
    }
}
