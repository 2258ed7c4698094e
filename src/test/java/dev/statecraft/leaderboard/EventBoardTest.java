package dev.statecraft.leaderboard;

import static dev.statecraft.leaderboard.EventBoards.END;
import static dev.statecraft.leaderboard.EventBoards.START;
import static dev.statecraft.leaderboard.EventBoards.assertTaken;
import static dev.statecraft.leaderboard.EventBoards.score;
import static dev.statecraft.leaderboard.EventBoards.settings;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.BoardChange;
import dev.statecraft.leaderboard.board.RankedEntry;
import dev.statecraft.leaderboard.board.Season;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.score.ReviewService;
import dev.statecraft.leaderboard.score.ScoreResult;
import dev.statecraft.leaderboard.score.ScoreService;
import dev.statecraft.leaderboard.season.SeasonService;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Bounds;
import dev.statecraft.leaderboard.settings.ResetSchedule;
import dev.statecraft.leaderboard.settings.Terms;
import dev.statecraft.leaderboard.settings.Terms.Status;
import dev.statecraft.leaderboard.upkeep.LeaderboardMaintenance;
import dev.statecraft.table.ScanPage;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A board with a start and an end accepts scores only between them, and its last season is final. */
class EventBoardTest {

    private final EventBoards event = new EventBoards();
    private final MovingClock clock = event.clock;
    private final Arena arena = event.arena;

    @Test
    void eventBoard_acceptsScoresFromStartToEnd() {
        event.create();
        assertEquals(new ScoreResult.NotOpen(arena.board("board"), Status.SCHEDULED), event.submit("a", 1, "early"));
        assertFalse(arena.board("board").scored(), "a refused score fixes nothing");
        assertEquals(0, arena.lists.list(arena.board("board"), 1, 1, 10).totalEntries());
        assertInstanceOf(SeasonService.NotOpen.class, arena.seasons.reset(Arena.GAME, "board", "too early", null));
        clock.moveTo(START);
        assertTaken(false, event.submit("a", 10, "a1"));
        assertTaken(false, event.submit("b", 20, "b1"));
        clock.moveTo(END.minusMillis(1));
        assertTaken(false, event.submit("c", 30, "c1"));
        clock.moveTo(END);
        assertInstanceOf(ScoreResult.NotOpen.class, event.submit("a", 99, "a2"));
        assertTaken(true, event.submit("a", 10, "a1"));
        assertInstanceOf(ScoreResult.Mismatch.class, event.submit("a", 11, "a1"));
        List<ScoreResult> batch = arena.scores
                .submitAll(Arena.GAME, "board", List.of(score("b", 20, "b1"), score("b", 21, "b2")), true)
                .orElseThrow();
        assertTaken(true, batch.get(0));
        assertEquals(new ScoreResult.NotOpen(arena.board("board"), Status.CLOSED), batch.get(1));
        event.assertFinal("board", 1, 3);
        assertInstanceOf(SeasonService.NotOpen.class, arena.seasons.reset(Arena.GAME, "board", "too late", null));
    }

    @Test
    void readAfterTheEnd_returnsTheFinalRanking() {
        event.create();
        clock.moveTo(START);
        event.submit("a", 10, "a1");
        event.submit("b", 20, "b1");
        arena.drain();
        clock.moveTo(END);
        Board board = arena.board("board");
        assertTrue(board.seasons().closed());
        assertEquals(1, board.season());
        Season last = arena.seasons.find(board, 1).orElseThrow();
        assertTrue(last.last());
        assertEquals(END, last.endedAt());
        assertEquals(
                List.of("b", "a"),
                arena.lists.list(board, board.season(), 1, 10).entries().stream()
                        .map(RankedEntry::playerId)
                        .toList());
        assertEquals(
                2,
                arena.rankings.rank(board, 1, arena.scores.read(board, 1, "a")).rank());
        event.assertFinal("board", 1, 2);
        assertEquals(1, arena.players.seasons(board, "b").get(0).rank());
        assertEquals(1, arena.statistics.of(Arena.GAME).seasonalDataSize());
        assertEquals(
                ScoreService.Removal.REMOVED,
                arena.scores.remove(Arena.GAME, "board", "b").orElseThrow());
        arena.drain();
        assertEquals(
                1,
                arena.rankings.rank(board, 1, arena.scores.read(board, 1, "a")).rank());
        clock.move(Duration.ofDays(400));
        assertEquals(LeaderboardMaintenance.Done.NOTHING, arena.upkeep.run(Arena.GAME, () -> true));
    }

