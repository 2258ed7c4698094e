package dev.statecraft.leaderboard.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.MovingClock;
import dev.statecraft.leaderboard.board.Season.Phase;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.listing.Listing;
import dev.statecraft.leaderboard.season.SeasonService;
import dev.statecraft.leaderboard.season.Snapshot;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.ResetSchedule;
import dev.statecraft.leaderboard.settings.Reward;
import dev.statecraft.leaderboard.upkeep.LeaderboardStatisticsService;
import dev.statecraft.testing.fault.FaultyDynamo;
import dev.statecraft.testing.fault.FaultyDynamo.When;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;

/** A season is closed once and completely. A late write does not count in another season (invariant R4). */
class SeasonTest {

    private static final Instant MONDAY = Instant.parse("2093-11-23T00:00:00Z");
    private static final Duration SETTLED = Duration.ofSeconds(6);

    private final FaultyDynamo faults = new FaultyDynamo();
    private final MovingClock clock = new MovingClock(MONDAY.plusSeconds(60));
    private final Arena arena = new Arena(Map.of(), faults, clock);

    @Test
    void lateWrite_isInTheClosedSeasonAndItsFinalSnapshot() {
        create("board", null);
        arena.submit("board", "a", 10, 0, null);
        arena.drain();
        Board closedBoard = arena.board("board");
        Entry late = arena.submitted(closedBoard, "late", 50);
        Season closed = arena.reset("board", "over", null);
        assertEquals(1, snapshot("board", closed).totalEntries(), "there is a snapshot at once");
        arena.entries.put(closedBoard, 1, late, 0);
        arena.submit("board", "b", 5, 0, null);
        arena.drain();

        Board board = arena.board("board");
        assertEquals(List.of("late", "a"), players(arena.lists.list(board, 1, 1, 10)));
        assertEquals(List.of("b"), players(arena.lists.list(board, 2, 1, 10)));
        assertEquals(
                2,
                arena.rankings.rank(board, 1, arena.scores.read(board, 1, "a")).total());

        arena.upkeep();
        assertEquals(Phase.SETTLE, season("board", 1).phase(), "too early");
        clock.move(SETTLED);
        arena.upkeep();
        assertEquals(Phase.DONE, season("board", 1).phase());
        assertEquals(2, season("board", 1).totalEntries());
        Snapshot last = snapshot("board", closed);
        assertEquals(2, last.totalEntries());
        assertEquals("late", last.entries().get(0).playerId());
        assertEquals("over", last.reason());
        assertEquals(SnapshotTrigger.RESET, last.eventType());
        assertEquals(
                2,
                last.distribution().stream().mapToLong(bucket -> bucket.count()).sum());
        assertEquals(List.of(), arena.boards.due(Arena.GAME));
    }

    @Test
    void season_isFinalOnlyAfterAllWritesAreCounted() {
        create("board", null);
        arena.submit("board", "a", 10, 0, null);
        arena.reset("board", "over", null);
        clock.move(SETTLED);
        arena.upkeep.run(Arena.GAME, () -> true);
        assertEquals(Phase.COUNT, season("board", 1).phase(), "the stream has delivered nothing yet");
        arena.drain();
        arena.upkeep.run(Arena.GAME, () -> true);
        assertEquals(Phase.DONE, season("board", 1).phase());
        assertEquals(1, season("board", 1).totalEntries());
    }

    @Test
    void interruptedReset_closesOneSeasonWithItsSnapshot() {
        for (int write = 0; write < 2; write++) {
            for (When when : When.values()) {
                String id = "board-" + write + when;
                create(id, null);
                arena.submit(id, "a", 10, 0, null);
                faults.failFrom(write, when);
                assertThrows(SdkClientException.class, () -> arena.reset(id, "over", "request-1"));
                faults.heal();
                clock.move(Duration.ofMillis(1));
                assertEquals(1, arena.reset(id, "over", "request-1").season(), id);
                assertEquals(2, arena.board(id).season(), id);
                assertEquals(2, arena.reset(id, "again", "request-2").season(), id);
                assertEquals(1, arena.reset(id, "over", "request-1").season(), id);
                assertEquals(
                        new SeasonService.Mismatch(), arena.seasons.reset(Arena.GAME, id, "else", "request-1"), id);
                clock.move(SETTLED);
                arena.upkeep();
                assertEquals(1, snapshot(id, season(id, 1)).totalEntries(), id);
            }
        }
    }

