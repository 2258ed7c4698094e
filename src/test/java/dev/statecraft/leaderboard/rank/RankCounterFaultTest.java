package dev.statecraft.leaderboard.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.ScorePath;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Operator;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.Ranking;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.table.StreamRecord;
import dev.statecraft.testing.fault.FaultyDynamo;
import dev.statecraft.testing.fault.FaultyDynamo.When;
import java.math.BigInteger;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Any duplicated, re-cut, replayed or crashed delivery counts as if delivered once (invariants R1, R3, R5). */
public class RankCounterFaultTest {

    private final FaultyDynamo faults = new FaultyDynamo();
    private final Arena arena = new Arena(Map.of(), faults, Clock.systemUTC());

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void reorderedDeliveriesCountOnce(long seed) {
        Random random = new Random(seed);
        Board board = play(random, 3, 120);
        List<StreamRecord> records = ordered(arena.stream.next());
        int from = 0;
        int furthest = 0;
        while (from < records.size()) {
            int to = Math.min(records.size(), from + 1 + random.nextInt(25));
            List<StreamRecord> batch = records.subList(from, to);
            assertEquals(Optional.empty(), arena.counter.count(batch));
            furthest = Math.max(furthest, to);
            switch (random.nextInt(4)) {
                case 0 -> arena.counter.count(batch);
                case 1 -> arena.counter.count(records.subList(from, from + 1));
                case 2 -> arena.counter.count(records.subList(0, furthest));
                default -> {}
            }
            // Sometimes go back, as a shard with a lost checkpoint does.
            from = random.nextInt(5) == 0 ? Math.max(0, to - random.nextInt(20)) : to;
        }
        assertTreeMatchesEntries(board, "seed " + seed);
    }

    @ParameterizedTest
    @EnumSource(When.class)
    void crashAtAnyWriteAndRetryCountOnce(When when) {
        Random random = new Random(42);
        int write = 0;
        boolean crashed = true;
        while (crashed) {
            Board board = play(random, 2, 14);
            List<StreamRecord> records = ordered(arena.stream.next());
            faults.failFrom(write, when);
            Optional<String> retry = arena.counter.count(records);
            faults.heal();
            crashed = retry.isPresent();
            if (crashed) {
                assertEquals(records.get(0).sequence(), retry.get());
                int cut = random.nextInt(records.size() + 1);
                if (cut > 0) {
                    arena.counter.count(records.subList(0, cut));
                }
                if (cut < records.size()) {
                    arena.counter.count(records.subList(cut, records.size()));
                }
            }
            assertTreeMatchesEntries(board, "write " + write + ", " + when);
            write++;
        }
        assertTrue(write > 12, "only " + write + " writes were interrupted");
    }

    /** The second attempt of a conditional write is rejected because of the first one. */
    @Test
    void anyWriteThatTheSdkSendsTwice_countsOnce() {
        Random random = new Random(43);
        int write = 0;
        int writes = 1;
        while (write < writes) {
            Board board = play(random, 2, 14);
            List<StreamRecord> records = ordered(arena.stream.next());
            faults.resendOnce(write);
            assertEquals(Optional.empty(), arena.counter.count(records));
            writes = faults.writes();
            faults.heal();
            assertTreeMatchesEntries(board, "write " + write + " of " + writes);
            write++;
        }
        assertTrue(write > 12, "only " + write + " writes were sent twice");
    }

    @Test
    void lanesAreCountedIndependently() throws InterruptedException {
        Random random = new Random(5);
        Board board = play(random, 4, 200);
        Map<String, List<StreamRecord>> byLane = new TreeMap<>();
        ordered(arena.stream.next()).forEach(record -> byLane.computeIfAbsent(record.key(), key -> new ArrayList<>())
                .add(record));
        List<Thread> consumers = byLane.values().stream()
                .map(lane -> new Thread(() -> {
                    for (int from = 0; from < lane.size(); from += 7) {
                        arena.counter.count(lane.subList(from, Math.min(lane.size(), from + 7)));
                    }
                }))
                .toList();
        consumers.forEach(Thread::start);
        for (Thread consumer : consumers) {
            consumer.join();
        }
        assertTrue(byLane.size() > 1);
        assertTreeMatchesEntries(board, "lanes");
    }

    @Test
    void unreadableRecordIsReportedAndEarlierRecordsAreCounted() {
        Board board = play(new Random(9), 1, 10);
        List<StreamRecord> records = new ArrayList<>(ordered(arena.stream.next()));
        records.add(new StreamRecord("999999999999999999999", "default#x#0#1#lane", null, Map.of("s", "1")));
        assertEquals(Optional.of("999999999999999999999"), arena.counter.count(records));
        assertTreeMatchesEntries(board, "poison");
    }

    /** Clocks of writers differ: a later write may have an earlier time. */
    @Test
    void timeOfNewestChangeNeverDecreases() {
        String tree = "default#clocks#0#1#0";
        assertEquals(Optional.empty(), arena.ranks.count(change(tree, 1, 105)));
        assertEquals(Optional.empty(), arena.ranks.count(change(tree, 2, 100)));
        RankNode root = arena.ranks.all(tree).get(ScorePath.ROOT);
        assertEquals(Map.of(0, 105L), root.times());
        assertEquals(Map.of(7, 2L), root.counts());
        assertEquals(Optional.of(BigInteger.TWO), arena.ranks.count(change(tree, 2, 100)), "it is counted already");
        assertEquals(Optional.empty(), arena.ranks.count(change(tree, 3, 110)));
        assertEquals(Map.of(0, 110L), arena.ranks.all(tree).get(ScorePath.ROOT).times());
    }

    private static NodeDelta change(String tree, long sequence, long at) {
        return new NodeDelta(
                tree, ScorePath.ROOT, 0, List.of(new NodeDelta.Change(BigInteger.valueOf(sequence), at, 7, 1, 0)));
    }

    private Board play(Random random, int lanes, int moves) {
        String id = "b" + random.nextLong(Long.MAX_VALUE);
        // DENSE ranking, because its trees have more writes that can be lost.
        arena.create(
                id,
                BoardSettings.of(RankingType.SCORE, Order.DESCENDING, Operator.LAST, 0, lanes)
                        .with(Ranking.DENSE));
        for (int i = 0; i < moves; i++) {
            String player = "p" + random.nextInt(25);
            if (random.nextInt(8) == 0) {
                arena.scores.remove(Arena.GAME, id, player);
            } else {
                arena.submit(id, player, random.nextInt(-300, 5_000), random.nextInt(3), null);
            }
        }
        return arena.board(id);
    }

    private static List<StreamRecord> ordered(List<StreamRecord> records) {
        return records.stream()
                .sorted(Comparator.comparing(StreamRecord::order))
                .toList();
    }

    private void assertTreeMatchesEntries(Board board, String context) {
        BoardConsistencyService.Report report = arena.audits.audit(board, 1);
        assertEquals(List.of(), report.drifts(), context);
        assertTrue(report.settled(), context);
        assertTrue(report.entries() > 0, context);
        NavigableMap<String, RankNode> nodes = arena.ranks.all(RankStore.treeKey(board, 1, 0));
        nodes.forEach((path, node) -> node.counts().forEach((child, count) -> {
            assertTrue(count >= 0, context);
            RankNode below = nodes.get(path + "." + child);
            if (below != null) {
                assertEquals(count, below.total(), () -> context + ": " + path + "." + child);
            }
        }));
        nodes.values().forEach(node -> node.watermarks()
                .values()
                .forEach(watermark -> assertTrue(watermark.compareTo(BigInteger.ZERO) > 0)));
    }
}