    @Test
    void writeEvaluatedBeforeTheEnd_countsEvenIfLate() {
        event.create();
        clock.moveTo(END.minusMillis(1));
        event.submit("a", 10, "a1");
        Board before = arena.board("board");
        Entry late = arena.submitted(before, "late", 50);
        clock.moveTo(END);
        assertTrue(arena.board("board").seasons().closed());
        arena.entries.put(before, 1, late, 0);
        event.assertFinal("board", 1, 2);
        assertEquals(
                "late",
                arena.seasons.awards(arena.board("board"), 1, 0, 10).get(0).playerId());
    }

    @Test
    void seasonsRecur_andTheLastEndsWithTheBoard() {
        arena.create("board", settings(new ResetSchedule("0 0 * * *", null, null)));
        clock.moveTo(START);
        event.submit("a", 1, "a1");
        clock.moveTo(END.plus(Duration.ofDays(30)));
        Board board = arena.board("board");
        assertEquals(3, board.season());
        assertEquals(
                List.of("2093-11-25T12:00:00Z", "2093-11-25T00:00:00Z", "2093-11-24T00:00:00Z"),
                arena.seasons.list(board, null, 10).stream()
                        .map(season -> season.endedAt().toString())
                        .toList());
        event.assertFinal("board", 1, 1);
        event.assertFinal("board", 3, 0);
    }

    @Test
    void withoutSeasonalResets_theBoardStillCloses() {
        Map<String, String> without = Map.of("statecraft.leaderboard.seasonal-resets", "false");
        Arena still = new Arena(arena.tables, without, event.faults, clock);
        still.create("board", settings(new ResetSchedule("0 0 * * *", null, null)));
        clock.moveTo(END);
        Board board = still.board("board");
        assertTrue(board.seasons().closed());
        assertEquals(1, board.season());
    }

    @Test
    void endAndStart_areLockedByCloseAndFirstScore() {
        event.create();
        assertChanged(new Terms(START.plusSeconds(5), END, 0));
        clock.moveTo(START.plusSeconds(5));
        event.submit("a", 1, "a1");
        assertInstanceOf(BoardChange.Locked.class, change(new Terms(START, END, 0)));
        Instant later = END.plusSeconds(60);
        assertChanged(new Terms(START.plusSeconds(5), later, 0));
        assertEquals(later, arena.board("board").seasons().endsAt());
        clock.moveTo(END);
        assertTaken(false, event.submit("a", 2, "a2"));
        clock.moveTo(later);
        assertInstanceOf(BoardChange.Closed.class, change(new Terms(START.plusSeconds(5), later.plusSeconds(60), 0)));
        assertInstanceOf(BoardChange.Closed.class, change(Terms.NONE));
        assertChanged(new Terms(START.plusSeconds(5), later, 9));
    }

    @Test
    void pendingReviewOfAClosedBoard_canOnlyBeRejected() {
        Bounds bounds = new Bounds(null, BigDecimal.TEN, null, null, null, Bounds.Action.QUARANTINE);
        BoardSettings plain = settings(null);
        arena.create(
                "board",
                new BoardSettings(
                                "",
                                plain.rankingType(),
                                plain.order(),
                                null,
                                0,
                                0,
                                1,
                                null,
                                bounds,
                                List.of(),
                                List.of(),
                                null)
                        .with(plain.terms()));
        clock.moveTo(START);
        assertInstanceOf(ScoreResult.Quarantined.class, event.submit("a", 99, "a1"));
        clock.moveTo(END);
        assertInstanceOf(ReviewService.SeasonClosed.class, arena.reviews.decide(Arena.GAME, "board", "a1", true));
        assertInstanceOf(ReviewService.Done.class, arena.reviews.decide(Arena.GAME, "board", "a1", false));
    }

    @Test
    void erasedPlayer_isRemovedFromTheAwardsOfTheLastSeason() {
        event.create();
        clock.moveTo(START);
        event.submit("a", 10, "a1");
        event.submit("b", 5, "b1");
        clock.moveTo(END);
        event.assertFinal("board", 1, 2);
        ScanPage swept = arena.erasures.erase(Arena.GAME, "a", null);
        while (swept.next() != null) {
            swept = arena.erasures.erase(Arena.GAME, "a", swept.next());
        }
        Board board = arena.board("board");
        assertFalse(arena.seasons.awards(board, 1, 0, 10).stream()
                .anyMatch(award -> award.playerId().equals("a")));
        assertEquals(null, arena.scores.read(board, 1, "a").score());
    }

    private void assertChanged(Terms terms) {
        assertEquals(
                terms,
                assertInstanceOf(BoardChange.Changed.class, change(terms))
                        .board()
                        .settings()
                        .terms());
    }

    private BoardChange change(Terms terms) {
        return arena.settings.change(Arena.GAME, "board", old -> old.with(terms));
    }
}