    @Test
    void recreatedBoard_isEmpty() {
        create("board", null);
        arena.submit("board", "a", 10, 0, null);
        arena.reset("board", "over", null);
        arena.drain();
        arena.boards.delete(Arena.GAME, "board");
        assertTrue(arena.boards.read(Arena.GAME, "board").isEmpty());
        Board again = arena.create("board", RankingType.TIME, Order.ASCENDING, null, 1);
        assertEquals(1, again.epoch());
        assertEquals(List.of(), players(arena.lists.list(again, 1, 1, 10)));
        assertEquals(List.of(), arena.seasons.list(again, null, 10));
        assertEquals(1, arena.submit("board", "a", 7, 0, null).season());
        arena.drain();
        assertEquals(1, arena.rankings.summary(arena.board("board"), 1).total());
    }

    @Test
    void seasons_areListedLatestFirst() {
        create("board", null);
        for (int season = 1; season <= 12; season++) {
            arena.reset("board", "s" + season, null);
        }
        Board board = arena.board("board");
        assertEquals(
                List.of(12, 11, 10, 9, 8),
                arena.seasons.list(board, null, 5).stream().map(Season::season).toList());
        assertEquals(
                List.of(7, 6, 5),
                arena.seasons.list(board, 8, 3).stream().map(Season::season).toList());
    }

    @Test
    void firstReadAfterTheEnd_closesTheSeason() {
        create("board", weekly());
        Instant end = MONDAY.plus(Duration.ofDays(7));
        assertEquals(end, arena.board("board").seasons().endsAt());
        clock.moveTo(end.minusMillis(1));
        assertEquals(1, arena.submit("board", "a", 10, 0, null).season());
        clock.moveTo(end);
        assertEquals(2, arena.submit("board", "a", 3, 0, null).season());
        Season closed = season("board", 1);
        assertEquals(end, closed.endedAt());
        assertEquals(SnapshotTrigger.SEASON, closed.eventType());
        assertEquals(end, arena.board("board").seasons().startedAt());
        assertEquals(
                end.plus(Duration.ofDays(7)), arena.board("board").seasons().endsAt());
    }

    @Test
    void instanceWithCachedBoard_doesNotWriteAfterTheEnd() {
        Map<String, String> caching = Map.of("statecraft.leaderboard.board-cache", "PT1H");
        Arena one = new Arena(arena.tables, caching, faults, clock);
        Arena other = new Arena(arena.tables, caching, faults, clock);
        one.create("board", scheduled(weekly()));
        assertEquals(1, one.submit("board", "a", 1, 0, null).season());
        assertEquals(1, other.submit("board", "b", 1, 0, null).season());
        clock.moveTo(MONDAY.plus(Duration.ofDays(7)));
        assertEquals(2, one.submit("board", "a", 1, 0, null).season());
        assertEquals(2, other.submit("board", "b", 1, 0, null).season());
        assertEquals(1, one.seasons.list(one.board("board"), null, 10).size());
    }

    @Test
    void missedEnds_closeOneSeasonEach() {
        create("board", weekly());
        arena.submit("board", "a", 10, 0, null);
        clock.moveTo(MONDAY.plus(Duration.ofDays(24)));
        arena.upkeep();
        Board board = arena.board("board");
        assertEquals(4, board.season());
        assertEquals(
                List.of("2093-12-14T00:00:00Z", "2093-12-07T00:00:00Z", "2093-11-30T00:00:00Z"),
                arena.seasons.list(board, null, 10).stream()
                        .map(season -> season.endedAt().toString())
                        .toList());
        clock.move(SETTLED);
        arena.upkeep();
        assertEquals(1, season("board", 1).totalEntries());
        assertEquals(0, season("board", 3).totalEntries());
        assertEquals(Phase.DONE, season("board", 3).phase());
    }

