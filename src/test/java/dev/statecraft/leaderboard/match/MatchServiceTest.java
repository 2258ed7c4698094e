package dev.statecraft.leaderboard.match;

import static dev.statecraft.leaderboard.match.MatchArena.ELO;
import static dev.statecraft.leaderboard.match.MatchArena.match;
import static dev.statecraft.leaderboard.match.MatchArena.side;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.RankedEntry;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.RatingState;
import dev.statecraft.leaderboard.listing.Listing;
import dev.statecraft.leaderboard.match.MatchResult.Taken;
import dev.statecraft.leaderboard.score.NewScore;
import dev.statecraft.leaderboard.score.ScoreResult;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.rating.Glicko2;
import dev.statecraft.rating.Rating;
import dev.statecraft.rating.RatingSystem;
import dev.statecraft.rating.Team;
import dev.statecraft.testing.OnDynamoDbLocal;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Effects of matches on entries, and of repeated matches. */
@OnDynamoDbLocal
class MatchServiceTest {

    private final MatchArena rated = new MatchArena();
    private final FaultyDynamo faults = rated.faults;
    private final Arena arena = rated.arena;

    @Test
    void matchIsRatedAndRanked() {
        arena.createRated("board", ELO);
        Taken taken = rated.rate("board", "m1", side(2, "a"), side(1, "b"));
        assertEquals(1, taken.match().season());
        assertEquals(2, taken.ranks().get("a").rank());
        assertEquals(1, taken.ranks().get("b").rank());
        assertEquals(2, taken.ranks().get("b").total());
        Taken next = rated.rate("board", "m2", side(1, "c"), side(2, "b"));
        assertEquals(1, next.ranks().get("c").rank());
        arena.drain();
        Board board = arena.board("board");
        rated.rate("board", "m3", side(1, "c"), side(2, "a"));
        Taken last = rated.rate("board", "m4", side(1, "a"), side(1, "b"), side(1, "c"));
        Map<String, Long> ranks = new HashMap<>();
        last.ranks().forEach((player, ranked) -> ranks.put(player, ranked.rank()));
        arena.drain();
        for (String player : List.of("a", "b", "c")) {
            Entry entry = rated.entry("board", 1, player);
            assertEquals(arena.rankings.rank(board, 1, entry).rank(), ranks.get(player), player);
        }
        Listing listing = arena.lists.list(board, 1, 1, 10);
        assertEquals(
                List.of("c", "b", "a"),
                listing.entries().stream().map(RankedEntry::playerId).toList());
        assertEquals(0, arena.audits.audit(board, 1).drift());
    }

    @Test
    void repeatedMatchIsReplayedAndOtherBodyIsRejected() {
        arena.createRated("board", ELO);
        Taken first = rated.rate("board", "m1", side(1, "a"), side(2, "b"));
        rated.rate("board", "m2", side(1, "b"), side(2, "a"));
        Taken again = rated.rate("board", "m1", side(1, "a"), side(2, "b"));
        assertTrue(again.replayed());
        assertEquals(first.match(), again.match());
        assertInstanceOf(MatchResult.Mismatch.class, rated.send("board", "m1", side(2, "a"), side(1, "b")));
        assertInstanceOf(MatchResult.Mismatch.class, rated.send("board", "m1", side(1, "x"), side(2, "y")));
        assertNull(rated.entry("board", 1, "x").score());
        assertEquals(2, rated.entry("board", 1, "a").rated().matches());
    }

    @Test
    void servicesRejectTheOtherKindOfResult() {
        arena.createRated("rated", ELO);
        arena.create("scored", RankingType.SCORE, Order.DESCENDING, null, 1);
        assertInstanceOf(MatchResult.NotRated.class, rated.send("scored", "m", side(1, "a"), side(2, "b")));
        assertInstanceOf(MatchResult.NoBoard.class, rated.send("none", "m", side(1, "a"), side(2, "b")));
        NewScore score = new NewScore("a", BigDecimal.TEN, BigDecimal.ZERO, null, "s", null);
        assertInstanceOf(ScoreResult.ByMatches.class, arena.scores.submit(Arena.GAME, "rated", score, true));
        arena.scores
                .submitAll(Arena.GAME, "rated", List.of(score), true)
                .orElseThrow()
                .forEach(result -> assertInstanceOf(ScoreResult.ByMatches.class, result));
        assertNull(rated.entry("rated", 1, "a").score());
    }

    @Test
    void removedPlayerRestartsAndLateRetryDoesNotRestoreRating() {
        arena.createRated("board", ELO);
        rated.rate("board", "m1", side(1, "a"), side(2, "b"));
        arena.scores.remove(Arena.GAME, "board", "a");
        assertTrue(rated.rate("board", "m1", side(1, "a"), side(2, "b")).replayed());
        assertNull(rated.entry("board", 1, "a").rated());
        rated.rate("board", "m2", side(1, "a"), side(2, "c"));
        assertEquals(
                new RatingState(Rating.of(1516), 1, 0, 0),
                rated.entry("board", 1, "a").rated());
    }

    @Test
    void newSeasonStartsWithInitialRatings() {
        arena.createRated("board", ELO);
        rated.rate("board", "m1", side(1, "a"), side(2, "b"));
        arena.reset("board", "over", null);
        assertEquals(
                2, rated.rate("board", "m2", side(1, "a"), side(2, "b")).match().season());
        assertEquals(Rating.of(1516), rated.entry("board", 2, "a").rated().rating());
        assertEquals(new Score(151_600, 0), rated.entry("board", 1, "a").score());
    }

    @Test
    void settingsAndRatingsAreStoredExactly() {
        RatingSystem glicko = new Glicko2(1500.25, 351.5, 0.0612345, 0.51, Duration.ofHours(36));
        arena.createRated("board", glicko);
        assertEquals(glicko, arena.board("board").settings().rating());
        Clock now = Clock.fixed(Instant.parse("2093-05-01T12:00:00Z"), ZoneOffset.UTC);
        Arena fixed = new Arena(arena.tables, Map.of(), faults, now);
        Match match = match("m1", side(1, "a", "b"), side(1, "c"), side(3, "d", "e"));
        fixed.matches.rate(Arena.GAME, "board", match, false);
        Rating newcomer = glicko.initialRating(now.millis());
        List<Team> teams = List.of(
                new Team(List.of(newcomer, newcomer), 1),
                new Team(List.of(newcomer), 1),
                new Team(List.of(newcomer, newcomer), 3));
        List<List<Rating>> expected = glicko.rate(teams, now.millis());
        assertEquals(
                expected.get(0).get(0), rated.entry("board", 1, "b").rated().rating());
        assertEquals(
                expected.get(1).get(0), rated.entry("board", 1, "c").rated().rating());
        assertEquals(
                expected.get(2).get(1), rated.entry("board", 1, "e").rated().rating());
    }
}
