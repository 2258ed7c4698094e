package dev.statecraft.leaderboard.match;

import static dev.statecraft.leaderboard.match.MatchArena.ELO;
import static dev.statecraft.leaderboard.match.MatchArena.freeForAll;
import static dev.statecraft.leaderboard.match.MatchArena.match;
import static dev.statecraft.leaderboard.match.MatchArena.side;
import static dev.statecraft.testing.fault.FaultyDynamo.When.AFTER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.match.Match.Side;
import dev.statecraft.leaderboard.match.MatchResult.Taken;
import dev.statecraft.rating.Rating;
import dev.statecraft.rating.Team;
import dev.statecraft.testing.fault.FaultyDynamo;
import dev.statecraft.testing.fault.FaultyDynamo.When;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Every match is rated exactly once for all of its players under failures, concurrency and retries (invariants S1 to S3). */
class MatchServiceFaultTest {

    private final MatchArena rated = new MatchArena();
    private final FaultyDynamo faults = rated.faults;
    private final Arena arena = rated.arena;

    @ParameterizedTest
    @ValueSource(ints = {2, 100})
    void retryAfterLostResponseIsNotRatedAgainEvenInNextSeason(int players) {
        int writes = players == 100 ? 3 : 1;
        for (int write = 0; write < writes; write++) {
            for (When when : When.values()) {
                for (boolean reset : new boolean[] {false, true}) {
                    String id = "board-" + write + when + reset;
                    arena.createRated(id, ELO);
                    rated.rate(id, "first", side(1, "p0"), side(2, "other"));
                    faults.failFrom(write, when);
                    Side[] sides = freeForAll(players);
                    assertThrows(SdkClientException.class, () -> rated.send(id, "m", sides), id);
                    faults.heal();
                    // Another writer changes the entry that stores the copy of the record.
                    rated.rate(id, "between", side(1, "p0"), side(2, "other"));
                    if (reset) {
                        arena.reset(id, "over", null);
                    }
                    boolean tookEffect = write + (when == AFTER ? 1 : 0) > (players == 100 ? 1 : 0);
                    Taken taken = rated.rate(id, "m", sides);
                    boolean announced = players == 100 && write + (when == AFTER ? 1 : 0) > 0;
                    int season = tookEffect || announced || !reset ? 1 : 2;
                    assertEquals(tookEffect, taken.replayed(), id);
                    assertEquals(season, taken.match().season(), id);
                    assertTrue(rated.rate(id, "m", sides).replayed(), id);
                    assertEquals(taken.match(), rated.rate(id, "m", sides).match(), id);
                    for (int player = 0; player < players; player += 7) {
                        int others = player == 0 && season == 1 ? 2 : 0;
                        Entry entry = rated.entry(id, season, "p" + player);
                        assertEquals(1 + others, entry.rated().matches(), id);
                        assertEquals(
                                player == 0 ? 2 : 0,
                                rated.entry(id, 1, "p" + player).rated() == null
                                        ? 0
                                        : rated.entry(id, 1, "p" + player)
                                                        .rated()
                                                        .matches()
                                                - (season == 1 ? 1 : 0),
                                id);
                        if (season == 1 && reset) {
                            assertNull(rated.entry(id, 2, "p" + player).score(), id);
                        }
                    }
                    assertInstanceOf(MatchResult.Mismatch.class, rated.send(id, "m", side(1, "p1"), side(2, "p0")), id);
                }
            }
        }
    }

    @Test
    void largestMatchWithRecordInOneTransaction() {
        arena.createRated("board", ELO);
        rated.rate("board", "mark", side(1, "x"), side(2, "y"));
        faults.failFrom(0, AFTER);
        assertThrows(SdkClientException.class, () -> rated.send("board", "m", freeForAll(99)));
        assertEquals(1, faults.writes());
        faults.heal();
        Taken taken = rated.rate("board", "m", freeForAll(99));
        assertTrue(taken.replayed());
        assertEquals(99, taken.match().changes().size());
        assertEquals(99, taken.ranks().get("p98").rank());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void failuresAndRetriesRateExactlyOnce(long seed) {
        Random random = new Random(seed);
        arena.createRated("board", ELO);
        rated.rate("board", "mark", side(1, "x"), side(2, "y"));
        Map<String, Rating> expected = new HashMap<>();
        int failures = 0;
        for (int i = 0; i < 60; i++) {
            // Some matches are so large that they are announced first.
            Side[] sides = i % 20 == 7 ? freeForAll(100) : randomMatch(random);
            Taken taken = null;
            while (taken == null) {
                if (random.nextInt(3) == 0) {
                    faults.failFrom(random.nextInt(2), When.drawn(random));
                }
                try {
                    taken = (Taken) rated.send("board", "m" + i, sides);
                } catch (SdkClientException e) {
                    failures++;
                } finally {
                    faults.heal();
                }
            }
            rateByHand(expected, sides);
            for (Side side : sides) {
                for (String player : side.players()) {
                    double mean = expected.get(player).mean();
                    assertEquals(
                            mean,
                            rated.entry("board", 1, player).rated().rating().mean(),
                            1e-9,
                            "seed " + seed + ", match " + i);
                }
            }
        }
        assertTrue(failures > 8, "only " + failures + " failures");
    }

    @Test
    void concurrentMatchesOfSamePlayersLoseNothing() throws Exception {
        arena.createRated("board", ELO);
        Arena other = new Arena(arena.tables, Map.of(), faults, Clock.systemUTC());
        ExecutorService senders = Executors.newFixedThreadPool(32);
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int sender = 0; sender < 32; sender++) {
            int number = sender;
            MatchService matches = sender % 2 == 0 ? arena.matches : other.matches;
            tasks.add(() -> {
                Random random = new Random(number);
                for (int i = 0; i < 3; i++) {
                    List<String> players = new ArrayList<>(List.of("a", "b", "c", "d"));
                    Collections.shuffle(players, random);
                    Match match = match(
                            number + "-" + i,
                            side(1, players.get(0)),
                            side(2, players.get(1)),
                            side(3, players.get(2)));
                    // Each match is sent twice, as by a client with a short timeout.
                    for (int copy = 0; copy < 2; copy++) {
                        Taken taken = assertInstanceOf(Taken.class, matches.rate(Arena.GAME, "board", match, false));
                        assertEquals(copy == 1, taken.replayed());
                    }
                }
                return null;
            });
        }
        for (Future<Void> done : senders.invokeAll(tasks)) {
            done.get();
        }
        senders.shutdown();
        double sum = 0;
        int played = 0;
        for (String player : List.of("a", "b", "c", "d")) {
            Entry entry = rated.entry("board", 1, player);
            sum += entry.rated().rating().mean();
            played += entry.rated().matches();
            assertEquals(entry.rated().matches(), entry.version(), "every write was a match");
            assertEquals(
                    Math.round(entry.rated().rating().mean() * 100),
                    entry.score().value());
        }
        assertEquals(6_000, sum, 1e-6);
        assertEquals(32 * 3 * 3, played);
    }

