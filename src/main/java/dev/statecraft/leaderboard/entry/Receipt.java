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
 * What one write did to an entry. The last few are kept in the entry itself: they make a repeated submission give the
 * same answer, and tell which of a player's scores a rank tree that trails still counts. About 25 bytes each.
 *
 * @param id hash of the submission id, 0 for what was not submitted
 * @param body hash of what was submitted
 * @param oldValue the score before, in the board's units; 0 if there was none
 * @param score the score after; meaningless if {@code removed}
 * @param at when it was written, epoch milliseconds; rises from receipt to receipt
 * @param first whether the player had no score before
 * @param improved whether the score became better
 * @param removed whether the entry was removed
 * @param quarantined the bound for which the submission was put aside, so that it changed nothing; null if it took effect
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

    /** The receipt of a write that took effect. */
    public Receipt(
            long id, int body, long oldValue, Score score, long at, boolean first, boolean improved, boolean removed) {
        this(id, body, oldValue, score, at, first, improved, removed, null);
    }

    /**
     * Which receipts an entry keeps.
     *
     * @param least so many, whatever their age
     * @param most never more than this
     * @param window those younger than this
     */
    public record Retention(int least, int most, Duration window) {}

    /** The receipt of a submission that is put aside: the score stays what it is, also if there is none. */
    public static Receipt quarantined(long id, int body, @Nullable Score old, long at, Bound bound) {
        Score kept = old == null ? Score.ZERO : old;
        return new Receipt(id, body, kept.value(), kept, at, old == null, false, false, bound);
    }

    /** The score after this write, null if there is none: the entry was removed, or a first score put aside. */
    public @Nullable Score counted() {
        return removed || (quarantined != null && first) ? null : score;
    }

    /** The score before this write as far as it is known, null if there was none. */
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

    /** Hash of what was submitted. */
    public static int bodyOf(String canonical) {
        return ByteBuffer.wrap(Sha256.of(canonical)).getInt();
    }

    /** The receipts as they are stored, oldest first. */
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
