package dev.statecraft.leaderboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.ScoreService.NewScore;
import dev.statecraft.leaderboard.ScoreService.Result;
import dev.statecraft.leaderboard.ScoreService.Taken;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.ArrayList;
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

/** Acknowledged scores count once, unknown ones zero times or once, retried ones exactly once (invariant S3). */
class ScoreServiceFaultTest {

    private final Faults faults = new Faults();
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
                    faults.failFrom(0, random.nextBoolean());
                }
                try {
                    taken = arena.submit("board", player, value, 0, "s" + i);
                } catch (Faults.Injected e) {
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
    void aBatchThatWasCutShortIsCompletedByItsRetry() {
        arena.create("board", RankingType.POINTS, Order.DESCENDING, null, 1);
        arena.submit("board", "first", 1, 0, null);
        List<NewScore> batch = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            batch.add(new NewScore("p" + i % 20, BigDecimal.TEN, BigDecimal.ZERO, null, "s" + i, null));
        }
        for (int write = 0; write < 20; write += 3) {
            faults.failFrom(write, write % 2 == 0);
            try {
                arena.scores.submitAll(Arena.GAME, "board", batch, false);
            } catch (Faults.Injected e) {
                assertTrue(faults.writes() > 0);
            } finally {
                faults.heal();
            }
        }
        List<Result> results =
                arena.scores.submitAll(Arena.GAME, "board", batch, false).orElseThrow();
        results.forEach(result -> assertTrue(result instanceof Taken, result::toString));
        for (int i = 0; i < 20; i++) {
            assertEquals(
                    new Score(20, 0),
                    arena.scores.read(arena.board("board"), 1, "p" + i).score());
        }
    }

    @Test
    void manyWritersOfOneEntryLoseNothing() throws Exception {
        arena.create("board", RankingType.POINTS, Order.DESCENDING, null, 1);
        AtomicLong sum = new AtomicLong();
        ExecutorService writers = Executors.newFixedThreadPool(8);
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int writer = 0; writer < 8; writer++) {
            int number = writer;
            tasks.add(() -> {
                for (int i = 0; i < 15; i++) {
                    NewScore score =
                            new NewScore("one", BigDecimal.valueOf(i), BigDecimal.ZERO, null, number + "-" + i, null);
                    while (!(arena.scores.submit(Arena.GAME, "board", score, false) instanceof Taken)) {
                        Thread.onSpinWait();
                    }
                    sum.addAndGet(i);
                }
                return null;
            });
        }
        for (Future<Void> done : writers.invokeAll(tasks)) {
            done.get();
        }
        writers.shutdown();
        assertEquals(
                new Score(sum.get(), 0),
                arena.scores.read(arena.board("board"), 1, "one").score());
    }

    @Test
    void afterAResetIsAnsweredEveryInstanceIsInTheNewSeason() {
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
