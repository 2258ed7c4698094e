package dev.statecraft.replication;

import dev.statecraft.table.Sha256;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * That a mutation took effect, and where. An entity keeps the receipts of the last ones, so that a repeated mutation is
 * told apart from a new one by the same write that would make it; 27 bytes each.
 *
 * @param id hash of the mutation id
 * @param body hash of what was asked for
 * @param version the version it made
 * @param seq the commit it was part of
 * @param at when, epoch milliseconds; never falls from receipt to receipt
 */
public record MutationReceipt(long id, int body, long version, long seq, long at) {

    private static final int BYTES = Long.BYTES + Integer.BYTES + 3 * 5;

    /**
     * Which receipts an entity keeps.
     *
     * @param least so many, whatever their age
     * @param most never more than this
     * @param window those younger than this
     */
    public record Retention(int least, int most, Duration window) {}

    /** The receipt of a mutation that is to make {@code version} in commit {@code seq}. */
    static MutationReceipt of(String mutationId, String body, long version, long seq, long at) {
        return new MutationReceipt(idOf(mutationId), bodyOf(body), version, seq, at);
    }

    /** The receipt of a mutation id, if it is among those kept. */
    static Optional<MutationReceipt> find(List<MutationReceipt> receipts, String mutationId) {
        long id = idOf(mutationId);
        return receipts.stream().filter(receipt -> receipt.id == id).findFirst();
    }

    /** Whether a body is the one that this receipt is for. */
    boolean isFor(String body) {
        return this.body == bodyOf(body);
    }

    /** The receipts, oldest first, with one more and without those that need not be kept. */
    static List<MutationReceipt> with(List<MutationReceipt> receipts, MutationReceipt next, Retention retention) {
        List<MutationReceipt> kept = new ArrayList<>(receipts);
        kept.add(next);
        long oldest = next.at - retention.window().toMillis();
        int drop = 0;
        while (kept.size() - drop > retention.least()
                && (kept.size() - drop > retention.most() || kept.get(drop).at < oldest)) {
            drop++;
        }
        return List.copyOf(kept.subList(drop, kept.size()));
    }

    /** What so many receipts take. */
    static int sizeBytes(int receipts) {
        return receipts * BYTES;
    }

    /** The receipts as they are stored: hashes as they are, numbers as what they grew by, in five bytes. */
    static byte[] pack(List<MutationReceipt> receipts) {
        ByteBuffer out = ByteBuffer.allocate(receipts.size() * BYTES);
        MutationReceipt before = new MutationReceipt(0, 0, 0, 0, 0);
        for (MutationReceipt receipt : receipts) {
            out.putLong(receipt.id).putInt(receipt.body);
            put(out, receipt.version - before.version);
            put(out, receipt.seq - before.seq);
            // The clocks of two instances may disagree by a little.
            put(out, Math.max(0, receipt.at - before.at));
            before = receipt;
        }
        return out.array();
    }

    /** Reads what {@link #pack} wrote. */
    static List<MutationReceipt> unpack(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        List<MutationReceipt> receipts = new ArrayList<>();
        MutationReceipt before = new MutationReceipt(0, 0, 0, 0, 0);
        while (in.hasRemaining()) {
            long id = in.getLong();
            int body = in.getInt();
            before = new MutationReceipt(
                    id, body, before.version + take(in), before.seq + take(in), before.at + take(in));
            receipts.add(before);
        }
        return List.copyOf(receipts);
    }

    private static void put(ByteBuffer out, long number) {
        out.put((byte) (number >>> Integer.SIZE)).putInt((int) number);
    }

    private static long take(ByteBuffer in) {
        return ((in.get() & 0xffL) << Integer.SIZE) | (in.getInt() & 0xffff_ffffL);
    }

    private static long idOf(String mutationId) {
        return ByteBuffer.wrap(Sha256.of(mutationId)).getLong();
    }

    private static int bodyOf(String body) {
        return ByteBuffer.wrap(Sha256.of(body)).getInt();
    }
}
