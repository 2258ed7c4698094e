package dev.statecraft.leaderboard.entry;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Receipts of a player's submissions in earlier seasons of a board. The entry of the current season stores copies of them,
 * so a retry after one or more resets is recognized without a read of earlier entries. They have no effect on the score of
 * the current season.
 *
 * @param kept oldest first
 * @param complete whether the earlier seasons were read after all of their writes had arrived; then only receipts beyond the
 *     retention are missing, and the earlier entries are not read again
 */
public record EarlierReceipts(List<Kept> kept, boolean complete) {

    /** The earlier seasons have not been read. */
    public static final EarlierReceipts UNREAD = new EarlierReceipts(List.of(), false);

    private static final int COMPLETE = 1;

    /** A receipt of an earlier season. */
    public record Kept(int season, Receipt receipt) {}

    /** The last receipt of a submission; empty if none is stored. An accepted review has a second receipt. */
    public Optional<Kept> of(long submission) {
        for (int i = kept.size() - 1; i >= 0; i--) {
            if (kept.get(i).receipt().id() == submission) {
                return Optional.of(kept.get(i));
            }
        }
        return Optional.empty();
    }

    /**
     * The receipts that an entry still stores: earlier receipts and its own share one retention, as one list.
     *
     * @param own number of receipts of the current season in the entry
     * @param now time of the write, Unix milliseconds
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

    /** Whether these receipts need no attribute in the item. */
    public boolean isUnread() {
        return kept.isEmpty() && !complete;
    }

    /** Stored form: a byte of flags, then for each season its number, the length of its receipts, and the receipts. */
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
