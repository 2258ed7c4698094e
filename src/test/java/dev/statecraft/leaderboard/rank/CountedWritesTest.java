package dev.statecraft.leaderboard.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.math.BigInteger;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Which writes of a player a node counts, and how a node stores it. */
class CountedWritesTest {

    private static final String TREE = "default#tree#0#1#0";

    private static RankNode node(CountedWrites writes) {
        return new RankNode(
                new TreeMap<>(Map.of(7, 1L)),
                Map.of(),
                Map.of(0, 60L),
                Map.of(),
                new TreeMap<>(),
                1,
                Map.of(0, writes));
    }

    private static CountedWrites none() {
        return new CountedWrites(0, Map.of());
    }

    private static NodeDelta delta(long sequence, long at, long... players) {
        List<NodeDelta.Change> changes = new ArrayList<>();
        for (long player : players) {
            changes.add(new NodeDelta.Change(BigInteger.valueOf(sequence + changes.size()), at, 7, 1, 0, player));
        }
        return new NodeDelta(TREE, "r.7", 0, changes);
    }

    @Test
    void playerWithATime_isCountedUntilThen() {
        CountedWrites writes = none().with(Map.of(1L, 50L, 2L, 90L), 4).with(Map.of(1L, 40L), 4);
        assertEquals(50L, writes.until(1));
        assertEquals(90L, writes.until(2));
        assertNull(writes.until(3));
    }

    @Test
    void droppedPlayers_areBelowTheBound() {
        CountedWrites writes = none().with(Map.of(1L, 50L, 2L, 90L, 3L, 70L, 4L, 60L), 2);
        assertEquals(new CountedWrites(60, Map.of(2L, 90L, 3L, 70L)), writes);
        assertEquals(60L, writes.until(1));
        assertEquals(60L, writes.until(5));
        assertEquals(60, writes.with(Map.of(6L, 10L), 3).bound());
        assertEquals(60, writes.with(Map.of(6L, 10L), 2).bound());
    }

    @Test
    void twoTrees_countWhatEitherCounts() {
        CountedWrites sum =
                new CountedWrites(20, Map.of(1L, 50L)).plus(new CountedWrites(30, Map.of(1L, 40L, 2L, 60L)));
        assertEquals(new CountedWrites(30, Map.of(1L, 50L, 2L, 60L)), sum);

        RankNode first = node(new CountedWrites(20, Map.of(1L, 50L)));
        RankNode second = node(new CountedWrites(30, Map.of(1L, 40L, 2L, 60L)));
        assertEquals(sum, first.plus(second).writes(0));
    }

    @Test
    void packedTimes_areReadAgain() {
        for (long at : new long[] {0, 1, 1_793_000_000_000L, (1L << 48) - 1}) {
            for (long player : new long[] {CountedWrites.NOBODY, CountedWrites.tagOf("p"), (1L << 48) - 1}) {
                byte[] packed = CountedWrites.pack(player, at);
                assertEquals(CountedWrites.PACKED_BYTES, packed.length);
                assertEquals(Map.entry(player, at), CountedWrites.unpack(packed));
            }
        }
        assertNotEquals(CountedWrites.tagOf("p"), CountedWrites.tagOf("q"));
        assertTrue(CountedWrites.tagOf("p") > CountedWrites.NOBODY);
    }

    /** One write for each delta, whether the instance knows the node or has just started; then a full set is trimmed. */
    @Test
    void eachDeltaIsOneWrite_alsoOfAnInstanceThatHasJustStarted() {
        FaultyDynamo calls = new FaultyDynamo();
        Arena warm = new Arena(Map.of(), calls, Clock.systemUTC());
        long sequence = 1;
        for (int i = 0; i < 40; i++) {
            assertEquals(Optional.empty(), warm.ranks.count(delta(sequence++, 1_000 + i, 1 + i)));
        }
        assertEquals(40, calls.writes());
        RankNode node = warm.ranks.all(TREE).get("r.7");
        assertEquals(new TreeMap<>(Map.of(7, 40L)), node.counts());
        assertEquals(CountedWrites.most(1), node.writes(0).last().size());
        assertEquals(1_000 + 39 - CountedWrites.most(1), node.writes(0).bound());
        int writes = 0;
        for (int i = 0; i < 40; i++) {
            FaultyDynamo cold = new FaultyDynamo();
            Arena started = new Arena(warm.tables, Map.of(), cold, Clock.systemUTC());
            assertEquals(Optional.empty(), started.ranks.count(delta(sequence++, 2_000 + i, 101 + i)));
            writes += cold.writes();
            RankNode grown = warm.ranks.all(TREE).get("r.7");
            assertTrue(grown.writes(0).last().size() <= CountedWrites.KEPT);
            assertEquals(2_000L + i, grown.countedUntil(0, 101 + i));
        }
        assertTrue(writes <= 43, "writes of instances that have just started: " + writes);
    }

    /** Batches of more players than a node keeps have a bound, also in a node that is new or was written before the set. */
    @Test
    void largeBatch_keepsTheNewestPlayers() {
        Arena arena = new Arena(Map.of(), new ExecutionInterceptor() {}, Clock.systemUTC());
        assertEquals(
                Optional.empty(),
                arena.ranks.count(delta(1, 1_000, LongStream.range(1, 100).toArray())));
        RankNode node = arena.ranks.all(TREE).get("r.7");
        assertEquals(1_000, node.writes(0).bound());
        assertEquals(1_000L, node.countedUntil(0, 99));
        Arena started = new Arena(arena.tables, Map.of(), new ExecutionInterceptor() {}, Clock.systemUTC());
        assertEquals(
                Optional.empty(),
                started.ranks.count(delta(500, 900, LongStream.range(200, 300).toArray())));
        node = arena.ranks.all(TREE).get("r.7");
        assertEquals(Map.of(7, 199L), node.counts());
        assertEquals(Map.of(0, 1_000L), node.times());
        assertEquals(1_000, node.writes(0).bound());
    }
}
