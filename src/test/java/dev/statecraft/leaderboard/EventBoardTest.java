package dev.statecraft.leaderboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.BoardService;
import dev.statecraft.leaderboard.board.RankedEntry;
import dev.statecraft.leaderboard.board.Season;
import dev.statecraft.leaderboard.board.Season.Phase;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.match.Match;
import dev.statecraft.leaderboard.match.MatchResult;
import dev.statecraft.leaderboard.match.MatchService;
import dev.statecraft.leaderboard.score.NewScore;
import dev.statecraft.leaderboard.score.ReviewService;
import dev.statecraft.leaderboard.score.ScoreResult;
import dev.statecraft.leaderboard.score.ScoreResult.Taken;
import dev.statecraft.leaderboard.score.ScoreService;
import dev.statecraft.leaderboard.season.SeasonService;
import dev.statecraft.leaderboard.season.Snapshot;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Bounds;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.ResetSchedule;
import dev.statecraft.leaderboard.settings.Reward;
import dev.statecraft.leaderboard.settings.Terms;
import dev.statecraft.leaderboard.settings.Terms.Status;
import dev.statecraft.leaderboard.upkeep.LeaderboardMaintenance;
import dev.statecraft.rating.Elo;
import dev.statecraft.table.ScanPage;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A board with a start and an end takes scores in between only, and its last season is closed once and for good. */
class EventBoardTest {

    private static final Instant START = Instant.parse("2093-11-23T12:00:00Z");
    private static final Instant END = START.plus(Duration.ofDays(2));
    private static final Duration SETTLED = Duration.ofSeconds(6);

    private final Faults faults = new Faults();
    private final MovingClock clock = new MovingClock(START.minusSeconds(60));
    private final Arena arena = new Arena(Map.of(), faults, clock);

    @Test
    void itTakesScoresFromItsStartUntilItsEnd() {
        arena.create("board", event(null));
        assertEquals(new ScoreResult.NotOpen(arena.board("board"), Status.SCHEDULED), submit(arena, "a", 1, "early"));
        assertFalse(arena.board("board").scored(), "a refused score fixes nothing");
        assertEquals(0, arena.lists.list(arena.board("board"), 1, 1, 10).totalEntries());
        assertInstanceOf(SeasonService.NotOpen.class, arena.seasons.reset(Arena.GAME, "board", "too early", null));
        clock.moveTo(START);
        assertTaken(false, submit(arena, "a", 10, "a1"));
        assertTaken(false, submit(arena, "b", 20, "b1"));
        clock.moveTo(END.minusMillis(1));
        assertTaken(false, submit(arena, "c", 30, "c1"));
        clock.moveTo(END);
        assertInstanceOf(ScoreResult.NotOpen.class, submit(arena, "a", 99, "a2"));
        assertTaken(true, submit(arena, "a", 10, "a1"));
        assertInstanceOf(ScoreResult.Mismatch.class, submit(arena, "a", 11, "a1"));
        List<ScoreResult> batch = arena.scores
                .submitAll(Arena.GAME, "board", List.of(score("b", 20, "b1"), score("b", 21, "b2")), true)
                .orElseThrow();
        assertTaken(true, batch.get(0));
        assertEquals(new ScoreResult.NotOpen(arena.board("board"), Status.CLOSED), batch.get(1));
        assertFinal("board", 1, 3);
        assertInstanceOf(SeasonService.NotOpen.class, arena.seasons.reset(Arena.GAME, "board", "too late", null));
    }

