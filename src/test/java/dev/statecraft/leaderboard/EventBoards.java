package dev.statecraft.leaderboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.Season;
import dev.statecraft.leaderboard.board.Season.Phase;
import dev.statecraft.leaderboard.match.Match;
import dev.statecraft.leaderboard.match.MatchResult;
import dev.statecraft.leaderboard.score.NewScore;
import dev.statecraft.leaderboard.score.ScoreResult;
import dev.statecraft.leaderboard.score.ScoreResult.Taken;
import dev.statecraft.leaderboard.season.Snapshot;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.ResetSchedule;
import dev.statecraft.leaderboard.settings.Reward;
import dev.statecraft.leaderboard.settings.Terms;
import dev.statecraft.rating.Elo;
import dev.statecraft.rating.RatingSystem;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Boards with a start and an end, in an {@link Arena} whose clock is moved and whose writes fail on request. */
final class EventBoards {

    static final Instant START = Instant.parse("2093-11-23T12:00:00Z");
    static final Instant END = START.plus(Duration.ofDays(2));
    static final Duration SETTLED = Duration.ofSeconds(6);

    final FaultyDynamo faults = new FaultyDynamo();
    final MovingClock clock;
    final Arena arena;

    EventBoards() {
        clock = new MovingClock(START.minusSeconds(60));
        arena = new Arena(Map.of(), faults, clock);
    }

    /** An instance in any database, with the clock of its machine; its writes do not fail. */
    EventBoards(MovingClock clock, Arena arena) {
        this.clock = clock;
        this.arena = arena;
    }

    /** Creates the board "board" from {@link #START} to {@link #END}. */
    void create() {
        arena.create("board", settings(null));
    }

    /** Creates a board that is open now and ends in ten seconds, which is returned. */
    Instant createEndingSoon(String id) {
        Instant end = clock.instant().plusSeconds(10);
        arena.create(id, settings(null).with(new Terms(null, end, 0)));
        return end;
    }

    /** Creates the board "board" for matches, of which a player may play so many. */
    void createRated(int maxAttempts) {
        RatingSystem elo = new Elo(1500, 32, Elo.Expectation.LOGISTIC);
        arena.create(
                "board",
                new BoardSettings(
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
                                elo)
                        .with(new Terms(START, END, maxAttempts)));
    }

    /** Submits a score to "board". */
    ScoreResult submit(String player, long value, String id) {
        return arena.scores.submit(Arena.GAME, "board", score(player, value, id), true);
    }

    /** Rates a match on "board"; the players are named in the order of their places. */
    MatchResult rate(String id, String... players) {
        return arena.matches.rate(Arena.GAME, "board", match(id, players), false);
    }

    /** Sees the last season of a board closed and all of its work done. */
    void assertFinal(String id, int number, long entries) {
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

    static Match match(String id, String... players) {
        List<Match.Side> sides = new ArrayList<>();
        for (int i = 0; i < players.length; i++) {
            sides.add(new Match.Side(List.of(players[i]), i + 1));
        }
        return new Match(id, sides);
    }

    static NewScore score(String player, long value, String id) {
        return new NewScore(player, BigDecimal.valueOf(value), BigDecimal.ZERO, null, id, null);
    }

    static void assertTaken(boolean replayed, ScoreResult result) {
        assertEquals(replayed, assertInstanceOf(Taken.class, result).replayed());
    }

    /** A board for scores from {@link #START} to {@link #END}. */
    static BoardSettings settings(@Nullable ResetSchedule reset) {
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
