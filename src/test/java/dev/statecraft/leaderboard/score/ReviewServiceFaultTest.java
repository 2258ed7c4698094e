package dev.statecraft.leaderboard.score;

import static dev.statecraft.leaderboard.score.ReviewArena.UP_TO_100;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.rank.BoardConsistencyService;
import dev.statecraft.leaderboard.score.ReviewService.Done;
import dev.statecraft.leaderboard.score.ScoreResult.Quarantined;
import dev.statecraft.leaderboard.score.ScoreResult.Taken;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.testing.fault.FaultyDynamo;
import dev.statecraft.testing.fault.FaultyDynamo.When;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Each review is decided exactly once under failures and concurrency (invariants S2, S3). */
class ReviewServiceFaultTest {

    private final ReviewArena reviewed = new ReviewArena();
    private final FaultyDynamo faults = reviewed.faults;
    private final Arena arena = reviewed.arena;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void failuresAndRetriesDecideEachReviewOnce(long seed) {
        Random random = new Random(seed);
        reviewed.board("board", RankingType.POINTS, UP_TO_100);
        Map<String, Long> expected = new HashMap<>();
        Map<String, Long> pending = new HashMap<>();
        int failures = 0;
        for (int i = 0; i < 120; i++) {
            String player = "p" + random.nextInt(4);
            boolean decides = !pending.isEmpty() && random.nextBoolean();
            String id = decides ? List.copyOf(pending.keySet()).get(random.nextInt(pending.size())) : player + "-" + i;
            boolean accept = random.nextBoolean();
            long value = random.nextInt(1, 160);
            Object result = null;
            while (result == null) {
                if (random.nextInt(3) == 0) {
                    faults.failFrom(0, When.drawn(random));
                }
                try {
                    result = decides
                            ? reviewed.decide("board", id, accept)
                            : reviewed.submit("board", player, value, id);
                } catch (SdkClientException e) {
                    failures++;
                } finally {
                    faults.heal();
                }
            }
            String context = "seed " + seed + ", operation " + i;
            if (decides) {
                Done done = assertInstanceOf(Done.class, result, context);
                long submitted = pending.remove(id);
                if (accept) {
                    expected.merge(done.review().submission().playerId(), submitted, Long::sum);
                }
            } else if (result instanceof Quarantined) {
                assertTrue(expected.getOrDefault(player, 0L) + value > 100, context);
                pending.put(id, value);
            } else {
                assertInstanceOf(Taken.class, result, context);
                expected.merge(player, value, Long::sum);
            }
            if (random.nextInt(8) == 0) {
                arena.drain();
            }
            Score score = reviewed.entry("board", player).score();
            assertEquals(expected.get(player), score == null ? null : (Long) score.value(), context);
        }
        assertTrue(failures > 15, "only " + failures + " failures");
        arena.drain();
        Board board = arena.board("board");
        BoardConsistencyService.Report report = arena.audits.audit(board, 1);
        assertEquals(0, report.drift(), "seed " + seed);
        assertEquals(expected.size(), report.entries(), "seed " + seed);
        assertEquals(
                pending.size(),
                arena.reviews
                        .list(board, Review.Status.PENDING, null, 1_000)
                        .reviews()
                        .size());
    }

    @Test
    void concurrentDecisionsDuringPlayDecideOnce() throws Exception {
        reviewed.board("board", RankingType.POINTS, UP_TO_100);
        ExecutorService reviewers = Executors.newFixedThreadPool(6);
        long expected = 0;
        for (int round = 0; round < 8; round++) {
            String id = "s" + round;
            reviewed.submit("board", "p", 1_000, id);
            List<Callable<Object>> tasks = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                boolean accept = i % 2 == 0;
                tasks.add(() -> reviewed.decide("board", id, accept));
            }
            tasks.add(() -> reviewed.submit("board", "q", 1, "q" + id));
            tasks.add(() -> reviewed.submit("board", "p", -1, "m" + id));
            List<Object> results = new ArrayList<>();
            for (Future<Object> future : reviewers.invokeAll(tasks)) {
                results.add(future.get());
            }
            List<Done> done = results.stream()
                    .filter(Done.class::isInstance)
                    .map(Done.class::cast)
                    .toList();
            assertEquals(1, done.stream().filter(one -> !one.replayed()).count());
            assertEquals(1, done.stream().map(Done::review).distinct().count());
            // Concurrent submissions of the player are checked too: they are applied before or after the acceptance.
            if (results.get(6) instanceof Taken) {
                expected -= 1;
            }
            if (done.get(0).review().status() == Review.Status.ACCEPTED) {
                expected += 1_000;
            }
            assertEquals(new Score(expected, 0), reviewed.entry("board", "p").score());
            if (expected > 100) {
                arena.scores.remove(Arena.GAME, "board", "p");
                expected = 0;
            }
        }
        reviewers.shutdown();
    }
}