    @Test
    void manyMissedEnds_closeOneSeason() {
        arena.create("board", scheduled(new ResetSchedule("*/5 * * * *", null, null)));
        arena.submit("board", "a", 10, 0, null);
        clock.moveTo(MONDAY.plus(Duration.ofDays(30)).plusSeconds(1));
        Board board = arena.board("board");
        assertEquals(3, board.season());
        assertEquals(MONDAY.plusSeconds(300), season("board", 1).endedAt());
        assertEquals(MONDAY.plus(Duration.ofDays(30)), season("board", 2).endedAt());
        assertEquals(
                MONDAY.plus(Duration.ofDays(30)).plusSeconds(300),
                board.seasons().endsAt());
    }

    @Test
    void singleEnd_occursOnceAndCanBeSetAgain() {
        Instant end = MONDAY.plus(Duration.ofHours(5));
        create("board", new ResetSchedule(null, null, end));
        clock.moveTo(end.plusSeconds(1));
        assertEquals(2, arena.board("board").season());
        assertEquals(null, arena.board("board").seasons().endsAt());
        Instant later = end.plus(Duration.ofDays(1));
        arena.settings.change(Arena.GAME, "board", old -> scheduled(new ResetSchedule(null, null, later)));
        assertEquals(later, arena.board("board").seasons().endsAt());
        clock.moveTo(later);
        assertEquals(3, arena.board("board").season());
    }

    @Test
    void withoutSeasonalResets_noSeasonIsClosedBySchedule() {
        Arena still = new Arena(arena.tables, Map.of("statecraft.leaderboard.seasonal-resets", "false"), faults, clock);
        still.create("board", scheduled(weekly()));
        clock.move(Duration.ofDays(30));
        still.upkeep();
        assertEquals(1, still.submit("board", "a", 1, 0, null).season());
        assertEquals(1, still.reset("board", "by hand", null).season());
        assertEquals(2, still.board("board").season());
    }

    @Test
    void updateQueue_drainsAsScoresAreCountedAcrossAReset() {
        create("board", null);
        arena.submit("board", "a", 10, 0, null);
        arena.submit("board", "b", 20, 0, null);
        assertEquals(2, arena.statistics.of(Arena.GAME).updateQueueSize());
        arena.reset("board", "over", null);
        arena.submit("board", "c", 30, 0, null);
        assertEquals(3, arena.statistics.of(Arena.GAME).updateQueueSize());
        arena.drain();
        LeaderboardStatisticsService.Statistics statistics = arena.statistics.of(Arena.GAME);
        assertEquals(0, statistics.updateQueueSize());
        assertEquals(1, statistics.totalEntries());
        assertEquals(1, statistics.seasonalDataSize());
        assertEquals(1, statistics.historicalDataSize());
        assertEquals(0, arena.statistics.of("another-game").totalLeaderboards());
    }

    private void create(String id, @Nullable ResetSchedule schedule) {
        arena.create(id, scheduled(schedule));
    }

    private static BoardSettings scheduled(@Nullable ResetSchedule schedule) {
        Reward reward = new Reward("best", 1L, 1L, null, "1");
        return new BoardSettings(
                "",
                RankingType.SCORE,
                Order.DESCENDING,
                null,
                0,
                0,
                1,
                schedule,
                null,
                List.of(reward, new Reward("half", null, null, BigDecimal.valueOf(50), "2")),
                List.of(),
                null);
    }

    private static ResetSchedule weekly() {
        return new ResetSchedule("0 0 * * 1", null, null);
    }

    private Season season(String id, int season) {
        return arena.seasons.find(arena.board(id), season).orElseThrow();
    }

    private Snapshot snapshot(String id, Season season) {
        return arena.snapshots.find(arena.board(id), Snapshot.idOf(season)).orElseThrow();
    }

    private static List<String> players(Listing listing) {
        return listing.entries().stream().map(RankedEntry::playerId).toList();
    }
}
