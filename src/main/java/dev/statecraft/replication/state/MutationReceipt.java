package dev.statecraft.replication.state;

import dev.statecraft.table.PackedNumber;
import dev.statecraft.table.Sha256;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Records that a mutation was applied, and by which version. An entity keeps the receipts of its last mutations, so that
 * the write that would apply a mutation a second time detects the repetition. About 17 bytes each.
 *
 * <p>Stored layout, for each receipt: {@code id} in 8 bytes, {@code body} in 4, then the differences of {@code version},
 * {@code seq} and {@code at} to the receipt before (to 0 for the first one) as numbers of variable length: the sign in
 * the lowest bit, seven bits a byte, the lowest first. Any {@code long} is kept exactly, so times are right in every
 * year, and a sequence number or a clock that went back does no harm.
 *
 * @param id hash of the mutation id
 * @param body hash of the request
 * @param version the version that the mutation made
 * @param seq the commit that the mutation was part of
 * @param at time of that commit, epoch milliseconds
 */
public record MutationReceipt(long id, int body, long version, long seq, long at) {

    /**
     * The largest number of receipts of one entity. With it the largest state (350 KiB) and the longest explanation of
     * its conflicts (16 KiB) still fit into one item of DynamoDB (400 KB), so that receipts never keep an entity from
     * being written.
     */
    static final int MAX_RECEIPTS = 1_000;

    /** Bytes of a receipt at most, as long as its differences to the one before are below 2^34. */
    private static final int MAX_BYTES = Long.BYTES + Integer.BYTES + 3 * 5;

    private static final int LEGACY_NUMBER_BITS = 40;

    /** The receipt before the first one. */
    private static final MutationReceipt ORIGIN = new MutationReceipt(0, 0, 0, 0, 0);

    /**
     * Which receipts an entity keeps.
     *
     * @param least minimum number of receipts kept, regardless of their age
     * @param most maximum number of receipts kept, at most 1,000
     * @param window receipts younger than this are kept, up to {@code most}
     */
    public record Retention(int least, int most, Duration window) {

        /** Checks the bounds. */
        public Retention {
            if (least < 0 || most < least || most < 1 || most > MAX_RECEIPTS) {
                throw new IllegalArgumentException("statecraft.replication.receipts: least " + least + ", most " + most
                        + "; 0 <= least <= most and 1 <= most <= " + MAX_RECEIPTS + " is required");
            }
        }
    }

    /** The receipt of a mutation that is to make {@code version} in commit {@code seq}. */
    public static MutationReceipt of(String mutationId, int bodyHash, long version, long seq, long at) {
        return new MutationReceipt(idOf(mutationId), bodyHash, version, seq, at);
    }

    /** The hash of a request as text. */
    public static int bodyHash(String body) {
        return ByteBuffer.wrap(Sha256.of(body)).getInt();
    }

    /** The receipt of a mutation id, if it is among those kept. */
    public static Optional<MutationReceipt> find(List<MutationReceipt> receipts, String mutationId) {
        long id = idOf(mutationId);
        return receipts.stream().filter(receipt -> receipt.id == id).findFirst();
    }

    /** Whether a request is the one that this receipt is for. */
    public boolean isFor(int bodyHash) {
        return body == bodyHash;
    }

    /** The receipts, oldest first, with {@code next} at the end and without those that need not be kept. */
    public static List<MutationReceipt> with(
            List<MutationReceipt> receipts, MutationReceipt next, Retention retention) {
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

    /** An upper bound of the stored bytes of so many receipts. */
    public static int sizeBytes(int receipts) {
        return receipts * MAX_BYTES;
    }

    /** The receipts as they are stored, oldest first. */
    static byte[] pack(List<MutationReceipt> receipts) {
        byte[] bytes = new byte[receipts.size() * (Long.BYTES + Integer.BYTES + 3 * PackedNumber.MAX_BYTES)];
        ByteBuffer out = ByteBuffer.wrap(bytes);
        int end = 0;
        MutationReceipt before = ORIGIN;
        for (MutationReceipt receipt : receipts) {
            out.putLong(end, receipt.id).putInt(end + Long.BYTES, receipt.body);
            end = PackedNumber.put(bytes, end + Long.BYTES + Integer.BYTES, receipt.version - before.version);
            end = PackedNumber.put(bytes, end, receipt.seq - before.seq);
            end = PackedNumber.put(bytes, end, receipt.at - before.at);
            before = receipt;
        }
        return Arrays.copyOf(bytes, end);
    }

    /** Reads the bytes that {@link #pack} wrote. */
    static List<MutationReceipt> unpack(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        List<MutationReceipt> receipts = new ArrayList<>();
        MutationReceipt before = ORIGIN;
        while (in.hasRemaining()) {
            long id = in.getLong();
            int body = in.getInt();
            before = new MutationReceipt(
                    id,
                    body,
                    before.version + PackedNumber.read(in),
                    before.seq + PackedNumber.read(in),
                    before.at + PackedNumber.read(in));
            receipts.add(before);
        }
        return List.copyOf(receipts);
    }

    /**
     * Reads the layout that receipts had before: each number as its difference to the one before in five bytes. The time
     * of the first receipt lost all bits above the 40th. All those times lie between 2^40 (November 2004) and 2^41
     * (September 2039) milliseconds, so exactly one time has the bits that are left.
     */
    static List<MutationReceipt> unpackLegacy(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        List<MutationReceipt> receipts = new ArrayList<>();
        MutationReceipt before = new MutationReceipt(0, 0, 0, 0, 1L << LEGACY_NUMBER_BITS);
        while (in.hasRemaining()) {
            long id = in.getLong();
            int body = in.getInt();
            before = new MutationReceipt(
                    id, body, before.version + readLegacy(in), before.seq + readLegacy(in), before.at + readLegacy(in));
            receipts.add(before);
        }
        return List.copyOf(receipts);
    }

    private static long readLegacy(ByteBuffer in) {
        return ((in.get() & 0xffL) << Integer.SIZE) | (in.getInt() & 0xffff_ffffL);
    }

    private static long idOf(String mutationId) {
        return ByteBuffer.wrap(Sha256.of(mutationId)).getLong();
    }
}
