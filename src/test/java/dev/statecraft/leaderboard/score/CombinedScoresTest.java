package dev.statecraft.leaderboard.score;

import static dev.statecraft.leaderboard.score.SharedEntry.PLAYER;
import static dev.statecraft.leaderboard.score.SharedEntry.score;
import static dev.statecraft.leaderboard.score.SharedEntry.taken;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.score.ScoreResult.Exhausted;
import dev.statecraft.leaderboard.score.ScoreResult.Implausible;
import dev.statecraft.leaderboard.score.ScoreResult.Mismatch;
import dev.statecraft.leaderboard.score.ScoreResult.NotOpen;
import dev.statecraft.leaderboard.score.ScoreResult.Quarantined;
import dev.statecraft.leaderboard.score.ScoreResult.Taken;
import dev.statecraft.leaderboard.score.SharedEntry.Instance;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Bounds;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.Ranking;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Terms;
import dev.statecraft.leaderboard.settings.Tier;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Instances that submit scores of one player at once get the answers that they would get one after the other. */
class CombinedScoresTest {

    private static final BoardSettings POINTS = BoardSettings.of(RankingType.POINTS, Order.DESCENDING, null, 0, 1);

    private final SharedEntry shared = new SharedEntry(1);

    private List<Instance> busy(Board board, int count) {
        List<Instance> instances = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            instances.add(shared.instance(Map.of()).busy(board));
        }
        return instances;
    }

    private static List<Callable<ScoreResult>> each(List<Instance> instances, long value, @Nullable String id) {
        return instances.stream()
                .map(instance -> instance.submitting(value, id))
                .toList();
    }

    /** Instances find out by themselves that they collide. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void scoresOfManyInstancesChain(long seed) {
        try (SharedEntry entry = new SharedEntry(seed)) {
            entry.board(RankingType.POINTS);
            List<Callable<ScoreResult>> calls = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                Instance instance = entry.instance(Map.of());
                int own = i;
                for (int j = 0; j < 2; j++) {
                    int number = j;
                    calls.add(() -> {
                        ScoreResult last = instance.submit(1 + own, null);
                        taken(last);
                        return instance.submit(100L * (own + 1), own + "-" + number);
                    });
                }
            }
            List<Receipt> receipts = new ArrayList<>();
            entry.run(calls).forEach(result -> receipts.add(taken(result).receipt()));
            long sum = 0;
            for (int i = 1; i <= 12; i++) {
                sum += 2L * i + 200L * i;
            }
            assertEquals(sum, entry.value());
            Entry stored = entry.entry();
            assertEquals(48, stored.receipts().size());
            assertTrue(new HashSet<>(stored.receipts()).containsAll(receipts), "the answer is the stored receipt");
            assertChain(stored.receipts());
            assertTrue(entry.writes() > 0 && entry.writes() < 40, entry.writes() + " combined writes");
        }
    }

    /** Each receipt begins where the one before it ended. */
    private static void assertChain(List<Receipt> receipts) {
        long value = 0;
        for (Receipt receipt : receipts) {
            assertEquals(value, receipt.oldValue());
            value = receipt.score().value();
        }
    }

    @Test
    void sameIdOfManyInstancesIsAppliedOnce() {
        Board board = shared.board(RankingType.POINTS);
        List<ScoreResult> results = shared.run(each(busy(board, 6), 5, "once"));
        assertEquals(5, shared.value());
        assertEquals(
                1, results.stream().filter(result -> !taken(result).replayed()).count());
        assertEquals(
                1,
                results.stream()
                        .map(result -> taken(result).receipt())
                        .distinct()
                        .count());
    }

    @Test
    void sameIdWithAnotherBodyIsAMismatch() {
        Board board = shared.board(RankingType.POINTS);
        List<Instance> instances = busy(board, 2);
        List<ScoreResult> results = shared.run(
                List.of(instances.get(0).submitting(5, "id"), instances.get(1).submitting(6, "id")));
        assertEquals(1, results.stream().filter(Mismatch.class::isInstance).count());
        assertEquals(1, results.stream().filter(Taken.class::isInstance).count());
        assertTrue(shared.value() == 5 || shared.value() == 6);
    }

    @Test
    void scoreThatDoesNotImproveIsAnswered() {
        Board board = shared.board(RankingType.SCORE);
        List<Instance> instances = busy(board, 5);
        List<Callable<ScoreResult>> calls = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            calls.add(instances.get(i).submitting(10 + i, null));
        }
        List<ScoreResult> results = shared.run(calls);
        assertEquals(14, shared.value());
        results.forEach(
                result -> assertEquals(1, taken(result).ranked().orElseThrow().rank()));
        assertEquals(14, taken(results.get(4)).receipt().score().value());
    }

    @ParameterizedTest
    @EnumSource(Bounds.Action.class)
    void implausibleScoresAreAnsweredAsWithoutCombining(Bounds.Action action) {
        Bounds bounds = new Bounds(null, BigDecimal.valueOf(100), null, null, null, action);
        Board board = shared.board(PlausibilityTest.bounded(POINTS, bounds, List.of()));
        List<ScoreResult> results = shared.run(each(busy(board, 5), 40, null));
        assertEquals(80, shared.value());
        assertEquals(2, results.stream().filter(Taken.class::isInstance).count());
        assertEquals(
                3,
                results.stream()
                        .filter(
                                action == Bounds.Action.QUARANTINE
                                        ? Quarantined.class::isInstance
                                        : Implausible.class::isInstance)
                        .count());
    }

    @Test
    void attemptsAreCountedAndExhausted() {
        Board board = shared.board(POINTS.with(new Terms(null, null, 3)));
        List<ScoreResult> results = shared.run(each(busy(board, 5), 1, null));
        assertEquals(3, shared.value());
        assertEquals(2, results.stream().filter(Exhausted.class::isInstance).count());
        for (ScoreResult result : results) {
            if (result instanceof Taken taken) {
                Integer attempts = taken.attempts();
                assertTrue(
                        attempts != null && attempts >= taken.receipt().score().value() && attempts <= 3);
            }
        }
    }

    @Test
    void boardThatIsNotOpenRefuses() {
        Board board = shared.board(RankingType.POINTS);
        List<Instance> instances = busy(board, 3);
        shared.all.alone(() -> shared.observer.settings.change(
                Arena.GAME,
                SharedEntry.BOARD,
                old -> old.with(new Terms(null, shared.all.time.clock().instant(), 0))));
        shared.run(each(instances, 1, null)).forEach(result -> assertInstanceOf(NotOpen.class, result));
        assertEquals(0, shared.value());
    }

    @Test
    void firstScoresOfABoardAreApplied() {
        Board board = shared.all.alone(() -> shared.observer.create(SharedEntry.BOARD, POINTS));
        shared.run(each(busy(board, 4), 2, null)).forEach(SharedEntry::taken);
        assertEquals(8, shared.value());
        assertTrue(shared.observer.board(SharedEntry.BOARD).scored());
    }

    /** Requests with several scores: all are applied, in order, next to each other. */
    @Test
    void scoresOfARequestStayTogetherAndInOrder() {
        Board board = shared.board(RankingType.POINTS);
        List<Instance> instances = busy(board, 4);
        List<Callable<List<ScoreResult>>> calls = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int own = i;
            calls.add(() -> instances
                    .get(own)
                    .arena()
                    .scores
                    .submitAll(
                            Arena.GAME,
                            SharedEntry.BOARD,
                            List.of(score(1, own + "a"), score(2, own + "b"), score(3, null)),
                            true)
                    .orElseThrow());
        }
        shared.all.run(calls).forEach(answer -> {
            List<Receipt> receipts = answer.orFail().stream()
                    .map(result -> taken(result).receipt())
                    .toList();
            long start = receipts.get(0).oldValue();
            assertEquals(
                    List.of(start + 1, start + 3, start + 6),
                    receipts.stream().map(receipt -> receipt.score().value()).toList());
        });
        assertEquals(24, shared.value());
        assertChain(shared.entry().receipts());
    }

    /** An instance whose board is cached combines scores of instances that have seen the new season. */
    @Test
    void resetDuringCombinedWritesLosesNothing() {
        Board board = shared.board(RankingType.POINTS);
        Map<String, String> caching = Map.of("statecraft.leaderboard.board-cache", "PT0.4S");
        List<Instance> instances = List.of(
                shared.instance(caching).busy(board), shared.instance(caching).busy(board), shared.instance(Map.of()));
        instances.get(2).busy(board);
        List<Taken> all = new ArrayList<>();
        List<Callable<List<ScoreResult>>> calls = new ArrayList<>();
        for (Instance instance : instances) {
            calls.add(() -> {
                List<ScoreResult> results = new ArrayList<>();
                for (int i = 0; i < 12; i++) {
                    results.add(instance.submit(1, null));
                }
                return results;
            });
        }
        calls.add(() -> {
            shared.all.time.ticker().sleep(300_000_000L);
            shared.observer.reset(SharedEntry.BOARD, "end", null);
            return List.of();
        });
        shared.all.run(calls).forEach(answer -> answer.orFail().forEach(result -> all.add(taken(result))));
        for (int season = 1; season <= 2; season++) {
            int of = season;
            long count = all.stream().filter(taken -> taken.season() == of).count();
            Entry entry = shared.all.alone(
                    () -> shared.observer.entries.read(shared.observer.board(SharedEntry.BOARD), of, PLAYER));
            assertTrue(count > 0, "no score in season " + season);
            assertEquals(count, entry.requireScore().value(), "season " + season);
            assertChain(entry.receipts());
        }
        all.forEach(taken -> assertTrue(
                taken.season() != taken.board().season() || taken.ranked().isPresent(), taken::toString));
    }

    /** The board of one instance stays cached over a reset, and instances that have seen the new season combine its scores. */
    @Test
    void scoreThatWasAppliedInANewerSeasonIsRankedThere() {
        int newer = 0;
        for (long seed = 1; seed <= 8; seed++) {
            try (SharedEntry entry = new SharedEntry(seed)) {
                Board board = entry.board(RankingType.POINTS);
                Instance late = entry.instance(Map.of("statecraft.leaderboard.board-cache", "PT1H"));
                entry.all.alone(() -> late.arena().boards.find(Arena.GAME, SharedEntry.BOARD));
                entry.all.alone(() -> entry.observer.reset(SharedEntry.BOARD, "end", null));
                List<Callable<ScoreResult>> calls = new ArrayList<>();
                calls.add(late.busy(board).submitting(1, "late"));
                for (int i = 0; i < 6; i++) {
                    calls.add(entry.instance(Map.of()).busy(board).submitting(1, null));
                }
                Taken answer = taken(entry.run(calls).get(0));
                if (answer.season() == 2) {
                    assertEquals(2, answer.board().season());
                    assertTrue(answer.ranked().isPresent());
                    newer++;
                }
            }
        }
        assertTrue(newer > 0, "no score was applied in the new season");
    }

    /** The state of a queue would store the receipts of all scores of a large batch. */
    @Test
    void largeBatchesAreAppliedAlone() {
        Board board = shared.board(RankingType.POINTS);
        for (Instance instance : busy(board, 3)) {
            List<NewScore> batch = Collections.nCopies(CombinedScores.MOST_SCORES + 1, score(1, null));
            shared.all
                    .alone(() -> instance.arena().scores.submitAll(Arena.GAME, SharedEntry.BOARD, batch, true))
                    .orElseThrow()
                    .forEach(SharedEntry::taken);
        }
        assertEquals(3 * (CombinedScores.MOST_SCORES + 1), shared.value());
        assertEquals(0, shared.writes());
    }

    /** Larger than an intent: the request is not combined and still applied. */
    @Test
    void tooLargeARequestIsAppliedAlone() {
        Board board = shared.board(RankingType.POINTS);
        List<Instance> instances = busy(board, 3);
        List<Callable<ScoreResult>> calls = new ArrayList<>(each(instances.subList(0, 2), 1, null));
        NewScore large = new NewScore(
                PLAYER, BigDecimal.TEN, BigDecimal.ZERO, "{\"a\":\"" + "x".repeat(9_000) + "\"}", "large", null);
        calls.add(() -> instances.get(2).arena().scores.submit(Arena.GAME, SharedEntry.BOARD, large, true));
        shared.run(calls).forEach(SharedEntry::taken);
        assertEquals(12, shared.value());
    }

    @Test
    void ranksTiersAndMetadataAreAnswered() {
        Tier top = new Tier("top", null, null, BigDecimal.valueOf(10));
        Board board = shared.board(
                PlausibilityTest.bounded(POINTS, null, List.of(top)).with(Ranking.DENSE));
        List<Instance> instances = busy(board, 4);
        List<Callable<ScoreResult>> calls = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            NewScore score = new NewScore(PLAYER, BigDecimal.TEN, BigDecimal.ZERO, "{\"from\":" + i + "}", null, null);
            Instance instance = instances.get(i);
            calls.add(() -> instance.arena().scores.submit(Arena.GAME, SharedEntry.BOARD, score, true));
        }
        List<Taken> results = shared.run(calls).stream().map(SharedEntry::taken).toList();
        results.forEach(taken -> {
            assertEquals(1, taken.ranked().orElseThrow().rank());
            assertEquals("top", taken.tier());
        });
        int last = results.indexOf(results.stream()
                .max(Comparator.comparingLong(taken -> taken.receipt().score().value()))
                .orElseThrow());
        assertEquals("{\"from\":" + last + "}", shared.entry().metadata(), "the metadata of the last score");
    }
}
