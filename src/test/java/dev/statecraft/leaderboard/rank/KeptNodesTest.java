package dev.statecraft.leaderboard.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.LargeBoard;
import dev.statecraft.leaderboard.LargeBoard.Cost;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.score.NewScore;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Operator;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.table.StreamRecord;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranks from kept nodes: their cost, and that all nodes of an answer count the same changes. */
class KeptNodesTest {

    private static final Map<String, String> KEEPING =
            Map.of("statecraft.leaderboard.rank-nodes.checked-after", "PT0.5S");
    private static final int SIZE = 10_000;
    private static final int LARGEST = 1_000_000;

    private static LargeBoard board(int size, int largest, Map<String, String> config) {
        Random random = new Random(1);
        return new LargeBoard(
                BoardSettings.of(RankingType.SCORE, Order.DESCENDING, Operator.LAST, 0, 1),
                size,
                player -> random.nextInt(largest),
                config);
    }

    private static long rank(LargeBoard large, int player) {
        Entry entry = large.arena.entries.read(large.board, 1, "p" + player);
        return large.arena.rankings.rank(large.board, 1, entry).rank();
    }

    private static long expected(LargeBoard large, int player) {
        long own = large.entry(player).requireScore().value();
        return 1
                + large.sorted().stream()
                        .filter(other -> other.requireScore().value() > own)
                        .count();
    }

    private static void pass(LargeBoard large, Duration time) {
        large.ticker.sleep(time.toNanos());
        large.clock.move(time);
    }

    /** The entry is 1 RCU, and the node of the last level 0.5. */
    @Test
    void warmInstanceReadsTheLastNodeOnly() {
        LargeBoard large = board(SIZE, LARGEST, KEEPING);
        Random random = new Random(2);
        Cost cold = large.costOf(200, i -> {
            pass(large, Duration.ofMillis(1));
            rank(large, random.nextInt(SIZE));
        });
        large.costOf(2_000, i -> {
            pass(large, Duration.ofMillis(1));
            rank(large, random.nextInt(SIZE));
        });
        Cost warm = large.costOf(500, i -> {
            pass(large, Duration.ofMillis(10));
            int player = random.nextInt(SIZE);
            assertTrue(rank(large, player) > 0);
        });
        assertEquals(expected(large, 7), rank(large, 7));
        assertTrue(cold.requests() <= 2 && cold.readUnits() <= 2.9, cold.toString());
        assertTrue(warm.requests() <= 2 && warm.readUnits() <= 1.6, warm.toString());
    }

    @Test
    void withoutTime_nothingIsKept() {
        LargeBoard large = board(1_000, LARGEST, Map.of());
        rank(large, 0);
        Cost again = large.costOf(1, i -> rank(large, 0));
        assertEquals(
                1 + 0.5 * RankTree.nodesOf(large.entry(0).requireScore(), false).size(), again.readUnits());
    }

    /** The kept root is older than the nodes below it at each read. */
    @Test
    void treeThatChangesBetweenReadsCostsAsMuchAsWithoutKeptNodes() {
        LargeBoard large = board(2_000, LARGEST, KEEPING);
        Random random = new Random(3);
        int reads = 1_000;
        double requests = 0;
        double readUnits = 0;
        for (int i = 0; i < reads; i++) {
            pass(large, Duration.ofMillis(10));
            large.count(List.of(large.move(random.nextInt(1_000), random.nextInt(LARGEST))));
            Cost read = large.costOf(1, once -> rank(large, 1_000 + random.nextInt(1_000)));
            requests += read.requests();
            readUnits += read.readUnits();
        }
        assertTrue(requests / reads <= 2.05, requests + " requests");
        assertTrue(readUnits / reads <= 2.95, readUnits + " read units");
    }

