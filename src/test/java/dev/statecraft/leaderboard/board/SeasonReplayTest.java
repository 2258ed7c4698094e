package dev.statecraft.leaderboard.board;

import static dev.statecraft.testing.fault.FaultyDynamo.When.AFTER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.MovingClock;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.EntryStore;
import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.score.NewScore;
import dev.statecraft.leaderboard.score.ScoreResult;
import dev.statecraft.leaderboard.score.ScoreResult.Mismatch;
import dev.statecraft.leaderboard.score.ScoreResult.Quarantined;
import dev.statecraft.leaderboard.score.ScoreResult.Taken;
import dev.statecraft.leaderboard.score.Submission;
import dev.statecraft.leaderboard.settings.Bounds;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.local.Meter;
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
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** A submission is applied once, regardless of the season ends before its retry (invariants S2, S3, R4). */
class SeasonReplayTest {

    private static final Duration SETTLED = Duration.ofSeconds(6);

    private final FaultyDynamo faults = new FaultyDynamo();
    private final MovingClock clock = new MovingClock(Instant.parse("2093-11-23T00:01:00Z"));
    private final Arena arena = new Arena(Map.of(), faults, clock);

    @Test
    void retryAfterReset_returnsTheResultOfTheFirstSeason() {
        for (boolean settled : new boolean[] {false, true}) {
            String id = "board-" + settled;
            points(id);
            Taken first = arena.submit(id, "p", 10, 0, "e1");
            next(id, settled);
            assertEquals(2, arena.submit(id, "p", 1, 0, "e2").season());
            assertReplayed(first, arena.submit(id, "p", 10, 0, "e1"));
            assertInstanceOf(Mismatch.class, submit(id, "p", 11, "e1"));
            next(id, settled);
            arena.submit(id, "p", 5, 0, "e3");
            next(id, settled);
            assertReplayed(first, arena.submit(id, "p", 10, 0, "e1"));
            arena.submit(id, "p", 7, 0, "e4");
            assertReplayed(first, arena.submit(id, "p", 10, 0, "e1"));
            assertInstanceOf(Mismatch.class, submit(id, "p", 5, "e2"));
            assertSums(id, 10, 1, 5, 7);
        }
    }

    @Test
    void seasonsWithoutEntry_doNotPreventAReplay() {
        for (boolean settled : new boolean[] {false, true}) {
            String id = "board-" + settled;
            points(id);
            Taken first = arena.submit(id, "p", 10, 0, "e1");
            for (int season = 1; season < 8; season++) {
                next(id, settled);
                arena.submit(id, "other", 1, 0, "o" + season);
            }
            assertReplayed(first, arena.submit(id, "p", 10, 0, "e1"));
            arena.submit(id, "p", 2, 0, null);
            assertReplayed(first, arena.submit(id, "p", 10, 0, "e1"));
            arena.submit(id, "p", 3, 0, "e2");
            assertReplayed(first, arena.submit(id, "p", 10, 0, "e1"));
            assertEquals(
                    new Score(5, 0), arena.scores.read(arena.board(id), 8, "p").score());
        }
    }

    @Test
    void seasonsWithinTheWindow_areAllSearched() {
        points("board");
        Taken first = arena.submit("board", "p", 10, 0, "e1");
        for (int season = 1; season <= 25; season++) {
            clock.move(Duration.ofSeconds(2));
            arena.reset("board", "season " + season, null);
        }
        assertReplayed(first, arena.submit("board", "p", 10, 0, "e1"));
        assertNull(arena.scores.read(arena.board("board"), 26, "p").score());
    }

    @Test
    void batch_separatesReplayedFromNewSubmissions() {
        points("board");
        Taken first = arena.submit("board", "p", 10, 0, "e1");
        Taken other = arena.submit("board", "q", 4, 0, "e1");
        next("board", false);
        List<NewScore> batch = List.of(
                score("p", 1, "e2"),
                score("p", 10, "e1"),
                score("p", 99, "e1"),
                score("q", 4, "e1"),
                score("p", 1, "e2"));
        List<ScoreResult> results =
                arena.scores.submitAll(Arena.GAME, "board", batch, true).orElseThrow();
        assertEquals(2, assertInstanceOf(Taken.class, results.get(0)).season());
        assertReplayed(first, assertInstanceOf(Taken.class, results.get(1)));
        assertInstanceOf(Mismatch.class, results.get(2));
        assertReplayed(other, assertInstanceOf(Taken.class, results.get(3)));
        assertTrue(assertInstanceOf(Taken.class, results.get(4)).replayed());
        assertEquals(
                new Score(1, 0), arena.scores.read(arena.board("board"), 2, "p").score());
        assertNull(arena.scores.read(arena.board("board"), 2, "q").score());
    }

    @Test
    void removedEntriesAndQuarantinedScores_areReplayedToo() {
        arena.create(
                "board",
                1,
                new Bounds(null, BigDecimal.valueOf(100), null, null, null, Bounds.Action.QUARANTINE),
                List.of());
        Taken removed = arena.submit("board", "p", 10, 0, "e1");
        arena.scores.remove(Arena.GAME, "board", "p");
        Quarantined aside = assertInstanceOf(Quarantined.class, submit("board", "p", 500, "e2"));
        next("board", true);
        arena.submit("board", "p", 3, 0, "e3");
        next("board", true);
        arena.submit("board", "p", 4, 0, "e4");
        assertReplayed(removed, arena.submit("board", "p", 10, 0, "e1"));
        Quarantined again = assertInstanceOf(Quarantined.class, submit("board", "p", 500, "e2"));
        assertTrue(again.replayed());
        assertEquals(1, again.season());
        assertEquals(aside.receipt(), again.receipt());
        assertInstanceOf(Mismatch.class, submit("board", "p", 501, "e2"));
        arena.scores.remove(Arena.GAME, "board", "p");
        assertReplayed(removed, arena.submit("board", "p", 10, 0, "e1"));
        assertNull(arena.scores.read(arena.board("board"), 3, "p").score());
    }

