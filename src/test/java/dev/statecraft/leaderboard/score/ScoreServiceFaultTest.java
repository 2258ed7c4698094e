package dev.statecraft.leaderboard.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.MovingClock;
import dev.statecraft.leaderboard.score.ScoreResult.Taken;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.testing.fault.FaultyDynamo;
import dev.statecraft.testing.fault.FaultyDynamo.When;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
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
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.TransactionConflictException;

/** Acknowledged scores count once, unknown ones zero times or once, retried ones exactly once (invariant S3). */
class ScoreServiceFaultTest {

    private final FaultyDynamo faults = new FaultyDynamo();
    private final Arena arena = new Arena(Map.of(), faults, Clock.systemUTC());

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void failuresAndRetriesCountOnce(long seed) {
        Random random = new Random(seed);
        arena.create("board", RankingType.POINTS, Order.DESCENDING, null, 1);
        Map<String, Long> expected = new HashMap<>();
        int failures = 0;
        for (int i = 0; i < 150; i++) {
            String player = "p" + random.nextInt(10);
            long value = random.nextInt(1, 100);
            Taken taken = null;
            while (taken == null) {
                if (random.nextInt(3) == 0) {
                    faults.failFrom(0, When.drawn(random));
                }
                try {
                    taken = arena.submit("board", player, value, 0, "s" + i);
                } catch (SdkClientException e) {
                    failures++;
                } finally {
                    faults.heal();
                }
            }
            expected.merge(player, value, Long::sum);
            assertEquals(expected.get(player), taken.receipt().score().value(), "seed " + seed + ", operation " + i);
        }
        assertTrue(failures > 20, "only " + failures + " failures");
    }

