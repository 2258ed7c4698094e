package dev.statecraft.leaderboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.BoardService.ResetDone;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A season is closed once, completely, and nothing late crosses into another (invariant R4). */
class SeasonTest {

    private final Faults faults = new Faults();
    private final Arena arena = new Arena(Map.of(), faults, Clock.systemUTC());

    @Test
    void whatComesInLateBelongsToTheClosedSeasonAndItsFinalSnapshot() {
        arena.create("board", RankingType.SCORE, Order.DESCENDING, null, 1);
        arena.submit("board", "a", 10, 0, null);
        Board closedBoard = arena.board("board");
        Entry late = arena.submitted(closedBoard, "late", 50);
        arena.boards.reset(Arena.GAME, "board", "over", null);
        arena.entries.put(closedBoard, 1, late, 0);
        arena.submit("board", "b", 5, 0, null);
        arena.drain();

        Board board = arena.board("board");
        assertEquals(List.of("late", "a"), players(arena.lists.list(board, 1, 1, 10)));
        assertEquals(List.of("b"), players(arena.lists.list(board, 2, 1, 10)));
        assertEquals(
                2,
                arena.rankings.rank(board, 1, arena.scores.read(board, 1, "a")).total());
        assertEquals(1, arena.snapshots.find(board, 1).orElseThrow().totalEntries());

        assertEquals(0, upkeep(arena).settled(), "too early");
        Arena later = new Arena(arena.tables, Map.of(), faults, Clock.offset(Clock.systemUTC(), Duration.ofSeconds(6)));
        assertEquals(1, upkeep(later).settled());
        assertEquals(0, upkeep(later).settled());
        Snapshot closed = later.snapshots.find(board, 1).orElseThrow();
        assertEquals(2, closed.totalEntries());
        assertEquals("late", closed.entries().get(0).playerId());
        assertEquals("over", closed.reason());
    }

    @Test
    void aResetThatIsCutShortClosesOneSeasonAndGetsItsSnapshot() {
        for (int write = 0; write < 2; write++) {
            for (boolean afterwards : new boolean[] {false, true}) {
                String id = "board-" + write + afterwards;
                arena.create(id, RankingType.SCORE, Order.DESCENDING, null, 1);
                arena.submit(id, "a", 10, 0, null);
                faults.failFrom(write, afterwards);
                assertThrows(Faults.Injected.class, () -> arena.boards.reset(Arena.GAME, id, "over", "request-1"));
                faults.heal();
                ResetDone retried = (ResetDone) arena.boards.reset(Arena.GAME, id, "over", "request-1");
                assertEquals(1, retried.closedSeason(), id);
                assertEquals(2, arena.board(id).season(), id);
                ResetDone next = (ResetDone) arena.boards.reset(Arena.GAME, id, "again", "request-2");
                assertEquals(2, next.closedSeason(), id);
                assertEquals(
                        1,
                        arena.snapshots.find(arena.board(id), 1).orElseThrow().totalEntries(),
                        id);
            }
        }
    }

    @Test
    void aBoardThatIsMadeAgainBeginsEmpty() {
        arena.create("board", RankingType.SCORE, Order.DESCENDING, null, 1);
        arena.submit("board", "a", 10, 0, null);
        arena.drain();
        arena.boards.delete(Arena.GAME, "board");
        assertTrue(arena.boards.read(Arena.GAME, "board").isEmpty());
        Board again = arena.create("board", RankingType.TIME, Order.ASCENDING, null, 1);
        assertEquals(1, again.epoch());
        assertEquals(List.of(), players(arena.lists.list(again, 1, 1, 10)));
        assertEquals(1, arena.submit("board", "a", 7, 0, null).season());
        arena.drain();
        assertEquals(1, arena.rankings.summary(arena.board("board"), 1).total());
    }

    @Test
    void seasonsAreListedTheLatestFirst() {
        Clock fixed = Clock.fixed(Instant.ofEpochMilli(1_000_000), ZoneOffset.UTC);
        Arena still = new Arena(arena.tables, Map.of(), faults, fixed);
        still.create("board", RankingType.SCORE, Order.DESCENDING, null, 1);
        for (int season = 1; season <= 12; season++) {
            still.boards.reset(Arena.GAME, "board", "s" + season, null);
        }
        Board board = still.board("board");
        List<Snapshot> page = still.snapshots.list(board, null, 5);
        assertEquals(
                List.of(12, 11, 10, 9, 8), page.stream().map(Snapshot::season).toList());
        assertEquals(
                List.of(7, 6, 5),
                still.snapshots.list(board, 8, 3).stream().map(Snapshot::season).toList());
    }

    @Test
    void theUpdateQueueEmptiesAsScoresAreCountedAlsoAcrossAReset() {
        arena.create("board", RankingType.SCORE, Order.DESCENDING, null, 1);
        arena.submit("board", "a", 10, 0, null);
        arena.submit("board", "b", 20, 0, null);
        assertEquals(2, arena.statistics.of(Arena.GAME).updateQueueSize());
        arena.boards.reset(Arena.GAME, "board", "over", null);
        arena.submit("board", "c", 30, 0, null);
        assertEquals(3, arena.statistics.of(Arena.GAME).updateQueueSize());
        arena.drain();
        StatisticsService.Statistics statistics = arena.statistics.of(Arena.GAME);
        assertEquals(0, statistics.updateQueueSize());
        assertEquals(1, statistics.totalEntries());
        assertEquals(1, statistics.seasonalDataSize());
        assertEquals(0, arena.statistics.of("another-game").totalLeaderboards());
    }

    private static UpkeepService.Done upkeep(Arena arena) {
        return new UpkeepService(arena.boards, arena.audits).run(Arena.GAME, () -> true);
    }

    private static List<String> players(Listing listing) {
        return listing.entries().stream().map(RankedEntry::playerId).toList();
    }
}
