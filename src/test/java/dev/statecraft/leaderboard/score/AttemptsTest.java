package dev.statecraft.leaderboard.score;

import static dev.statecraft.testing.fault.FaultyDynamo.When.AFTER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.MovingClock;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.BoardChange;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.score.ScoreResult.Exhausted;
import dev.statecraft.leaderboard.score.ScoreResult.Quarantined;
import dev.statecraft.leaderboard.score.ScoreResult.Taken;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Bounds;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.leaderboard.settings.Terms;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;

/** No player exceeds the attempts of a board under retries, batches and concurrent instances. */
class AttemptsTest {

    private static final int MOST = 4;

    private final FaultyDynamo faults = new FaultyDynamo();
    private final MovingClock clock = new MovingClock(Instant.parse("2093-11-23T12:00:00Z"));
    private final Arena arena = new Arena(Map.of(), faults, clock);
    private final Arena other = new Arena(arena.tables, Map.of(), faults, clock);

    /** The expected entry of a player in the current season. */
    private static final class Model {
        private final Map<String, Long> taken = new LinkedHashMap<>();
        private long best = Long.MIN_VALUE;
        private int attempts;
    }

    /** Seeded: new and repeated submissions, single and in batches, on two instances, with removals, resets and lost responses. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void everyAttemptIsCountedOnce(long seed) {
        Random random = new Random(seed);
        String id = "board-" + seed;
        arena.create(id, limited(MOST, null));
        Map<String, Model> models = new HashMap<>();
        int number = 0;
        for (int step = 0; step < 120; step++) {
            clock.move(Duration.ofMillis(random.nextInt(50)));
            Arena one = random.nextBoolean() ? arena : other;
            String context = "seed " + seed + ", step " + step;
            String player = "p" + random.nextInt(4);
            Model model = models.computeIfAbsent(player, name -> new Model());
            int what = random.nextInt(20);
            if (what == 0) {
                one.reset(id, "again", null);
                models.clear();
            } else if (what == 1) {
                one.scores.remove(Arena.GAME, id, player);
                model.best = Long.MIN_VALUE;
            } else {
                List<NewScore> scores = new ArrayList<>();
                for (int i = random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 1; i > 0; i--) {
                    List<String> known = List.copyOf(model.taken.keySet());
                    boolean again = !known.isEmpty() && random.nextInt(3) == 0;
                    String submission = again ? known.get(random.nextInt(known.size())) : "s" + number++;
                    long value = again ? model.taken.get(submission) : random.nextInt(100);
                    scores.add(score(player, value, again || random.nextInt(4) > 0 ? submission : null));
                }
                boolean lost =
                        random.nextInt(6) == 0 && scores.stream().allMatch(score -> score.submissionId() != null);
                List<ScoreResult> results = lost ? afterALostAnswer(one, id, scores) : submit(one, id, scores);
                expect(model, scores, results, lost, context);
            }
            Board board = arena.board(id);
            Entry entry = arena.scores.read(board, board.season(), player);
            Model now = models.getOrDefault(player, new Model());
            assertEquals(now.attempts, entry.attempts(), context);
            assertEquals(now.best == Long.MIN_VALUE ? null : new Score(now.best, 0), entry.score(), context);
        }
    }

    private static void expect(
            Model model, List<NewScore> scores, List<ScoreResult> results, boolean lost, String context) {
        for (int i = 0; i < scores.size(); i++) {
            NewScore score = scores.get(i);
            String id = score.submissionId();
            long value = score.value().longValueExact();
            if (id != null && model.taken.containsKey(id)) {
                assertTrue(
                        assertInstanceOf(Taken.class, results.get(i), context).replayed(), context);
            } else if (model.attempts == MOST) {
                assertEquals(
                        MOST,
                        assertInstanceOf(Exhausted.class, results.get(i), context)
                                .attempts(),
                        context);
            } else {
                Taken taken = assertInstanceOf(Taken.class, results.get(i), context);
                assertEquals(lost, taken.replayed(), context);
                model.attempts++;
                model.best = Math.max(model.best, value);
                if (id != null) {
                    model.taken.put(id, value);
                }
            }
            if (results.get(i) instanceof Taken taken) {
                assertTrue(taken.attempts() != null && taken.attempts() <= MOST, context);
            }
        }
    }

    /** The scores are applied, but the response is lost and the client retries. */
    private List<ScoreResult> afterALostAnswer(Arena one, String id, List<NewScore> scores) {
        Board board = arena.board(id);
        String player = scores.get(0).playerId();
        long version = arena.scores.read(board, board.season(), player).version();
        while (true) {
            faults.failFrom(arena.board(id).scored() ? 0 : 1, AFTER);
            try {
                submit(one, id, scores);
                break;
            } catch (SdkClientException e) {
                faults.heal();
            }
            if (arena.scores.read(board, board.season(), player).version() > version) {
                return submit(one, id, scores);
            }
            // The response of a write was lost that closed the player's entry in an earlier season.
        }
        // Nothing was written: all were replays or rejected.
        faults.heal();
        return submit(one, id, scores);
    }

