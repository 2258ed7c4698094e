package dev.statecraft.leaderboard.listing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.RankedEntry;
import dev.statecraft.leaderboard.score.NewScore;
import dev.statecraft.leaderboard.score.PlausibilityTest;
import dev.statecraft.leaderboard.settings.Operator;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Tier;
import dev.statecraft.leaderboard.upkeep.LeaderboardStatisticsService;
import dev.statecraft.local.Meter;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cached pages cost nothing and lag behind the ranking by at most the configured time. */
class ListingCacheTest {

    private static final Map<String, String> CACHING = Map.of("statecraft.leaderboard.board-cache", "PT60S");

    /** A clock that moves on request only. */
    private static final class Moved extends Clock {

        private final AtomicLong millis = new AtomicLong(1_795_400_000_000L);

        void by(long more) {
            millis.addAndGet(more);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException("only UTC");
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(millis.get());
        }
    }

    private final Moved clock = new Moved();
    private final Meter meter = new Meter();
    private final Arena arena = new Arena(CACHING, meter, clock);
    private final Arena other = new Arena(arena.tables, CACHING, new FaultyDynamo(), clock);

    @Test
    void pageIsServedUncheckedThenValidatedByRoot() {
        board(3);
        clock.by(5_000);
        assertEquals(2, requests(() -> assertEquals(List.of("p2", "p1", "p0"), first())));
        assertEquals(0, requests(() -> assertEquals(List.of("p2", "p1", "p0"), first())));
        clock.by(999);
        assertEquals(0, requests(this::first));
        clock.by(1);
        meter.take();
        first();
        Meter.Reading checked = meter.take();
        assertEquals(1, checked.requests());
        assertEquals(0.5, checked.readUnits());
        clock.by(500);
        assertEquals(0, requests(this::first));
        clock.by(29_000);
        assertEquals(2, requests(this::first), "the interval is over");
    }

    @Test
    void pageReadSoonAfterChangeIsReadAgain() {
        board(3);
        clock.by(1_900);
        assertEquals(2, requests(this::first));
        clock.by(1_000);
        assertEquals(2, requests(this::first), "the index may have trailed");
        clock.by(1_000);
        assertEquals(1, requests(this::first));
    }

    @Test
    void scoreOfAnotherInstanceIsVisibleAfterOneSecond() {
        board(3);
        clock.by(5_000);
        first();
        other.submit("board", "new", 100, 0, null);
        arena.drain();
        assertEquals(List.of("p2", "p1", "p0"), first());
        clock.by(1_000);
        assertEquals(List.of("new", "p2", "p1", "p0"), first());
    }

    @Test
    void ownScoreIsVisibleImmediately() {
        board(3);
        clock.by(5_000);
        first();
        arena.submit("board", "new", 100, 0, null);
        assertEquals(List.of("new", "p2", "p1", "p0"), first());
        arena.scores.remove(Arena.GAME, "board", "new");
        assertEquals(List.of("p2", "p1", "p0"), first());
        // A page that does not count all of these scores yet is not cached.
        assertEquals(2, requests(this::first));
        arena.drain();
        assertEquals(2, requests(this::first));
        assertEquals(0, requests(this::first));
    }

    @Test
    void changedSettingsResetAndDeletionAreVisibleImmediately() {
        Arena instance = new Arena(arena.tables, Map.of(), meter, clock);
        board(3);
        clock.by(5_000);
        assertEquals(
                3,
                instance.pages
                        .first(instance.board("board"), 1, 10, false)
                        .entries()
                        .size());
        instance.settings.change(
                Arena.GAME,
                "board",
                old -> PlausibilityTest.bounded(old, null, List.of(new Tier("all", null, null, null))));
        Listing changed = instance.pages.first(instance.board("board"), 1, 10, false);
        assertEquals(1, changed.board().settings().tiers().size());
        instance.reset("board", "over", null);
        Board board = instance.board("board");
        assertEquals(0, instance.pages.first(board, 2, 10, false).entries().size());
        assertEquals(3, instance.pages.first(board, 1, 10, false).entries().size());
        instance.boards.delete(Arena.GAME, "board");
        Board again = instance.create("board", RankingType.SCORE, Order.DESCENDING, null, 1);
        assertEquals(0, instance.pages.first(again, 1, 10, false).entries().size());
    }

    @Test
    void withoutRealTimeUpdatesPageIsServedForTheInterval() {
        Arena still = new Arena(
                arena.tables,
                Map.of(
                        "statecraft.leaderboard.real-time-updates",
                        "false",
                        "statecraft.leaderboard.board-cache",
                        "PT60S"),
                meter,
                clock);
        board(3);
        assertEquals(
                3,
                still.pages.first(arena.board("board"), 1, 10, false).entries().size());
        still.submit("board", "new", 100, 0, null);
        arena.drain();
        clock.by(29_999);
        Board board = still.boards.find(Arena.GAME, "board").orElseThrow();
        assertEquals(
                0,
                requests(() -> assertEquals(
                        3, still.pages.first(board, 1, 10, false).entries().size())));
        assertEquals(4, still.pages.first(board, 1, 10, true).entries().size(), "fresh on demand");
        assertEquals(4, still.pages.first(board, 1, 10, false).entries().size());
        clock.by(30_000);
        assertEquals(2, requests(() -> still.pages.first(board, 1, 10, false)));
    }