    @Test
    void interruptedBatchIsCompletedByItsRetry() {
        arena.create("board", RankingType.POINTS, Order.DESCENDING, null, 1);
        arena.submit("board", "first", 1, 0, null);
        List<NewScore> batch = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            batch.add(new NewScore("p" + i % 20, BigDecimal.TEN, BigDecimal.ZERO, null, "s" + i, null));
        }
        for (int write = 0; write < 20; write += 3) {
            faults.failFrom(write, write % 2 == 0 ? When.AFTER : When.BEFORE);
            try {
                arena.scores.submitAll(Arena.GAME, "board", batch, false);
            } catch (SdkClientException e) {
                assertTrue(faults.writes() > 0);
            } finally {
                faults.heal();
            }
        }
        List<ScoreResult> results =
                arena.scores.submitAll(Arena.GAME, "board", batch, false).orElseThrow();
        results.forEach(result -> assertTrue(result instanceof Taken, result::toString));
        for (int i = 0; i < 20; i++) {
            assertEquals(
                    new Score(20, 0),
                    arena.scores.read(arena.board("board"), 1, "p" + i).score());
        }
    }

    /** 64 clients in one instance and in four; a client sends its next score after the response to the last one. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void concurrentClientsOfOneEntryLoseNothing(int instances) throws Exception {
        arena.create("board", RankingType.POINTS, Order.DESCENDING, null, 1);
        List<Arena> arenas = instances(instances);
        AtomicLong sum = new AtomicLong();
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int client = 0; client < 64; client++) {
            int number = client;
            Arena own = arenas.get(client % instances);
            tasks.add(() -> {
                for (int i = 1; i <= 4; i++) {
                    assertTaken(own.scores.submit(Arena.GAME, "board", score("one", i, number + "-" + i), false));
                    sum.addAndGet(i);
                }
                return null;
            });
        }
        all(tasks);
        assertEquals(
                new Score(sum.get(), 0),
                arena.scores.read(arena.board("board"), 1, "one").score());
    }

    @Test
    void batchesWithCommonPlayersDoNotBlockEachOther() throws Exception {
        arena.create("board", RankingType.POINTS, Order.DESCENDING, null, 1);
        List<Arena> arenas = instances(2);
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int client = 0; client < 24; client++) {
            int number = client;
            List<NewScore> batch = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                batch.add(score("p" + i % 5, 1, number + "-" + i));
            }
            Collections.shuffle(batch, new Random(number));
            tasks.add(() -> {
                arenas.get(number % 2)
                        .scores
                        .submitAll(Arena.GAME, "board", batch, false)
                        .orElseThrow()
                        .forEach(ScoreServiceFaultTest::assertTaken);
                return null;
            });
        }
        all(tasks);
        for (int i = 0; i < 5; i++) {
            assertEquals(
                    new Score(48, 0),
                    arena.scores.read(arena.board("board"), 1, "p" + i).score());
        }
    }

    @Test
    void concurrentIdenticalSubmissionsAreReplayedExceptOne() throws Exception {
        // The clock does not move, so all writers write an equal entry.
        MovingClock still = new MovingClock(Instant.parse("2093-11-23T00:00:00Z"));
        for (int round = 0; round < 6; round++) {
            String id = "board-" + round;
            List<Arena> arenas = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                arenas.add(new Arena(arena.tables, Map.of(), faults, still));
            }
            RankingType type = round % 2 == 0 ? RankingType.POINTS : RankingType.SCORE;
            arenas.get(0).create(id, type, Order.DESCENDING, null, 1);
            if (round > 1) {
                // A score that does not improve the entry has a receipt too.
                arenas.get(0).submit(id, "p", 100, 0, null);
            }
            List<Callable<ScoreResult>> tasks = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                Arena own = arenas.get(i % 3);
                tasks.add(() -> own.scores.submit(Arena.GAME, id, score("p", 10, "e1"), false));
            }
            List<ScoreResult> results = all(tasks);
            results.forEach(ScoreServiceFaultTest::assertTaken);
            assertEquals(
                    1,
                    results.stream()
                            .filter(result -> !((Taken) result).replayed())
                            .count(),
                    id);
            assertEquals(
                    1,
                    results.stream()
                            .map(result -> ((Taken) result).receipt())
                            .distinct()
                            .count(),
                    id);
        }
    }

    @Test
    void scoreFailsAfterAllWriteAttempts() {
        // Another writer is always in the way of the entry, also when scores of several instances are combined.
        ExecutionInterceptor othersWin = new ExecutionInterceptor() {
            @Override
            public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
                if (context.request() instanceof PutItemRequest put
                        && put.tableName().equals(arena.tables.entries())) {
                    throw TransactionConflictException.builder().build();
                }
                if (context.request() instanceof TransactWriteItemsRequest) {
                    throw TransactionCanceledException.builder()
                            .cancellationReasons(CancellationReason.builder()
                                    .code("TransactionConflict")
                                    .build())
                            .build();
                }
            }
        };
        Arena hurried = new Arena(
                arena.tables,
                Map.of("statecraft.leaderboard.write-attempts", "3", "statecraft.combining.longest-wait", "50ms"),
                othersWin,
                Clock.systemUTC());
        arena.create("board", RankingType.POINTS, Order.DESCENDING, null, 1);
        // The first score of a board also writes the board, which is not attempted several times.
        arena.submit("board", "other", 1, 0, null);
        assertEquals(new ScoreResult.Busy(), hurried.scores.submit(Arena.GAME, "board", score("one", 1, "e1"), false));
    }

    private List<Arena> instances(int count) {
        List<Arena> arenas = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            arenas.add(new Arena(arena.tables, Map.of(), faults, Clock.systemUTC()));
        }
        return arenas;
    }

    private static <T> List<T> all(List<Callable<T>> tasks) throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(tasks.size());
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> done : clients.invokeAll(tasks)) {
                results.add(done.get());
            }
            return results;
        } finally {
            clients.shutdownNow();
        }
    }

    private static void assertTaken(ScoreResult result) {
        assertTrue(result instanceof Taken, result::toString);
    }

    private static NewScore score(String player, long value, String id) {
        return new NewScore(player, BigDecimal.valueOf(value), BigDecimal.ZERO, null, id, null);
    }

    @Test
    void everyInstanceIsInTheNewSeasonAfterTheResetResponds() {
        Map<String, String> caching = Map.of("statecraft.leaderboard.board-cache", "PT0.4S");
        Arena one = new Arena(arena.tables, caching, faults, Clock.systemUTC());
        Arena other = new Arena(arena.tables, caching, faults, Clock.systemUTC());
        one.create("board", RankingType.POINTS, Order.DESCENDING, null, 1);
        for (int season = 1; season < 4; season++) {
            assertEquals(season, other.submit("board", "p", 1, 0, "s" + season).season());
            assertTrue(other.boards.isFresh(Arena.GAME, "board"));
            one.seasons.reset(Arena.GAME, "board", "week " + season, null);
            assertEquals(
                    season + 1, other.submit("board", "q", 1, 0, "q" + season).season());
        }
    }
}
