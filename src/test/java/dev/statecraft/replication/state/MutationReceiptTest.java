package dev.statecraft.replication.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MutationReceiptTest {

    private static final MutationReceipt.Retention RETENTION =
            new MutationReceipt.Retention(16, 1_000, Duration.ofMinutes(1));

    /** In the legacy layout; times: 2026-11-30T00:53:20.123Z, half a second later and 59 seconds later. */
    private static final String LEGACY = "11223344556677880a0b0c0d00000000070000000064a229f1287b"
            + "fffffffffffffffefffffffd0000000001000000000100000001f4"
            + "000000000000000500000006000000000400000000270000" + "00e409";

    @Test
    void legacyReceiptsAreReadWithTheirTimes() {
        assertEquals(
                List.of(
                        new MutationReceipt(0x1122334455667788L, 0x0a0b0c0d, 7, 100, 1_796_000_000_123L),
                        new MutationReceipt(-2, -3, 8, 101, 1_796_000_000_623L),
                        new MutationReceipt(5, 6, 12, 140, 1_796_000_059_000L)),
                MutationReceipt.unpackLegacy(HexFormat.of().parseHex(LEGACY)));
        assertEquals(List.of(), MutationReceipt.unpackLegacy(new byte[0]));
    }

    @Test
    void timesOfAnyYearRoundTrip() {
        for (String time : List.of(
                "1970-01-01T00:00:00Z",
                "2004-11-03T19:53:47.775Z",
                "2004-11-03T19:53:47.776Z",
                "2026-11-30T12:00:00Z",
                "2038-01-19T03:14:07.999Z",
                "2038-01-19T03:14:08Z",
                "2039-09-07T15:47:35.552Z",
                "2106-02-07T06:28:16Z",
                "9999-12-31T23:59:59.999Z")) {
            long at = Instant.parse(time).toEpochMilli();
            List<MutationReceipt> receipts =
                    List.of(new MutationReceipt(1, 2, 3, 4, at), new MutationReceipt(5, 6, 7, 8, at + 59_999));
            assertEquals(receipts, MutationReceipt.unpack(MutationReceipt.pack(receipts)), time);
        }
    }

    @Test
    void numbersOfAnySizeAndOrderRoundTrip() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<MutationReceipt> receipts = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            receipts.add(new MutationReceipt(
                    random.nextLong(),
                    random.nextInt(),
                    random.nextLong() >> random.nextInt(64),
                    random.nextLong() >> random.nextInt(64),
                    random.nextLong() >> random.nextInt(64)));
        }
        assertEquals(receipts, MutationReceipt.unpack(MutationReceipt.pack(receipts)));
    }

    @Test
    void receiptsWithinTheWindowAreKept() {
        long now = Instant.parse("2026-11-30T12:00:00Z").toEpochMilli();
        List<MutationReceipt> receipts = List.of();
        for (int i = 0; i < 1_000; i++) {
            // The stored receipts are read before each mutation.
            receipts = MutationReceipt.unpack(MutationReceipt.pack(MutationReceipt.with(
                    receipts,
                    MutationReceipt.of("m" + i, MutationReceipt.bodyHash("body"), i, i, now + i * 59L),
                    RETENTION)));
        }
        assertEquals(1_000, receipts.size());
        assertTrue(MutationReceipt.find(receipts, "m0").isPresent());
        assertEquals(
                "m1",
                first(MutationReceipt.with(
                        receipts,
                        MutationReceipt.of("more", MutationReceipt.bodyHash("body"), 1_000, 1_000, now + 59_000),
                        RETENTION)));
        int bytes = MutationReceipt.pack(receipts).length;
        assertTrue(bytes <= 17_000 && bytes <= MutationReceipt.sizeBytes(1_000), bytes + " bytes");
    }

    @Test
    void minimumNumberOfReceiptsOutlivesTheWindow() {
        long now = Instant.parse("2038-11-30T12:00:00Z").toEpochMilli();
        List<MutationReceipt> receipts = List.of();
        for (int i = 0; i < 40; i++) {
            receipts = MutationReceipt.with(
                    receipts, MutationReceipt.of("m" + i, MutationReceipt.bodyHash("body"), i, i, now), RETENTION);
        }
        assertEquals(40, receipts.size());
        receipts = MutationReceipt.with(
                receipts,
                MutationReceipt.of("late", MutationReceipt.bodyHash("body"), 40, 40, now + 60_001),
                RETENTION);
        assertEquals(16, receipts.size());
        assertEquals("m25", first(receipts));
    }

    @Test
    void receiptOfTheAgeOfTheWindowIsKept() {
        MutationReceipt.Retention one = new MutationReceipt.Retention(1, 5, Duration.ofMinutes(1));
        List<MutationReceipt> receipts =
                List.of(MutationReceipt.of("m0", MutationReceipt.bodyHash("body"), 1, 1, 1_000));
        assertEquals(
                2,
                MutationReceipt.with(
                                receipts, MutationReceipt.of("m1", MutationReceipt.bodyHash("body"), 2, 2, 61_000), one)
                        .size());
        assertEquals(
                1,
                MutationReceipt.with(
                                receipts, MutationReceipt.of("m1", MutationReceipt.bodyHash("body"), 2, 2, 61_001), one)
                        .size());
    }

    /** Stored receipts are compared with these hashes, so they must never change. */
    @Test
    void hashesAreTheFirstBytesOfSha256() {
        MutationReceipt receipt = MutationReceipt.of("b", MutationReceipt.bodyHash("b"), 1, 2, 3);
        assertEquals(new MutationReceipt(0x3e23e8160039594aL, 0x3e23e816, 1, 2, 3), receipt);
        assertTrue(receipt.isFor(MutationReceipt.bodyHash("b")));
        assertFalse(receipt.isFor(MutationReceipt.bodyHash("c")));
    }

    @Test
    void retentionAboveTheItemLimitIsRejected() {
        assertThrows(
                IllegalArgumentException.class, () -> new MutationReceipt.Retention(16, 1_001, Duration.ofMinutes(1)));
        assertThrows(
                IllegalArgumentException.class, () -> new MutationReceipt.Retention(17, 16, Duration.ofMinutes(1)));
        assertThrows(
                IllegalArgumentException.class, () -> new MutationReceipt.Retention(-1, 16, Duration.ofMinutes(1)));
        assertThrows(IllegalArgumentException.class, () -> new MutationReceipt.Retention(0, 0, Duration.ofMinutes(1)));
        assertEquals(1, new MutationReceipt.Retention(0, 1, Duration.ZERO).most());
        assertEquals(1_000, new MutationReceipt.Retention(1_000, 1_000, Duration.ZERO).least());
        assertTrue(StateLimits.MAX_BYTES + 16_384 + MutationReceipt.sizeBytes(MutationReceipt.MAX_RECEIPTS) < 405_000);
    }

    private static String first(List<MutationReceipt> receipts) {
        return IntStream.range(0, 1_000)
                .mapToObj(i -> "m" + i)
                .filter(id -> MutationReceipt.find(receipts.subList(0, 1), id).isPresent())
                .findFirst()
                .orElse("none");
    }
}