    @Test
    void rankFollowsTheTreeAfterTheTime() {
        LargeBoard large = board(1_000, LARGEST, KEEPING);
        long before = rank(large, 0);
        assertEquals(expected(large, 0), before);
        List<StreamRecord> moves = new ArrayList<>();
        for (int player = 1; player <= 50; player++) {
            moves.add(large.move(player, LARGEST + player));
        }
        large.count(moves);
        pass(large, Duration.ofMillis(500));
        assertEquals(expected(large, 0), rank(large, 0));
    }

    /**
     * Others move between the reads of kept and of new nodes. Each rank counts every other player once, with the score at
     * {@code asOf}, and the player with the current score.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void eachRankIsThatOfOneMoment(long seed) {
        Random random = new Random(seed);
        int size = 300;
        int largest = seed % 2 == 0 ? 5_000 : 400_000;
        LargeBoard large = board(size, largest, KEEPING);
        NavigableMap<Instant, Map<String, Long>> states = new TreeMap<>();
        states.put(Instant.EPOCH, state(large));
        int stale = 0;
        for (int i = 0; i < 1_200; i++) {
            pass(large, Duration.ofMillis(1 + random.nextInt(20)));
            if (random.nextInt(8) == 0) {
                List<StreamRecord> moves = new ArrayList<>();
                Map<Integer, Boolean> moved = new HashMap<>();
                for (int n = 0; n <= random.nextInt(3); n++) {
                    int player = random.nextInt(size);
                    if (moved.put(player, true) == null) {
                        moves.add(large.move(player, random.nextInt(largest)));
                    }
                }
                large.count(moves);
                states.put(large.clock.instant(), state(large));
            }
            int player = random.nextInt(size);
            Entry entry = large.arena.entries.read(large.board, 1, "p" + player);
            EntryRank rank = large.arena.rankings.rank(large.board, 1, entry);
            Map<String, Long> counted = states.floorEntry(rank.asOf()).getValue();
            long own = entry.requireScore().value();
            long better = counted.entrySet().stream()
                    .filter(other -> !other.getKey().equals(entry.playerId()) && other.getValue() > own)
                    .count();
            long ties = counted.entrySet().stream()
                    .filter(other -> !other.getKey().equals(entry.playerId()) && other.getValue() == own)
                    .count();
            assertEquals(better + 1, rank.rank(), "seed " + seed + ", step " + i);
            assertEquals(ties + 1, rank.ties(), "seed " + seed + ", step " + i);
            assertEquals(size, rank.total());
            assertTrue(rank.asOf().isAfter(large.clock.instant().minusSeconds(2)) || states.size() < 3);
            stale += rank.asOf().equals(states.lastKey()) ? 0 : 1;
        }
        assertTrue(stale > 20, stale + " ranks from kept nodes");
    }

    private static Map<String, Long> state(LargeBoard large) {
        Map<String, Long> state = new HashMap<>();
        large.sorted()
                .forEach(entry ->
                        state.put(entry.playerId(), entry.requireScore().value()));
        return state;
    }

    /** Kept nodes count an older score of the player than its receipts show. */
    @Test
    void ownScoreIsExactAfterMoreWritesThanReceipts() {
        Map<String, String> few = new HashMap<>(KEEPING);
        few.put("statecraft.leaderboard.receipts.least", "2");
        few.put("statecraft.leaderboard.receipts.most", "3");
        LargeBoard large = board(200, 1_000, few);
        rank(large, 0);
        rank(large, 0);
        for (int i = 0; i < 10; i++) {
            pass(large, Duration.ofMillis(5));
            long value = i % 2 == 0 ? 2_000 : i;
            NewScore score = new NewScore("p0", BigDecimal.valueOf(value), BigDecimal.ZERO, null, "s" + i, null);
            large.arena.scores.submit(Arena.GAME, "large", score, false);
            Entry now = large.arena.entries.read(large.board, 1, "p0");
            large.count(List.of(large.written(0, now)));
            EntryRank rank = large.arena.rankings.rank(large.board, 1, now);
            assertEquals(expected(large, 0), rank.rank(), "write " + i);
            assertEquals(200, rank.total(), "write " + i);
        }
    }
}
