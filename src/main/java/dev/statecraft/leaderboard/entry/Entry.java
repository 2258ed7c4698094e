package dev.statecraft.leaderboard.entry;

import dev.statecraft.leaderboard.settings.Score;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The entry of a player in one season of a board.
 *
 * @param score null if the player has none: never scored, or removed
 * @param reachedAt when the score was reached, Unix milliseconds; breaks ties in lists (earlier first)
 * @param writtenAt time of the last write, Unix milliseconds; increases with every write
 * @param version number of writes; 0 if there was none
 * @param tree generation of the rank tree that counts this entry
 * @param metadata JSON text submitted with the score
 * @param metadataSchema schema version of the metadata: the last migration of metadata; null before the first
 * @param receipts the receipts of the last writes, oldest first
 * @param earlier receipts of the player's submissions in earlier seasons
 * @param rated rating of the player on a RATING board; null on other boards and without a score
 * @param carried copy of a match record whose own item may not be written yet; null for none
 * @param attempts submissions or matches of the player in this season on a board that limits them; a removal does not reset
 *     it
 * @param closed whether the player has submitted to a later season already, so that no submission is applied to this entry
 */
public record Entry(
        String playerId,
        @Nullable Score score,
        long reachedAt,
        long writtenAt,
        long version,
        int tree,
        @Nullable String metadata,
        @Nullable String metadataSchema,
        List<Receipt> receipts,
        EarlierReceipts earlier,
        @Nullable RatingState rated,
        @Nullable MatchRecord carried,
        int attempts,
        boolean closed) {

    /** An entry without rating and attempts. */
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
                null,
                receipts,
                EarlierReceipts.UNREAD,
                null,
                null,
                0,
                false);
    }

    /** The score of an entry that has one. */
    public Score requireScore() {
        if (score == null) {
            throw new IllegalArgumentException("an entry without a score has no rank");
        }
        return score;
    }

    /** The key of an entry with a score in the order index. */
    public OrderKey orderKey() {
        return new OrderKey(requireScore(), reachedAt, playerId);
    }

    /** The entry of a player without a score. */
    public static Entry none(String playerId) {
        return new Entry(playerId, null, 0, 0, 0, 0, null, List.of());
    }

    /** The last stored receipt of a submission, or empty. An accepted review has a second receipt. */
    public @Nullable Receipt receiptOf(long submission) {
        for (int i = receipts.size() - 1; i >= 0; i--) {
            Receipt receipt = receipts.get(i);
            if (receipt.id() == submission && !receipt.removed()) {
                return receipt;
            }
        }
        return null;
    }

    /** This entry with receipts of earlier seasons. */
    public Entry withEarlier(EarlierReceipts found) {
        return with(found, carried, attempts);
    }

    private Entry with(EarlierReceipts found, @Nullable MatchRecord match, int made) {
        return with(receipts, found, match, made);
    }

    /** This entry, not written again, with other receipts, match record and attempts. */
    private Entry with(List<Receipt> own, EarlierReceipts found, @Nullable MatchRecord match, int made) {
        return new Entry(
                playerId,
                score,
                reachedAt,
                writtenAt,
                version,
                tree,
                metadata,
                metadataSchema,
                own,
                found,
                rated,
                match,
                made,
                closed);
    }

    /**
     * Collects the receipts in the entries of earlier seasons. The receipts of an entry take precedence over copies in a later
     * entry.
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

    /** The stored receipt of a submission in an earlier season, or empty. */
    public Optional<EarlierReceipts.Kept> earlierReceiptOf(long submission) {
        return earlier.of(submission);
    }

    /** The time of the next write of this stored entry: now, or later if a clock that is ahead wrote it. */
    public long nextWriteAt(long now) {
        return Math.max(now, writtenAt + 1);
    }

    /** This entry without its score. The receipts stay, so that a late retry does not restore the score. */
    public Entry removed(long now, Receipt.Retention retention) {
        long at = nextWriteAt(now);
        Score last = score == null ? Score.ZERO : score;
        Receipt removal = new Receipt(0, 0, last.value(), Score.ZERO, at, false, false, true);
        return next(null, at, tree, null, removal, retention, null, carried);
    }

    /** This entry with the receipt of a quarantined submission. */
    public Entry quarantined(Receipt receipt, int generation, Receipt.Retention retention) {
        return next(score, reachedAt, generation, metadata, receipt, retention, null, null);
    }

    /** This entry in another generation of the rank tree. */
    public Entry movedTo(int generation, long now) {
        return rewritten(generation, closed, now);
    }

    /** This entry closed for submissions; score and receipts do not change. A new entry belongs to the given generation. */
    Entry closed(int generation, long now) {
        return rewritten(version == 0 ? generation : tree, true, now);
    }

    private Entry rewritten(int generation, boolean close, long now) {
        long at = nextWriteAt(now);
        return new Entry(
                playerId,
                score,
                reachedAt,
                at,
                version + 1,
                generation,
                metadata,
                metadataSchema,
                receipts,
                earlier,
                rated,
                carried,
                attempts,
                close);
    }

    /**
     * This entry with other metadata; the receipts do not change.
     *
     * @param schema schema version of the metadata
     */
    public Entry withMetadata(@Nullable String other, @Nullable String schema, long now) {
        return rewritten(tree, closed, now).ofMetadata(other, schema);
    }

    /** This entry with a copy of a match record. */
    public Entry carrying(MatchRecord match) {
        return with(earlier, match, attempts);
    }

    /** This entry, not written again, with metadata of a schema version. */
    public Entry ofMetadata(@Nullable String other, @Nullable String schema) {
        return new Entry(
                playerId, score, reachedAt, writtenAt, version, tree, other, schema, receipts, earlier, rated, carried,
                attempts, closed);
    }

    /** This entry with another number of attempts. */
    public Entry withAttempts(int made) {
        return with(earlier, carried, made);
    }

    /**
     * This entry after its next write, at the time of the receipt. Attempts do not change.
     *
     * @param generation the generation of the rank tree that the writer knows; an entry never returns to an older one, because
     *     a rebuild deletes the old tree once every entry has moved
     * @param match the match record to store a copy of, null for none
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
                Math.max(tree, generation),
                data,
                metadataSchema,
                own,
                earlier.retained(own.size(), receipt.at(), retention),
                nextRated,
                match,
                attempts,
                closed);
    }

    /**
     * This entry as one write after the stored one: all receipts since then get the time of the write. A rank tree counts only
     * the last score of a write, and {@link #countedAt} finds it by its time.
     */
    public Entry asOneWriteAfter(Entry stored) {
        List<Receipt> timed = receipts.stream()
                .map(receipt -> receipt.at() > stored.writtenAt() ? receipt.at(writtenAt) : receipt)
                .toList();
        return with(timed, earlier, carried, attempts);
    }

    /** The receipts with one more, without the oldest beyond the retention. */
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
     * The score of this player that a rank tree node counts, if the node has counted all writes of the player's lane up to a
     * time.
     *
     * @param seenUntil Unix milliseconds, null if the node has counted no write of the lane
     * @return null if the node does not count this player
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

    /**
     * The current score of this player, and those that a rank tree node may count if its root has counted all writes of the
     * player up to a time: the score at that time and those of later writes.
     *
     * @param seenUntil Unix milliseconds, null if the root has counted no write of the player
     */
    public Set<Score> scoresSince(@Nullable Long seenUntil) {
        Set<Score> scores = new LinkedHashSet<>();
        Stream.of(Optional.ofNullable(score), Optional.ofNullable(countedAt(seenUntil)))
                .flatMap(Optional::stream)
                .forEach(scores::add);
        receipts.stream()
                .filter(receipt -> seenUntil == null || receipt.at() > seenUntil)
                .map(Receipt::counted)
                .filter(Objects::nonNull)
                .forEach(scores::add);
        return scores;
    }
}
