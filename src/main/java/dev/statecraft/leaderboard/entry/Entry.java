package dev.statecraft.leaderboard.entry;

import dev.statecraft.leaderboard.settings.Score;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A player's score on a board in one season.
 *
 * @param score null if the player has none: never scored, or removed
 * @param reachedAt when the score was reached, epoch milliseconds; who came first is listed first among equals
 * @param writtenAt when the entry was last written, epoch milliseconds; rises with every write
 * @param version counts the writes; 0 if there was none
 * @param tree generation of the rank tree that counts this entry
 * @param metadata JSON text that came with the score
 * @param receipts the last writes, oldest first
 * @param earlier receipts of the player's submissions in earlier seasons
 * @param rated what a RATING board keeps beside the score; null on others, and for a player without a score
 * @param carried the record of a match that may not stand in its own place yet; null for none
 * @param attempts submissions or matches taken of the player in this season while the board limited them; a removal
 *     gives none back
 */
public record Entry(
        String playerId,
        @Nullable Score score,
        long reachedAt,
        long writtenAt,
        long version,
        int tree,
        @Nullable String metadata,
        List<Receipt> receipts,
        EarlierReceipts earlier,
        @Nullable RatingState rated,
        @Nullable MatchRecord carried,
        int attempts) {

    /** An entry that is not rated, of a player without attempts. */
    public Entry(
            String playerId,
            @Nullable Score score,
            long reachedAt,
            long writtenAt,
            long version,
            int tree,
            @Nullable String metadata,
            List<Receipt> receipts) {
        this(
                playerId,
                score,
                reachedAt,
                writtenAt,
                version,
                tree,
                metadata,
                receipts,
                EarlierReceipts.UNREAD,
                null,
                null,
                0);
    }

    /** The score of an entry that has one. */
    public Score requireScore() {
        if (score == null) {
            throw new IllegalArgumentException("an entry without a score has no rank");
        }
        return score;
    }

    /** Where an entry that has a score stands in the order index. */
    public OrderKey orderKey() {
        return new OrderKey(requireScore(), reachedAt, playerId);
    }

    /** A player without a score. */
    public static Entry none(String playerId) {
        return new Entry(playerId, null, 0, 0, 0, 0, null, List.of());
    }

    /** The receipt of a submission, if it is among those kept; the last one of a submission accepted after review. */
    public @Nullable Receipt receiptOf(long submission) {
        for (int i = receipts.size() - 1; i >= 0; i--) {
            Receipt receipt = receipts.get(i);
            if (receipt.id() == submission && !receipt.removed()) {
                return receipt;
            }
        }
        return null;
    }

    /** This entry with what is known of the player's submissions in earlier seasons. */
    public Entry withEarlier(EarlierReceipts found) {
        return new Entry(
                playerId, score, reachedAt, writtenAt, version, tree, metadata, receipts, found, rated, carried,
                attempts);
    }

    /**
     * Collects the receipts that earlier entries of a player hold. An entry's own receipts take precedence over copies
     * of them that a later entry carries.
     *
     * @param entries the player's entries by season
     * @param complete whether all writes of the last of these seasons have arrived
     */
    public static EarlierReceipts earlierReceipts(NavigableMap<Integer, Entry> entries, boolean complete) {
        NavigableMap<Integer, List<Receipt>> bySeason = new TreeMap<>();
        entries.forEach((season, entry) -> bySeason.put(season, entry.receipts()));
        for (Entry entry : entries.descendingMap().values()) {
            Map<Integer, List<Receipt>> carried = new TreeMap<>();
            entry.earlier().kept().forEach(one -> carried.computeIfAbsent(one.season(), season -> new ArrayList<>())
                    .add(one.receipt()));
            carried.forEach(bySeason::putIfAbsent);
        }
        List<EarlierReceipts.Kept> kept = new ArrayList<>();
        bySeason.forEach((season, receipts) -> receipts.stream()
                .filter(receipt -> !receipt.removed())
                .forEach(receipt -> kept.add(new EarlierReceipts.Kept(season, receipt))));
        return new EarlierReceipts(List.copyOf(kept), complete);
    }

    /** The receipt of a submission that was taken in an earlier season, if it is among those kept. */
    public Optional<EarlierReceipts.Kept> earlierReceiptOf(long submission) {
        return earlier.of(submission);
    }

    /** This entry without its score; the receipts stay, so that a late retry does not bring the score back. */
    public Entry removed(long now, Receipt.Retention retention) {
        long at = Math.max(now, writtenAt + 1);
        Score last = score == null ? Score.ZERO : score;
        Receipt removal = new Receipt(0, 0, last.value(), Score.ZERO, at, false, false, true);
        return next(null, at, tree, null, removal, retention, null, carried);
    }

    /** This entry after a submission was put aside: nothing but the receipt is new. */
    public Entry quarantined(Receipt receipt, int generation, Receipt.Retention retention) {
        return next(score, reachedAt, generation, metadata, receipt, retention, null, null);
    }

    /** This entry counted by another generation of the rank tree. */
    public Entry movedTo(int generation, long now) {
        long at = Math.max(now, writtenAt + 1);
        return new Entry(
                playerId,
                score,
                reachedAt,
                at,
                version + 1,
                generation,
                metadata,
                receipts,
                earlier,
                rated,
                carried,
                attempts);
    }

    /** This entry with other metadata; the receipts keep what was counted when. */
    public Entry withMetadata(@Nullable String other, long now) {
        long at = Math.max(now, writtenAt + 1);
        return new Entry(
                playerId, score, reachedAt, at, version + 1, tree, other, receipts, earlier, rated, carried, attempts);
    }

    /** This entry with the record of a match along. */
    public Entry carrying(MatchRecord match) {
        return new Entry(
                playerId, score, reachedAt, writtenAt, version, tree, metadata, receipts, earlier, rated, match,
                attempts);
    }

    /** This entry with another number of attempts. */
    public Entry withAttempts(int made) {
        return new Entry(
                playerId, score, reachedAt, writtenAt, version, tree, metadata, receipts, earlier, rated, carried,
                made);
    }

    /**
     * This entry after its next write, at the time of the write's receipt; its attempts stay.
     *
     * @param match the record of a match to carry along, null for none
     */
    public Entry next(
            @Nullable Score changed,
            long reached,
            int generation,
            @Nullable String data,
            Receipt receipt,
            Receipt.Retention retention,
            @Nullable RatingState nextRated,
            @Nullable MatchRecord match) {
        List<Receipt> own = with(receipt, retention);
        return new Entry(
                playerId,
                changed,
                reached,
                receipt.at(),
                version + 1,
                generation,
                data,
                own,
                earlier.retained(own.size(), receipt.at(), retention),
                nextRated,
                match,
                attempts);
    }

    /** The kept receipts with one more; the oldest go when there are too many. */
    List<Receipt> with(Receipt receipt, Receipt.Retention retention) {
        List<Receipt> all = new ArrayList<>(receipts);
        all.add(receipt);
        int from = Math.max(0, all.size() - retention.most());
        while (from < all.size() - retention.least()
                && all.get(from).at() < receipt.at() - retention.window().toMillis()) {
            from++;
        }
        return List.copyOf(all.subList(from, all.size()));
    }

    /**
     * Which score of this player a rank tree node counts that has seen everything of the player's lane written up to a
     * time.
     *
     * @param seenUntil epoch milliseconds, null if the node has seen nothing of the lane
     * @return null if the node does not count this player at all
     */
    public @Nullable Score countedAt(@Nullable Long seenUntil) {
        if (seenUntil == null) {
            return null;
        }
        if (receipts.isEmpty()) {
            return seenUntil >= writtenAt ? score : null;
        }
        for (int i = receipts.size() - 1; i >= 0; i--) {
            if (receipts.get(i).at() <= seenUntil) {
                return receipts.get(i).counted();
            }
        }
        return receipts.get(0).countedBefore();
    }
}
