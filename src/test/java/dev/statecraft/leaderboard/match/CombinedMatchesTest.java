package dev.statecraft.leaderboard.match;

import static dev.statecraft.leaderboard.match.MatchArena.freeForAll;
import static dev.statecraft.leaderboard.match.MatchArena.match;
import static dev.statecraft.leaderboard.match.MatchArena.side;
import static dev.statecraft.leaderboard.match.SharedRatings.duel;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.match.MatchResult.Exhausted;
import dev.statecraft.leaderboard.match.MatchResult.Mismatch;
import dev.statecraft.leaderboard.match.MatchResult.NotOpen;
import dev.statecraft.leaderboard.match.MatchResult.Taken;
import dev.statecraft.leaderboard.match.SharedRatings.Instance;
import dev.statecraft.leaderboard.settings.Terms;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Instances that rate matches of the same players at once get the answers that they would get one after the other. */
class CombinedMatchesTest {

    private final SharedRatings shared = new SharedRatings(1);

    private static Taken taken(MatchResult result) {
        return assertInstanceOf(Taken.class, result);
    }

    private List<Callable<MatchResult>> each(List<Instance> instances, Match... matches) {
        List<Callable<MatchResult>> calls = new ArrayList<>();
        for (int i = 0; i < instances.size(); i++) {
            Instance instance = instances.get(i);
            Match match = matches[i % matches.length];
            calls.add(() -> instance.rate(match));
        }
        return calls;
    }

    private static long first(List<MatchResult> results) {
        return results.stream()
                .filter(result -> result instanceof Taken taken && !taken.replayed())
                .count();
    }

    /** Instances find out by themselves that they collide. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void matchesOfManyInstancesAreRatedOnce(long seed) {
        try (SharedRatings ratings = new SharedRatings(seed)) {
            ratings.board();
            Map<String, Match> matches = new HashMap<>();
            List<Callable<MatchResult>> calls = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                Instance instance = ratings.instance(Map.of());
                List<Match> own = new ArrayList<>();
                for (int j = 0; j < 3; j++) {
                    Match match = duel(i + "-" + j, 3 * i + j);
                    matches.put(match.matchId(), match);
                    own.add(match);
                }
                calls.add(() -> {
                    for (Match match : own.subList(0, 2)) {
                        Taken taken = taken(instance.rate(match));
                        assertEquals(match.players().size(), taken.ranks().size());
                    }
                    return instance.rate(own.get(2));
                });
            }
            List<MatchResult> results = ratings.run(calls);
            assertEquals(10, first(results));
            for (MatchResult result : results) {
                assertEquals(
                        ratings.record(taken(result).match().matchId()).orElseThrow(),
                        taken(result).match());
                assertEquals(2, taken(result).ranks().size());
            }
            ratings.assertConsistent(matches, "seed " + seed);
            matches.keySet().forEach(id -> assertTrue(ratings.record(id).isPresent(), id));
            assertTrue(ratings.writes() > 0 && ratings.writes() < 28, ratings.writes() + " combined writes");
        }
    }

    @Test
    void sameMatchOfManyInstancesIsRatedOnce() {
        List<Instance> instances = shared.busy(shared.board(), 6);
        List<MatchResult> results = shared.run(each(instances, duel("m", 0)));
        assertEquals(1, first(results));
        assertEquals(
                1,
                results.stream().map(result -> taken(result).match()).distinct().count());
        assertEquals(1, shared.entry("a").receipts().size());
    }

    @Test
    void sameIdWithAnotherBodyIsAMismatch() {
        List<Instance> instances = shared.busy(shared.board(), 6);
        List<MatchResult> results = shared.run(each(instances, duel("m", 0), duel("m", 1)));
        assertEquals(1, first(results));
        assertEquals(3, results.stream().filter(Mismatch.class::isInstance).count());
        assertEquals(3, results.stream().filter(Taken.class::isInstance).count());
    }

    /** Two callers of one instance send the same match while others combine: one of the answers is a replay. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void sameMatchTwiceInARequestIsOnceARepeat(long seed) {
        try (SharedRatings ratings = new SharedRatings(seed)) {
            Board board = ratings.board();
            List<Instance> instances = ratings.busy(board, 3);
            List<Callable<MatchResult>> calls = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Instance instance = instances.get(i);
                Match before = duel("before" + i, i);
                calls.add(() -> instance.rate(before));
            }
            // The requests that arrive during the first write of an instance are one request of it.
            for (int i = 0; i < 9; i++) {
                Instance instance = instances.get(i % 3);
                Match match = duel("m" + i % 3, i % 3);
                calls.add(() -> {
                    ratings.all.time.ticker().sleep(2_000_000L);
                    return instance.rate(match);
                });
            }
            assertEquals(6, first(ratings.run(calls)));
        }
    }

    @Test
    void exhaustedPlayersAreAnsweredAsWithoutCombining() {
        Board board = shared.board();
        shared.all.alone(() -> shared.observer.settings.change(
                Arena.GAME, SharedRatings.BOARD, old -> old.with(new Terms(null, null, 2))));
        List<MatchResult> results = shared.run(
                each(shared.busy(board, 5), duel("m0", 0), duel("m1", 0), duel("m2", 0), duel("m3", 0), duel("n", 2)));
        assertEquals(3, first(results));
        assertEquals(2, results.stream().filter(Exhausted.class::isInstance).count());
        assertTrue(results.get(4) instanceof Taken, "players of another match");
    }

    @Test
    void boardThatIsNotOpenRefuses() {
        List<Instance> instances = shared.busy(shared.board(), 3);
        shared.all.alone(() -> shared.observer.settings.change(
                Arena.GAME,
                SharedRatings.BOARD,
                old -> old.with(new Terms(null, shared.all.time.clock().instant(), 0))));
        shared.run(each(instances, duel("m0", 0), duel("m1", 1), duel("m2", 2)))
                .forEach(result -> assertInstanceOf(NotOpen.class, result));
    }

    @Test
    void firstMatchesOfABoardAreRated() {
        Board board = shared.all.alone(() -> shared.observer.createRated(SharedRatings.BOARD, MatchArena.ELO));
        List<Instance> instances = shared.busy(board, 4);
        assertEquals(4, first(shared.run(each(instances, duel("m0", 0), duel("m1", 1), duel("m2", 2), duel("m3", 3)))));
        assertTrue(shared.observer.board(SharedRatings.BOARD).scored());
    }

    /** A match of so many players fills a transaction without the state of a queue. */
    @ParameterizedTest
    @ValueSource(ints = {99, 100})
    void fullMatchIsRatedAlone(int players) {
        List<Instance> instances = shared.busy(shared.board(), 4);
        Match full = match("full", freeForAll(players));
        List<MatchResult> results = shared.run(each(
                instances,
                full,
                match("m0", side(1, "p0"), side(2, "a")),
                match("m1", side(1, "p1"), side(2, "a")),
                full));
        assertEquals(3, first(results));
        assertEquals(2, shared.entry("p0").receipts().size());
        assertEquals(1, shared.entry("p" + (players - 1)).receipts().size());
        assertEquals(shared.record("full").orElseThrow(), taken(results.get(0)).match());
    }
}
