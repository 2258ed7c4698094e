package dev.statecraft.leaderboard.entry;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The receipts of a player's submissions in earlier seasons of a board. An entry of the running season carries them, so
 * that a submission that is repeated after one or more resets is recognized without a read of the earlier entries. They
 * never say anything about the score of the running season.
 *
 * @param kept oldest first
 * @param complete whether the earlier seasons were read after all of their writes had arrived: then nothing is missing
 *     but what the retention dropped, and the earlier entries need not be read again
 */
public record EarlierReceipts(List<Kept> kept, boolean complete) {

    /** The earlier seasons have not been read. */
    public static final EarlierReceipts UNREAD = new EarlierReceipts(List.of(), false);

    private static final int COMPLETE = 1;

    /** A receipt of an earlier season. */
    public record Kept(int season, Receipt receipt) {}

    /** The receipt of a submission, the last one if it was accepted after review; nothing if it is not kept. */
    public Optional<Kept> of(long submission) {
        for (int i = kept.size() - 1; i >= 0; i--) {
            if (kept.get(i).receipt().id() == submission) {
                return Optional.of(kept.get(i));
            }
        }
        return Optional.empty();
    }

    /**
     * What an entry still carries: earlier receipts and its own are kept by one retention, as if they were one list.
     *
     * @param own how many receipts of the running season the entry keeps
     * @param now when the entry is written, epoch milliseconds
     */
    public EarlierReceipts retained(int own, long now, Receipt.Retention retention) {
        int from = Math.max(0, Math.min(kept.size(), kept.size() + own - retention.most()));
        while (from < kept.size()
                && kept.size() - from + own > retention.least()
                && kept.get(from).receipt().at() < now - retention.window().toMillis()) {
            from++;
        }
        return from == 0 ? this : new EarlierReceipts(kept.subList(from, kept.size()), complete);
    }

    /** Whether an entry that carries this needs no attribute for it. */
    public boolean isUnread() {
        return kept.isEmpty() && !complete;
    }

    /** As it is stored: a byte of flags, then for each season its number, the length of its receipts, and these. */
    public byte[] pack() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(complete ? COMPLETE : 0);
        int from = 0;
        while (from < kept.size()) {
            int season = kept.get(from).season();
            List<Receipt> receipts = new ArrayList<>();
            for (int i = from; i < kept.size() && kept.get(i).season() == season; i++) {
                receipts.add(kept.get(i).receipt());
            }
            byte[] packed = Receipt.pack(receipts);
            out.writeBytes(ByteBuffer.allocate(2 * Integer.BYTES)
                    .putInt(season)
                    .putInt(packed.length)
                    .array());
            out.writeBytes(packed);
            from += receipts.size();
        }
        return out.toByteArray();
    }

    /** Reads what {@link #pack} wrote. */
    public static EarlierReceipts unpack(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        boolean complete = (in.get() & COMPLETE) != 0;
        List<Kept> kept = new ArrayList<>();
        while (in.hasRemaining()) {
            int season = in.getInt();
            byte[] packed = new byte[in.getInt()];
            in.get(packed);
            Receipt.unpack(packed).forEach(receipt -> kept.add(new Kept(season, receipt)));
        }
        return new EarlierReceipts(List.copyOf(kept), complete);
    }
}