    @Test
    void whatIsReadAfterTheEndIsTheFinalStanding() {
        arena.create("board", event(null));
        clock.moveTo(START);
        submit(arena, "a", 10, "a1");
        submit(arena, "b", 20, "b1");
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
        assertFinal("board", 1, 2);
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
    void aWriteDecidedBeforeTheEndCountsEvenIfItComesLater() {
        arena.create("board", event(null));
        clock.moveTo(END.minusMillis(1));
        submit(arena, "a", 10, "a1");
        Board before = arena.board("board");
        Entry late = arena.submitted(before, "late", 50);
        clock.moveTo(END);
        assertTrue(arena.board("board").seasons().closed());
        arena.entries.put(before, 1, late, 0);
        assertFinal("board", 1, 2);
        assertEquals(
                "late",
                arena.seasons.awards(arena.board("board"), 1, 0, 10).get(0).playerId());
    }

    @Test
    void instancesThatKnewItBeforeItsEndCloseItOnceTogether() throws Exception {
        Map<String, String> caching = Map.of("statecraft.leaderboard.board-cache", "PT1H");
        Arena one = new Arena(arena.tables, caching, faults, clock);
        Arena other = new Arena(arena.tables, caching, faults, clock);
        clock.moveTo(START);
        ExecutorService both = Executors.newFixedThreadPool(4);
        for (int round = 0; round < 5; round++) {
            String id = "board-" + round;
            Instant end = clock.instant().plusSeconds(10);
            one.create(id, event(null).with(new Terms(null, end, 0)));
            assertInstanceOf(Taken.class, one.scores.submit(Arena.GAME, id, score("a", 1, "a"), false));
            assertInstanceOf(Taken.class, other.scores.submit(Arena.GAME, id, score("b", 1, "b"), false));
            clock.moveTo(end);
            Callable<ScoreResult> first = () -> one.scores.submit(Arena.GAME, id, score("a", 2, "a2"), false);
            Callable<ScoreResult> second = () -> other.scores.submit(Arena.GAME, id, score("b", 2, "b2"), false);
            for (var result : both.invokeAll(List.of(first, second, first, second))) {
                assertInstanceOf(ScoreResult.NotOpen.class, result.get());
            }
            Board board = one.board(id);
            assertEquals(1, one.seasons.list(board, null, 10).size());
            assertEquals(board.version(), other.board(id).version());
        }
        both.shutdown();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whereverItsClosingIsCutShortItIsCompletedOnce(boolean afterwards) {
        clock.moveTo(START);
        int cuts = 0;
        for (int write = 0; cuts == write; write++) {
            String id = "board-" + write;
            Instant end = clock.instant().plusSeconds(10);
            arena.create(id, event(null).with(new Terms(null, end, 0)));
            for (int player = 0; player < 4; player++) {
                arena.submit(id, "p" + player, 10 - player, 0, null);
            }
            arena.drain();
            clock.moveTo(end);
            boolean cut = false;
            int left = write;
            for (int run = 0; run < 3 && !cut; run++) {
                faults.failFrom(left, afterwards);
                cut = arena.upkeep.run(Arena.GAME, () -> true).failed() > 0;
                left -= faults.writes();
                faults.heal();
                arena.drain();
                clock.move(SETTLED);
            }
            cuts += cut ? 1 : 0;
            assertFinal(id, 1, 4);
        }
        assertTrue(cuts >= 5, "only " + cuts + " writes could be cut");
    }

    @Test
    void whoeverLooksFirstMayFailAndTheNextClosesIt() {
        clock.moveTo(START);
        for (boolean afterwards : new boolean[] {false, true}) {
            String id = "board-" + afterwards;
            Instant end = clock.instant().plusSeconds(10);
            arena.create(id, event(null).with(new Terms(null, end, 0)));
            arena.submit(id, "a", 10, 0, null);
            clock.moveTo(end);
            faults.failFrom(0, afterwards);
            assertThrows(Faults.Injected.class, () -> arena.board(id));
            faults.heal();
            assertFinal(id, 1, 1);
        }
    }

    @Test
    void seasonsRecurInsideItsTimeAndTheLastEndsWithIt() {
        arena.create("board", event(new ResetSchedule("0 0 * * *", null, null)));
        clock.moveTo(START);
        submit(arena, "a", 1, "a1");
        clock.moveTo(END.plus(Duration.ofDays(30)));
        Board board = arena.board("board");
        assertEquals(3, board.season());
        assertEquals(
                List.of("2093-11-25T12:00:00Z", "2093-11-25T00:00:00Z", "2093-11-24T00:00:00Z"),
                arena.seasons.list(board, null, 10).stream()
                        .map(season -> season.endedAt().toString())
                        .toList());
        assertFinal("board", 1, 1);
        assertFinal("board", 3, 0);
    }

    @Test
    void withoutSeasonalResetsItClosesAllTheSame() {
        Arena still = new Arena(arena.tables, Map.of("statecraft.leaderboard.seasonal-resets", "false"), faults, clock);
        still.create("board", event(new ResetSchedule("0 0 * * *", null, null)));
        clock.moveTo(END);
        Board board = still.board("board");
        assertTrue(board.seasons().closed());
        assertEquals(1, board.season());
    }

    @Test
    void itsEndMovesUntilItHasPassedAndItsStartUntilItIsScored() {
        arena.create("board", event(null));
        assertChanged(new Terms(START.plusSeconds(5), END, 0));
        clock.moveTo(START.plusSeconds(5));
        submit(arena, "a", 1, "a1");
        assertInstanceOf(BoardService.Fixed.class, change(new Terms(START, END, 0)));
        Instant later = END.plusSeconds(60);
        assertChanged(new Terms(START.plusSeconds(5), later, 0));
        assertEquals(later, arena.board("board").seasons().endsAt());
        clock.moveTo(END);
        assertTaken(false, submit(arena, "a", 2, "a2"));
        clock.moveTo(later);
        assertInstanceOf(BoardService.Final.class, change(new Terms(START.plusSeconds(5), later.plusSeconds(60), 0)));
        assertInstanceOf(BoardService.Final.class, change(Terms.NONE));
        assertChanged(new Terms(START.plusSeconds(5), later, 9));
    }

    @Test
    void whatIsUnderReviewWhenItClosesCanOnlyBeRejected() {
        Bounds bounds = new Bounds(null, BigDecimal.TEN, null, null, null, Bounds.Action.QUARANTINE);
        BoardSettings plain = event(null);
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
        assertInstanceOf(ScoreResult.Quarantined.class, submit(arena, "a", 99, "a1"));
        clock.moveTo(END);
        assertInstanceOf(ReviewService.SeasonClosed.class, arena.reviews.decide(Arena.GAME, "board", "a1", true));
        assertInstanceOf(ReviewService.Done.class, arena.reviews.decide(Arena.GAME, "board", "a1", false));
    }

    @Test
    void matchesAreRatedInBetweenAndReplayedAfterwards() {
        BoardSettings settings = new BoardSettings(
                        "",
                        RankingType.RATING,
                        Order.DESCENDING,
                        null,
                        2,
                        0,
                        1,
                        null,
                        null,
                        List.of(),
                        List.of(),
                        new Elo(1500, 32, Elo.Expectation.LOGISTIC))
                .with(new Terms(START, END, 2));
        arena.create("board", settings);
        assertInstanceOf(MatchResult.NotOpen.class, rate("m1", "a", "b"));
        assertFalse(arena.board("board").scored());
        clock.moveTo(START);
        assertFalse(
                assertInstanceOf(MatchResult.Taken.class, rate("m1", "a", "b")).replayed());
        assertFalse(
                assertInstanceOf(MatchResult.Taken.class, rate("m2", "a", "c")).replayed());
        assertEquals(new MatchResult.Exhausted(arena.board("board"), "a", 2), rate("m3", "b", "a"));
        assertTrue(
                assertInstanceOf(MatchResult.Taken.class, rate("m1", "a", "b")).replayed());
        assertInstanceOf(MatchResult.Mismatch.class, rate("m1", "b", "a"));
        clock.moveTo(END);
        assertTrue(
                assertInstanceOf(MatchResult.Taken.class, rate("m1", "a", "b")).replayed());
        assertInstanceOf(MatchResult.Mismatch.class, rate("m1", "b", "a"));
        assertInstanceOf(MatchResult.NotOpen.class, rate("m4", "b", "c"));
        MatchResult.Taken ranked = assertInstanceOf(
                MatchResult.Taken.class, arena.matches.rate(Arena.GAME, "board", match("m1", "a", "b"), true));
        assertEquals(Set.of("a", "b"), ranked.ranks().keySet());
        assertEquals(0, arena.scores.read(arena.board("board"), 1, "d").attempts());
    }

    @Test
    void aMatchAsLargeAsATransactionIsRefusedWithoutATraceAndReplayedAfterTheEnd() {
        BoardSettings settings = new BoardSettings(
                        "",
                        RankingType.RATING,
                        Order.DESCENDING,
                        null,
                        2,
                        0,
                        1,
                        null,
                        null,
                        List.of(),
                        List.of(),
                        new Elo(1500, 32, Elo.Expectation.LOGISTIC))
                .with(new Terms(START, END, 1));
        arena.create("board", settings);
        clock.moveTo(START);
        String[] players = new String[MatchService.MOST_PLAYERS];
        for (int i = 0; i < players.length; i++) {
            players[i] = "p" + i;
        }
        assertInstanceOf(MatchResult.Taken.class, rate("m1", players));
        assertInstanceOf(MatchResult.Exhausted.class, rate("m2", players));
        assertInstanceOf(MatchResult.Exhausted.class, rate("m2", "p1", "p2"), "the refused match did not take the id");
        assertTrue(
                assertInstanceOf(MatchResult.Taken.class, rate("m1", players)).replayed());
        clock.moveTo(END);
        assertTrue(
                assertInstanceOf(MatchResult.Taken.class, rate("m1", players)).replayed());
        assertInstanceOf(MatchResult.NotOpen.class, rate("m2", players));
    }

    @Test
    void aPlayerWhoIsErasedLosesTheAwardOfTheLastSeasonToo() {
        arena.create("board", event(null));
        clock.moveTo(START);
        submit(arena, "a", 10, "a1");
        submit(arena, "b", 5, "b1");
        clock.moveTo(END);
        assertFinal("board", 1, 2);
        ScanPage swept = arena.erasures.erase(Arena.GAME, "a", null);
        while (swept.next() != null) {
            swept = arena.erasures.erase(Arena.GAME, "a", swept.next());
        }
        Board board = arena.board("board");
        assertFalse(arena.seasons.awards(board, 1, 0, 10).stream()
                .anyMatch(award -> award.playerId().equals("a")));
        assertEquals(null, arena.scores.read(board, 1, "a").score());
    }

    private void assertFinal(String id, int number, long entries) {
        arena.upkeep();
        clock.move(SETTLED);
        arena.upkeep();
        Board board = arena.board(id);
        Season season = arena.seasons.find(board, number).orElseThrow();
        assertEquals(Phase.DONE, season.phase(), id);
        assertEquals(entries, season.totalEntries(), id);
        assertEquals(Set.of(), board.seasons().unfinished(), id);
        assertTrue(board.seasons().closed(), id);
        assertEquals(Math.min(1, entries), season.awards(), id);
        assertEquals(
                entries,
                arena.snapshots.find(board, Snapshot.idOf(season)).orElseThrow().totalEntries(),
                id);
        assertEquals(board.season(), arena.seasons.list(board, null, 100).size(), id);
        assertEquals(board.season(), board.history().snapshots(), id);
        assertFalse(arena.boards.due(Arena.GAME).contains(id), id);
    }

    private void assertChanged(Terms terms) {
        assertEquals(
                terms,
                assertInstanceOf(BoardService.Changed.class, change(terms))
                        .board()
                        .settings()
                        .terms());
    }

    private BoardService.Change change(Terms terms) {
        return arena.boards.change(Arena.GAME, "board", old -> old.with(terms));
    }

    private MatchResult rate(String id, String... players) {
        return arena.matches.rate(Arena.GAME, "board", match(id, players), false);
    }

    private static Match match(String id, String... players) {
        List<Match.Side> sides = new ArrayList<>();
        for (int i = 0; i < players.length; i++) {
            sides.add(new Match.Side(List.of(players[i]), i + 1));
        }
        return new Match(id, sides);
    }

    private static ScoreResult submit(Arena arena, String player, long value, String id) {
        return arena.scores.submit(Arena.GAME, "board", score(player, value, id), true);
    }

    private static NewScore score(String player, long value, String id) {
        return new NewScore(player, BigDecimal.valueOf(value), BigDecimal.ZERO, null, id, null);
    }

    private static void assertTaken(boolean replayed, ScoreResult result) {
        assertEquals(replayed, assertInstanceOf(Taken.class, result).replayed());
    }

    private static BoardSettings event(@Nullable ResetSchedule reset) {
        return new BoardSettings(
                        "",
                        RankingType.SCORE,
                        Order.DESCENDING,
                        null,
                        0,
                        0,
                        1,
                        reset,
                        null,
                        List.of(new Reward("best", 1L, 1L, null, "1")),
                        List.of(),
                        null)
                .with(new Terms(START, END, 0));
    }
}