    @Test
    void statisticsReportHitsAndAreStoredOnceAllWritesAreCounted() {
        board(3);
        clock.by(5_000);
        LeaderboardStatisticsService.Statistics statistics = arena.statistics.of(Arena.GAME);
        assertEquals(0, statistics.cacheHitRatio());
        assertEquals(0, requests(() -> arena.statistics.of(Arena.GAME)));
        first();
        first();
        first();
        first();
        statistics = arena.statistics.of(Arena.GAME);
        assertEquals(3, statistics.cacheHits());
        assertEquals(1, statistics.cacheMisses());
        assertEquals(0.75, statistics.cacheHitRatio());
        assertEquals(1, statistics.cachedLeaderboards());
        assertEquals(0, arena.statistics.of("another-game").cacheHits());

        arena.submit("board", "new", 100, 0, null);
        assertEquals(1, arena.statistics.of(Arena.GAME).updateQueueSize());
        assertTrue(requests(() -> arena.statistics.of(Arena.GAME)) > 0, "as long as something is on its way");
        arena.drain();
        assertEquals(4, arena.statistics.of(Arena.GAME).totalEntries());
        assertEquals(0, requests(() -> arena.statistics.of(Arena.GAME)));
        // The deletion responds after every cached copy of the board has expired.
        Arena forgetful = new Arena(arena.tables, Map.of(), meter, clock);
        forgetful.create("another", RankingType.SCORE, Order.DESCENDING, null, 1);
        assertEquals(2, forgetful.statistics.of(Arena.GAME).totalLeaderboards());
        forgetful.boards.delete(Arena.GAME, "another");
        assertEquals(1, forgetful.statistics.of(Arena.GAME).totalLeaderboards());
        other.create("elsewhere", RankingType.SCORE, Order.DESCENDING, null, 1);
        assertEquals(1, arena.statistics.of(Arena.GAME).totalLeaderboards());
        assertEquals(2, arena.statistics.of(Arena.GAME, true).totalLeaderboards());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void noPageIsOlderThanAllowed(long seed) {
        Random random = new Random(seed);
        board(1);
        clock.by(10_000);
        // The list after each change, and the time from which an older page is not allowed.
        List<List<String>> truth = new ArrayList<>(List.of(List.of("p0")));
        List<long[]> counted = new ArrayList<>();
        int own = 0;
        for (int i = 0; i < 250; i++) {
            int dice = random.nextInt(10);
            if (dice < 2) {
                Arena writer = random.nextInt(3) == 0 ? arena : other;
                String player = "p" + random.nextInt(6);
                writer.scores.submit(
                        Arena.GAME,
                        "board",
                        new NewScore(player, BigDecimal.valueOf(i), BigDecimal.ZERO, null, null, Operator.LAST),
                        false);
                List<String> next = new ArrayList<>(truth.get(truth.size() - 1));
                next.remove(player);
                next.add(0, player);
                truth.add(next);
                own = writer == arena ? truth.size() - 1 : own;
            } else if (dice < 4) {
                arena.drain();
                counted.add(new long[] {clock.millis(), truth.size() - 1});
            } else if (dice < 7) {
                clock.by(random.nextInt(1_500));
            } else {
                long now = clock.millis();
                int oldest = own;
                for (long[] drained : counted) {
                    oldest = drained[0] <= now - 1_000 ? Math.max(oldest, (int) drained[1]) : oldest;
                }
                List<String> page = first();
                assertTrue(
                        truth.subList(oldest, truth.size()).contains(page),
                        "seed " + seed + ", step " + i + ": " + page + " of " + truth.subList(oldest, truth.size()));
            }
        }
        assertTrue(arena.pages.ratio(Arena.GAME).hits() > 10, "seed " + seed);
    }

    private List<String> first() {
        Board board = arena.boards.find(Arena.GAME, "board").orElseThrow();
        return arena.pages.first(board, 1, 10, false).entries().stream()
                .map(RankedEntry::playerId)
                .toList();
    }

    private int requests(Runnable task) {
        meter.take();
        task.run();
        return meter.take().requests();
    }

    /** A board with counted entries that another instance wrote. */
    private void board(int entries) {
        other.create("board", RankingType.SCORE, Order.DESCENDING, null, 1);
        for (int i = 0; i < entries; i++) {
            other.submit("board", "p" + i, i, 0, null);
        }
        arena.drain();
        arena.boards.read(Arena.GAME, "board");
        other.boards.read(Arena.GAME, "board");
    }
}
