package dev.statecraft.leaderboard.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.MovingClock;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.ScorePath;
import dev.statecraft.leaderboard.settings.Operator;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.table.StreamRecord;
import dev.statecraft.testing.fault.AwsOperation;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The consistency check finds drift, and a rebuild removes it under load (invariant R5). */
public class BoardConsistencyServiceTest {

    private static final Map<String, String> AT_ONCE = Map.of("statecraft.leaderboard.rebuild-after", "PT0S");
    private static final Instant START = Instant.parse("2093-11-25T00:00:00Z");

    private final Arena arena = new Arena(AT_ONCE, new FaultyDynamo(), Clock.systemUTC());
    private final Random random = new Random(3);

    @Test
    void driftIsFoundAndRebuiltUnderLoad() {
        arena.create("drifted", RankingType.SCORE, Order.DESCENDING, Operator.LAST, 2);
        play(60);
        arena.drain();
        Board board = arena.board("drifted");
        String tree = RankStore.treeKey(board, 1, 0);
        NodeDelta fault = new NodeDelta(
                tree,
                ScorePath.ROOT,
                9,
                List.of(new NodeDelta.Change(
                        BigInteger.ONE, 1, ScorePath.of(new Score(7, 0)).get(0).child(), 3, 0)));
        assertEquals(Optional.empty(), arena.ranks.count(fault));
        BoardConsistencyService.Report report = arena.audits.audit(board, 1);
        assertEquals(1, report.drift());
        assertEquals(
                3, report.drifts().get(0).counted() - report.drifts().get(0).expected());

        assertTrue(arena.audits.mend(board, 1));
        assertFalse(arena.audits.mend(arena.board("drifted"), 1), "two mendings at once");
        Optional<Long> mended = Optional.empty();
        for (int step = 0; step < 20 && mended.isEmpty(); step++) {
            // A step with time for one page, as an interrupted one.
            AtomicInteger pages = new AtomicInteger(1);
            mended = arena.audits.goOn(arena.board("drifted"), () -> pages.getAndDecrement() > 0);
            if (mended.isEmpty()) {
                play(5);
                arena.drain();
            }
        }
        assertEquals(Optional.of(1L), mended);
        play(5);
        arena.drain();
        BoardConsistencyService.Report after = arena.audits.audit(arena.board("drifted"), 1);
        assertEquals(0, after.drift(), () -> after.drifts().toString());
        assertFalse(after.mending());
        assertEquals(Map.of(), arena.ranks.all(tree));
    }

    /** All moves have the same time, and the stream delivers them in two batches. */
    @Test
    void oldTreeExistsUntilTheLastMoveIsCounted() {
        Arena still = new Arena(AT_ONCE, new FaultyDynamo(), new MovingClock(START));
        still.create("moved", RankingType.SCORE, Order.DESCENDING, null, 1);
        for (int i = 0; i < 10; i++) {
            still.submit("moved", "p" + i, i, 0, null);
        }
        still.drain();
        assertTrue(still.audits.mend(still.board("moved"), 1));
        assertEquals(Optional.empty(), still.audits.goOn(still.board("moved"), () -> true));
        List<StreamRecord> moves = still.stream.next();
        assertEquals(11, moves.size());
        for (int counted = 0; counted < moves.size(); counted++) {
            assertEquals(Optional.empty(), still.audits.goOn(still.board("moved"), () -> true), counted + " counted");
            assertEquals(Optional.empty(), still.counter.count(moves.subList(counted, counted + 1)));
        }
        assertEquals(Optional.of(0L), still.audits.goOn(still.board("moved"), () -> true));
        assertEquals(0, still.audits.audit(still.board("moved"), 1).drift());
    }

    /** The write of a new player's first score began before the rebuild, and arrives after its first step. */
    @Test
    void firstScoreForTheOldTree_isMoved() {
        MovingClock clock = new MovingClock(START);
        FaultyDynamo between = new FaultyDynamo();
        Arena api = new Arena(Map.of("statecraft.leaderboard.board-cache", "PT0S"), between, clock);
        Arena schedule =
                new Arena(api.tables, Map.of("statecraft.leaderboard.board-cache", "PT0S"), new FaultyDynamo(), clock);
        api.create("moved", RankingType.SCORE, Order.DESCENDING, null, 1);
        api.submit("moved", "p0", 7, 0, null);
        between.beforeNext(Set.of(AwsOperation.PUT_ITEM), () -> {
            assertTrue(schedule.audits.mend(schedule.board("moved"), 1));
            assertEquals(Optional.empty(), schedule.audits.goOn(schedule.board("moved"), () -> true));
        });
        api.submit("moved", "p1", 8, 0, null);
        assertTrue(between.hasActed());
        assertEquals(0, api.entries.read(api.board("moved"), 1, "p1").tree());
        clock.move(Duration.ofSeconds(20));
        rebuild(schedule, api);
        assertEquals(0, api.audits.audit(api.board("moved"), 1).drift());
    }

    /** An instance whose cached board is older than the rebuild writes an entry that has moved. */
    @Test
    void movedEntry_neverReturnsToTheOldTree() {
        MovingClock clock = new MovingClock(START);
        Arena outdated = new Arena(Map.of("statecraft.leaderboard.board-cache", "PT1H"), new FaultyDynamo(), clock);
        Arena schedule = new Arena(
                outdated.tables, Map.of("statecraft.leaderboard.board-cache", "PT0S"), new FaultyDynamo(), clock);
        schedule.create("moved", RankingType.SCORE, Order.DESCENDING, null, 1);
        outdated.submit("moved", "p0", 7, 0, null);
        assertTrue(schedule.audits.mend(schedule.board("moved"), 1));
        clock.move(Duration.ofSeconds(20));
        assertEquals(Optional.empty(), schedule.audits.goOn(schedule.board("moved"), () -> true));
        outdated.submit("moved", "p0", 8, 0, null);
        rebuild(schedule, outdated);
        assertEquals(0, schedule.audits.audit(schedule.board("moved"), 1).drift());
    }

    private static void rebuild(Arena schedule, Arena streams) {
        Optional<Long> mended = Optional.empty();
        for (int step = 0; step < 5 && mended.isEmpty(); step++) {
            streams.drain();
            mended = schedule.audits.goOn(schedule.board("moved"), () -> true);
        }
        assertTrue(mended.isPresent(), "the rebuild does not end");
    }

    @Test
    void rankingWithUncountedWritesIsReported() {
        arena.create("drifted", RankingType.SCORE, Order.DESCENDING, null, 1);
        play(3);
        assertFalse(arena.audits.audit(arena.board("drifted"), 1).settled());
        arena.drain();
        assertTrue(arena.audits.audit(arena.board("drifted"), 1).settled());
    }

    private void play(int scores) {
        for (int i = 0; i < scores; i++) {
            arena.submit("drifted", "p" + random.nextInt(30), random.nextInt(10_000), 0, null);
        }
    }
}