    @Test
    void concurrentIdenticalMatchesAreReplayedExceptOne() throws Exception {
        arena.createRated("board", ELO);
        Arena other = new Arena(arena.tables, Map.of(), faults, Clock.systemUTC());
        ExecutorService senders = Executors.newFixedThreadPool(14);
        List<Callable<MatchResult>> tasks = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            MatchService matches = i % 3 == 0 ? other.matches : arena.matches;
            tasks.add(() -> matches.rate(Arena.GAME, "board", match("m", side(1, "a"), side(2, "b")), false));
        }
        for (int i = 0; i < 2; i++) {
            tasks.add(() -> arena.matches.rate(Arena.GAME, "board", match("m", side(2, "a"), side(1, "b")), false));
        }
        List<MatchResult> results = new ArrayList<>();
        for (Future<MatchResult> done : senders.invokeAll(tasks)) {
            results.add(done.get());
        }
        senders.shutdown();
        long refused =
                results.stream().filter(MatchResult.Mismatch.class::isInstance).count();
        assertTrue(refused == 2 || refused == 12, refused + " are refused");
        assertEquals(
                1,
                results.stream()
                        .filter(result -> result instanceof Taken taken && !taken.replayed())
                        .count());
        assertEquals(1, rated.entry("board", 1, "a").rated().matches());
    }

    @Test
    void concurrentIdenticalLargeMatchesAreRatedOnce() throws Exception {
        arena.createRated("board", ELO);
        rated.rate("board", "mark", side(1, "x"), side(2, "y"));
        Match large = match("large", freeForAll(100));
        ExecutorService senders = Executors.newFixedThreadPool(4);
        List<Callable<MatchResult>> tasks =
                Collections.nCopies(4, () -> arena.matches.rate(Arena.GAME, "board", large, false));
        int first = 0;
        for (Future<MatchResult> done : senders.invokeAll(tasks)) {
            Taken taken = assertInstanceOf(Taken.class, done.get());
            first += taken.replayed() ? 0 : 1;
        }
        senders.shutdown();
        assertEquals(1, first);
        for (int i = 0; i < 100; i++) {
            assertEquals(1, rated.entry("board", 1, "p" + i).rated().matches());
        }
    }

    @Test
    void conflictingTransactionIsRetriedUntilAttemptsAreUsedUp() {
        FaultyDynamo conflicting = new FaultyDynamo();
        Arena contended =
                new Arena(Map.of("statecraft.leaderboard.write-attempts", "4"), conflicting, Clock.systemUTC());
        contended.createRated("board", ELO);
        Match match = match("m1", side(1, "a"), side(2, "b"));
        // The first attempt set the scored flag of the board.
        conflicting.conflictNext(2);
        assertInstanceOf(Taken.class, contended.matches.rate(Arena.GAME, "board", match, false));
        conflicting.conflictNext(Integer.MAX_VALUE);
        Match next = match("m2", side(1, "a"), side(2, "b"));
        assertInstanceOf(MatchResult.Busy.class, contended.matches.rate(Arena.GAME, "board", next, false));
        conflicting.heal();
        assertInstanceOf(Taken.class, contended.matches.rate(Arena.GAME, "board", next, false));
        Entry entry = contended.scores.read(contended.board("board"), 1, "a");
        assertEquals(2, entry.rated().matches());
    }

    private static void rateByHand(Map<String, Rating> ratings, Side[] sides) {
        List<Team> teams = new ArrayList<>();
        for (Side side : sides) {
            teams.add(new Team(
                    side.players().stream()
                            .map(player -> ratings.getOrDefault(player, Rating.of(1500)))
                            .toList(),
                    side.place()));
        }
        List<List<Rating>> rated = ELO.rate(teams, 0);
        for (int i = 0; i < sides.length; i++) {
            for (int m = 0; m < sides[i].players().size(); m++) {
                ratings.put(sides[i].players().get(m), rated.get(i).get(m));
            }
        }
    }

    private static Side[] randomMatch(Random random) {
        List<String> players =
                new ArrayList<>(IntStream.range(0, 8).mapToObj(i -> "p" + i).toList());
        Collections.shuffle(players, random);
        return new Side[] {
            side(random.nextInt(1, 4), players.get(0), players.get(1)),
            side(random.nextInt(1, 4), players.get(2)),
            side(random.nextInt(1, 4), players.get(3), players.get(4))
        };
    }
}
