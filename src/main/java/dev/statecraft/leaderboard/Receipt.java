package dev.statecraft.leaderboard;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
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
 */
public record Receipt(
        long id, int body, long oldValue, Score score, long at, boolean first, boolean improved, boolean removed) {

    private static final int FIRST = 1;
    private static final int IMPROVED = 2;
    private static final int REMOVED = 4;

    /**
     * Which receipts an entry keeps.
     *
     * @param least so many, whatever their age
     * @param most never more than this
     * @param window those younger than this
     */
    public record Retention(int least, int most, Duration window) {}

    /** The score after this write, null if the entry was removed. */
    public @Nullable Score counted() {
        return removed ? null : score;
    }

    /** Hash of a submission id. */
    public static long idOf(String submissionId) {
        return ByteBuffer.wrap(sha256(submissionId)).getLong();
    }

    /** Hash of what was submitted. */
    public static int bodyOf(String canonical) {
        return ByteBuffer.wrap(sha256(canonical)).getInt();
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
            out.write(
                    (receipt.first ? FIRST : 0) | (receipt.improved ? IMPROVED : 0) | (receipt.removed ? REMOVED : 0));
            number(out, receipt.at - at);
            number(out, receipt.oldValue);
            number(out, receipt.score.value());
            number(out, receipt.score.subscore());
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
            at += number(in);
            receipts.add(new Receipt(
                    id,
                    body,
                    number(in),
                    new Score(number(in), number(in)),
                    at,
                    (flags & FIRST) != 0,
                    (flags & IMPROVED) != 0,
                    (flags & REMOVED) != 0));
        }
        return receipts;
    }

    /** Small magnitudes take few bytes: the sign goes into the lowest bit, then seven bits a byte. */
    private static void number(ByteArrayOutputStream out, long number) {
        long left = (number << 1) ^ (number >> 63);
        while ((left & ~0x7fL) != 0) {
            out.write((int) ((left & 0x7f) | 0x80));
            left >>>= 7;
        }
        out.write((int) left);
    }

    private static long number(ByteBuffer in) {
        long coded = 0;
        int shift = 0;
        byte next;
        do {
            next = in.get();
            coded |= (next & 0x7fL) << shift;
            shift += 7;
        } while (next < 0);
        return (coded >>> 1) ^ -(coded & 1);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
