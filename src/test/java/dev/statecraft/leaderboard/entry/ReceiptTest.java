package dev.statecraft.leaderboard.entry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.settings.Bound;
import dev.statecraft.leaderboard.settings.Score;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReceiptTest {

    @Test
    void packedReceiptsReadBack() {
        Random random = new Random(11);
        List<Receipt> receipts = new ArrayList<>();
        long at = 1_795_400_000_000L;
        for (int i = 0; i < 500; i++) {
            at += 1 + random.nextInt(100_000);
            long value = random.nextLong(-Score.LIMIT, Score.LIMIT + 1) >> random.nextInt(54);
            receipts.add(new Receipt(
                    random.nextLong(),
                    random.nextInt(),
                    -value,
                    new Score(value, random.nextInt(-3, 3)),
                    at,
                    random.nextBoolean(),
                    random.nextBoolean(),
                    random.nextBoolean(),
                    Bound.of(random.nextInt(6))));
        }
        assertEquals(receipts, Receipt.unpack(Receipt.pack(receipts)));
    }

    @Test
    void sixteenReceiptsFitIntoHalfAKilobyte() {
        List<Receipt> receipts = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            receipts.add(new Receipt(
                    Receipt.idOf("s" + i),
                    Receipt.bodyOf("b" + i),
                    150_000 + i,
                    new Score(150_001 + i, 0),
                    1_795_400_000_000L + i * 60_000L,
                    false,
                    true,
                    false));
        }
        int bytes = Receipt.pack(receipts).length;
        assertTrue(bytes <= 512, "packed into " + bytes + " bytes");
    }

    @Test
    void oldestReceiptsAreRemovedFirst() {
        Receipt.Retention retention = new Receipt.Retention(2, 4, Duration.ofSeconds(10));
        Entry entry = Entry.none("p");
        assertEquals(List.of(100_000L, 200_000L), kept(entry, retention, 0, 100_000, 200_000));
        assertEquals(List.of(1L, 2L, 3L), kept(entry, retention, 1, 2, 3));
        assertEquals(List.of(2L, 3L, 4L, 5L), kept(entry, retention, 1, 2, 3, 4, 5));
    }

    /** Stored receipts are compared with these hashes, so they must never change. */
    @Test
    void hashesAreTheFirstBytesOfSha256() {
        assertEquals(0x3e23e8160039594aL, Receipt.idOf("b"));
        assertEquals(0x3e23e816, Receipt.bodyOf("b"));
    }

    @Test
    void countedScoresFollowFromTheWrite() {
        Score seven = new Score(7, 2);
        Receipt first = new Receipt(1, 1, 0, seven, 5, true, true, false);
        assertEquals(seven, first.counted());
        assertNull(first.countedBefore());
        Receipt later = new Receipt(1, 1, 3, seven, 5, false, true, false);
        assertEquals(seven, later.counted());
        assertEquals(new Score(3, 0), later.countedBefore());
        Receipt removed = new Receipt(0, 0, 7, Score.ZERO, 5, false, false, true);
        assertNull(removed.counted());
        assertEquals(new Score(7, 0), removed.countedBefore());
    }

    @Test
    void writeHasOneTime_andItsLastReceiptCounts() {
        Receipt.Retention retention = new Receipt.Retention(8, 8, Duration.ofSeconds(10));
        Score stored = new Score(7, 0);
        Entry before = new Entry("p", null, 0, 0, 0, 0, null, List.of())
                .next(stored, 5, 0, null, new Receipt(1, 1, 0, stored, 5, true, true, false), retention, null, null);
        Score between = new Score(9, 0);
        Entry written = before.next(
                        between,
                        10,
                        0,
                        null,
                        new Receipt(2, 1, 7, between, 10, false, true, false),
                        retention,
                        null,
                        null)
                .next(
                        stored,
                        11,
                        0,
                        null,
                        new Receipt(3, 1, 9, stored, 11, false, false, false),
                        retention,
                        null,
                        null);
        assertEquals(between, written.countedAt(10L));
        Entry one = written.asOneWriteAfter(before);
        assertEquals(
                List.of(5L, 11L, 11L), one.receipts().stream().map(Receipt::at).toList());
        assertEquals(stored, one.countedAt(10L));
        assertEquals(stored, one.countedAt(11L));
    }

    @Test
    void quarantinedSubmissionChangesNoScore() {
        Score seven = new Score(7, 2);
        Receipt later = Receipt.quarantined(1, 1, seven, 5, Bound.MAX);
        assertEquals(new Receipt(1, 1, 7, seven, 5, false, false, false, Bound.MAX), later);
        assertEquals(seven, later.counted());
        assertEquals(seven, later.countedBefore());
        Receipt first = Receipt.quarantined(1, 1, null, 5, Bound.MAX);
        assertEquals(new Receipt(1, 1, 0, Score.ZERO, 5, true, false, false, Bound.MAX), first);
        assertNull(first.counted());
        assertNull(first.countedBefore());
    }

    private static List<Long> kept(Entry start, Receipt.Retention retention, long... times) {
        Entry entry = start;
        for (long at : times) {
            Receipt receipt = new Receipt(at, 0, 0, Score.ZERO, at, false, false, false);
            entry = new Entry("p", Score.ZERO, at, at, 1, 0, null, entry.with(receipt, retention));
        }
        return entry.receipts().stream().map(Receipt::at).toList();
    }
}