    @Test
    void lateWrite_failsOnceThePlayerSubmitsToTheNextSeason() {
        points("board");
        arena.submit("board", "p", 1, 0, "e0");
        Board open = arena.board("board");
        Entry before = arena.scores.read(open, 1, "p");
        Submission late = new Submission("p", new Score(10, 0), null, "e1", true, null);
        Entry written = ((Submission.Write)
                        late.on(open, before, clock.millis(), new Receipt.Retention(16, 64, Duration.ofMinutes(1))))
                .entry();
        arena.reset("board", "over", null);
        arena.submit("board", "p", 2, 0, "e2");
        EntryStore.Overtaken overtaken =
                assertInstanceOf(EntryStore.Overtaken.class, arena.entries.put(open, 1, written, before.version()));
        assertTrue(overtaken.current().closed());
        Taken again = arena.submit("board", "p", 10, 0, "e1");
        assertFalse(again.replayed());
        assertEquals(2, again.season());
        assertSums("board", 1, 12);
    }

    /** A retry on an instance that still sees the closed season. */
    @Test
    void retryOnAnInstanceWithAnOldBoard_isAReplay() {
        Map<String, String> settings = Map.of("statecraft.leaderboard.board-cache", "PT1H");
        Arena old = new Arena(arena.tables, settings, new ExecutionInterceptor() {}, clock);
        points("board");
        old.submit("board", "p", 1, 0, "e0");
        arena.reset("board", "over", null);
        Taken taken = arena.submit("board", "p", 10, 0, "e1");
        assertReplayed(taken, old.submit("board", "p", 10, 0, "e1"));
        assertEquals(2, old.submit("board", "p", 5, 0, "e2").season());
        assertSums("board", 1, 15);
    }

    @Test
    void lostResponse_isReplayedAfterTheReset() {
        for (When when : When.values()) {
            String id = "board-" + when;
            points(id);
            arena.submit(id, "p", 1, 0, "e0");
            faults.failFrom(0, when);
            assertThrows(SdkClientException.class, () -> arena.submit(id, "p", 10, 0, "e1"));
            faults.heal();
            arena.reset(id, "over", null);
            arena.submit(id, "p", 2, 0, "e2");
            Taken retried = arena.submit(id, "p", 10, 0, "e1");
            assertEquals(when == AFTER, retried.replayed());
            assertEquals(when == AFTER ? 1 : 2, retried.season());
            assertReplayed(retried, arena.submit(id, "p", 10, 0, "e1"));
            assertSums(id, when == AFTER ? 11 : 1, when == AFTER ? 2 : 12);
        }
    }

    @Test
    void recreatedBoard_acceptsUsedIds() {
        points("board");
        arena.submit("board", "p", 10, 0, "e1");
        next("board", true);
        arena.boards.delete(Arena.GAME, "board");
        points("board");
        Taken resubmitted = arena.submit("board", "p", 3, 0, "e1");
        assertEquals(false, resubmitted.replayed());
        assertEquals(new Score(3, 0), resubmitted.receipt().score());
    }

    @Test
    void onlyTheFirstSubmissionOfASeason_readsEarlierSeasons() {
        Meter meter = new Meter();
        Arena counted = new Arena(Map.of(), meter, clock);
        counted.create("board", RankingType.POINTS, Order.DESCENDING, null, 1);
        for (int season = 1; season <= 3; season++) {
            counted.submit("board", "p", 1, 0, "a" + season);
            clock.move(SETTLED);
            counted.reset("board", "season " + season, null);
            clock.move(SETTLED);
        }
        assertEquals(4, requests(counted, meter, "first"), "board and entry, the entry before, the write, its rank");
        assertEquals(3, requests(counted, meter, "second"));
        assertEquals(3, requests(counted, meter, null));
    }

    private static long requests(Arena counted, Meter meter, @Nullable String id) {
        meter.take();
        counted.submit("board", "p", 1, 0, id);
        return meter.take().requests();
    }

    private static void assertReplayed(Taken first, Taken again) {
        assertTrue(again.replayed());
        assertEquals(first.season(), again.season());
        assertEquals(first.receipt(), again.receipt());
    }

    private void assertSums(String id, long... sums) {
        Board board = arena.board(id);
        for (int i = 0; i < sums.length; i++) {
            assertEquals(
                    new Score(sums[i], 0), arena.scores.read(board, i + 1, "p").score(), id + ", season " + (i + 1));
        }
    }

    private void next(String id, boolean settled) {
        if (settled) {
            clock.move(SETTLED);
        }
        arena.reset(id, "next", null);
        if (settled) {
            clock.move(SETTLED);
        }
    }

    private void points(String id) {
        arena.create(id, RankingType.POINTS, Order.DESCENDING, null, 1);
    }

    private ScoreResult submit(String board, String player, long value, String id) {
        return arena.scores.submit(Arena.GAME, board, score(player, value, id), true);
    }

    private static NewScore score(String player, long value, String id) {
        return new NewScore(player, BigDecimal.valueOf(value), BigDecimal.ZERO, null, id, null);
    }
}