    @Test
    void concurrentSubmissionsOnTwoInstancesDoNotExceedAttempts() throws Exception {
        arena.create("board", limited(MOST, null));
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Callable<ScoreResult>> calls = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            NewScore score = score("p", 100 - i % 12, i % 3 == 0 ? null : "s" + i % 12);
            Arena one = i % 2 == 0 ? arena : other;
            calls.add(() -> {
                ScoreResult result;
                do {
                    result = submit(one, "board", List.of(score)).get(0);
                } while (result instanceof ScoreResult.Busy);
                return result;
            });
        }
        int fresh = 0;
        for (Future<ScoreResult> done : threads.invokeAll(calls)) {
            ScoreResult result = done.get();
            assertTrue(result instanceof Taken || result instanceof Exhausted, result.toString());
            fresh += result instanceof Taken taken && !taken.replayed() ? 1 : 0;
        }
        threads.shutdown();
        assertEquals(MOST, fresh);
        assertEquals(MOST, arena.scores.read(arena.board("board"), 1, "p").attempts());
    }

    @Test
    void quarantinedSubmissionIsAnAttemptAndRejectedIsNot() {
        arena.create("aside", limited(2, Bounds.Action.QUARANTINE));
        Quarantined aside = assertInstanceOf(Quarantined.class, submit("aside", "p", 500, "a"));
        assertEquals(1, aside.attempts());
        assertEquals(
                2, assertInstanceOf(Taken.class, submit("aside", "p", 5, "b")).attempts());
        assertInstanceOf(Exhausted.class, submit("aside", "p", 6, "c"));
        assertTrue(assertInstanceOf(Quarantined.class, submit("aside", "p", 500, "a"))
                .replayed());
        assertInstanceOf(ReviewService.Done.class, arena.reviews.decide(Arena.GAME, "aside", "a", true));
        Entry accepted = arena.scores.read(arena.board("aside"), 1, "p");
        assertEquals(new Score(500, 0), accepted.score());
        assertEquals(2, accepted.attempts());

        arena.create("refused", limited(2, Bounds.Action.REJECT));
        assertInstanceOf(ScoreResult.Implausible.class, submit("refused", "p", 500, "a"));
        assertEquals(
                1, assertInstanceOf(Taken.class, submit("refused", "p", 5, "b")).attempts());
    }

    @Test
    void laterLimitCountsFromThenOnAndCanBeRaised() {
        arena.create("board", limited(0, null));
        for (int i = 0; i < 3; i++) {
            assertEquals(
                    null,
                    assertInstanceOf(Taken.class, submit("board", "p", i, "a" + i))
                            .attempts());
        }
        limit("board", 1);
        assertEquals(
                1, assertInstanceOf(Taken.class, submit("board", "p", 0, "b")).attempts());
        assertInstanceOf(Exhausted.class, submit("board", "p", 9, "c"));
        limit("board", 2);
        assertEquals(
                2, assertInstanceOf(Taken.class, submit("board", "p", 9, "c")).attempts());
        limit("board", 1);
        assertEquals(
                2,
                assertInstanceOf(Exhausted.class, submit("board", "p", 10, "d")).attempts());
    }

    private void limit(String id, int most) {
        assertInstanceOf(
                BoardChange.Changed.class,
                arena.settings.change(Arena.GAME, id, old -> old.with(new Terms(null, null, most))));
    }

    private ScoreResult submit(String id, String player, long value, String submission) {
        return submit(arena, id, List.of(score(player, value, submission))).get(0);
    }

    private static List<ScoreResult> submit(Arena one, String id, List<NewScore> scores) {
        return scores.size() == 1
                ? List.of(one.scores.submit(Arena.GAME, id, scores.get(0), false))
                : one.scores.submitAll(Arena.GAME, id, scores, false).orElseThrow();
    }

    private static NewScore score(String player, long value, @Nullable String id) {
        return new NewScore(player, BigDecimal.valueOf(value), BigDecimal.ZERO, null, id, null);
    }

    private static BoardSettings limited(int most, Bounds.@Nullable Action action) {
        Bounds bounds = action == null ? null : new Bounds(null, BigDecimal.valueOf(100), null, null, null, action);
        return new BoardSettings(
                        "",
                        RankingType.SCORE,
                        Order.DESCENDING,
                        null,
                        0,
                        0,
                        1,
                        null,
                        bounds,
                        List.of(),
                        List.of(),
                        null)
                .with(new Terms(null, null, most));
    }
}
