package dev.statecraft.leaderboard.entry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.settings.Score;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Receipts of earlier seasons in an entry. */
class EarlierReceiptsTest {

    private static final Receipt.Retention RETENTION = new Receipt.Retention(4, 6, Duration.ofSeconds(10));

    @Test
    void packedReceiptsReadBackWithTheirSeasons() {
        Random random = new Random(5);
        for (boolean complete : new boolean[] {false, true}) {
            List<EarlierReceipts.Kept> kept = new ArrayList<>();
            for (int season : new int[] {1, 2, 9, 100_000}) {
                for (int i = random.nextInt(4); i >= 0; i--) {
                    kept.add(new EarlierReceipts.Kept(season, receipt("s" + random.nextInt(), 1_000 + kept.size())));
                }
            }
            EarlierReceipts earlier = new EarlierReceipts(kept, complete);
            assertEquals(earlier, EarlierReceipts.unpack(earlier.pack()));
        }
        EarlierReceipts nothing = new EarlierReceipts(List.of(), true);
        assertEquals(nothing, EarlierReceipts.unpack(nothing.pack()));
    }

    @Test
    void ownReceiptsTakePrecedenceOverCopies() {
        TreeMap<Integer, Entry> entries = new TreeMap<>();
        entries.put(2, entry(receipt("a", 1), receipt("late", 2)));
        entries.put(
                3,
                entry(receipt("b", 5))
                        .withEarlier(new EarlierReceipts(
                                List.of(
                                        new EarlierReceipts.Kept(1, receipt("first", 0)),
                                        new EarlierReceipts.Kept(2, receipt("a", 1))),
                                true)));
        EarlierReceipts earlier = Entry.earlierReceipts(entries, true);
        assertEquals(
                List.of("1 first", "2 a", "2 late", "3 b"),
                earlier.kept().stream().map(EarlierReceiptsTest::name).toList());
        assertEquals(2, earlier.of(Receipt.idOf("late")).orElseThrow().season());
        assertTrue(earlier.of(Receipt.idOf("never")).isEmpty());
    }

    @Test
    void removalsAreNotCopiedToLaterEntries() {
        Entry removed = entry(receipt("a", 1)).removed(5, RETENTION);
        EarlierReceipts earlier = Entry.earlierReceipts(new TreeMap<>(Map.of(1, removed)), true);
        assertEquals(
                List.of("1 a"),
                earlier.kept().stream().map(EarlierReceiptsTest::name).toList());
    }

    @Test
    void earlierAndOwnReceiptsAreKeptByOneRetention() {
        Entry entry = Entry.none("p")
                .withEarlier(new EarlierReceipts(
                        List.of(
                                new EarlierReceipts.Kept(1, receipt("a", 1_000)),
                                new EarlierReceipts.Kept(1, receipt("b", 2_000)),
                                new EarlierReceipts.Kept(2, receipt("c", 3_000))),
                        true));
        for (int i = 0; i < 2; i++) {
            entry = write(entry, receipt("own" + i, 60_000 + i));
        }
        assertEquals(2, entry.earlier().kept().size(), "four whatever their age");
        assertFalse(entry.earlierReceiptOf(Receipt.idOf("a")).isPresent());
        assertTrue(entry.earlier().complete());
        entry = write(write(entry, receipt("own2", 60_002)), receipt("own3", 60_003));
        assertEquals(List.of(), entry.earlier().kept());
        assertEquals(4, entry.receipts().size());

        Entry quick = Entry.none("p")
                .withEarlier(new EarlierReceipts(
                        List.of(
                                new EarlierReceipts.Kept(1, receipt("a", 1_000)),
                                new EarlierReceipts.Kept(1, receipt("b", 2_000)),
                                new EarlierReceipts.Kept(1, receipt("c", 3_000))),
                        false));
        for (int i = 0; i < 5; i++) {
            quick = write(quick, receipt("own" + i, 3_001 + i));
        }
        assertEquals(1, quick.earlier().kept().size(), "six while they are recent");
    }

    @Test
    void receiptOfTheAgeOfTheWindowIsKept() {
        EarlierReceipts earlier = new EarlierReceipts(
                List.of(
                        new EarlierReceipts.Kept(1, receipt("a", 1_000)),
                        new EarlierReceipts.Kept(1, receipt("b", 2_000))),
                true);
        assertEquals(earlier, earlier.retained(4, 11_000, RETENTION));
        assertEquals(1, earlier.retained(4, 11_001, RETENTION).kept().size());
        assertEquals(List.of(), earlier.retained(5, 60_000, RETENTION).kept());
        assertEquals(1, earlier.of(Receipt.idOf("a")).orElseThrow().season());
    }

    @Test
    void onlyReceiptsThatWereNeverReadAreNotStored() {
        assertTrue(EarlierReceipts.UNREAD.isUnread());
        assertFalse(new EarlierReceipts(List.of(), true).isUnread());
        assertFalse(new EarlierReceipts(List.of(new EarlierReceipts.Kept(1, receipt("a", 1))), false).isUnread());
    }

    @Test
    void rankTreeCountsAreIndependentOfEarlierReceipts() {
        Entry plain = write(Entry.none("p"), receipt("own", 5_000));
        Entry carrying = write(
                Entry.none("p")
                        .withEarlier(
                                new EarlierReceipts(List.of(new EarlierReceipts.Kept(1, receipt("a", 1_000))), true)),
                receipt("own", 5_000));
        for (Long seen : new Long[] {null, 500L, 1_500L, 5_000L, 9_000L}) {
            assertEquals(plain.countedAt(seen), carrying.countedAt(seen));
        }
    }

    private static Entry write(Entry entry, Receipt receipt) {
        return entry.next(receipt.score(), receipt.at(), 0, null, receipt, RETENTION, null, null);
    }

    private static Entry entry(Receipt... receipts) {
        return new Entry("p", Score.ZERO, 1, 1, 1, 0, null, List.of(receipts));
    }

    private static Receipt receipt(String id, long at) {
        return new Receipt(Receipt.idOf(id), Receipt.bodyOf(id), 0, new Score(7, 0), at, true, true, false);
    }

    private static String name(EarlierReceipts.Kept kept) {
        for (String name : List.of("first", "a", "late", "b")) {
            if (Receipt.idOf(name) == kept.receipt().id()) {
                return kept.season() + " " + name;
            }
        }
        return "unknown";
    }
}
