package dev.statecraft.leaderboard.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.Faults;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.RankedEntry;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.listing.Listing;
import dev.statecraft.leaderboard.rank.BoardConsistencyService;
import dev.statecraft.leaderboard.score.ReviewService.Done;
import dev.statecraft.leaderboard.score.ScoreResult.Implausible;
import dev.statecraft.leaderboard.score.ScoreResult.Quarantined;
import dev.statecraft.leaderboard.score.ScoreResult.Taken;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Bound;
import dev.statecraft.leaderboard.settings.Bounds;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Score;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is put aside counts nowhere until it is accepted, and then once (invariants S2, S3, R2). */
class ReviewServiceTest {

    private static final Bounds UP_TO_100 =
            new Bounds(null, BigDecimal.valueOf(100), null, null, null, Bounds.Action.QUARANTINE);

    private final Faults faults = new Faults();
    private final Arena arena = new Arena(Map.of(), faults, Clock.systemUTC());

    @Test
    void whatIsPutAsideIsNeitherListedNorRankedNorCounted() {
        board("board", RankingType.SCORE, UP_TO_100);
        arena.submit("board", "honest", 90, 0, null);
        Quarantined aside = assertInstanceOf(Quarantined.class, submit("board", "cheat", 1_000, "s-1"));
        assertEquals(Bound.MAX, aside.bound());
        Quarantined better = assertInstanceOf(Quarantined.class, submit("board", "honest", 101, null));
        assertEquals(90, better.receipt().oldValue());
        arena.drain();

        Board board = arena.board("board");
        Listing all = arena.lists.list(board, 1, 1, 10);
        assertEquals(List.of("honest"), players(all));
        assertEquals(1, all.totalEntries());
        assertEquals(new Score(90, 0), all.entries().get(0).score());
        assertNull(arena.scores.read(board, 1, "cheat").score());
        assertEquals(1, arena.rankings.rankOf(board, 1, new Score(1_000, 0)).total());
        BoardConsistencyService.Report report = arena.audits.audit(board, 1);
        assertEquals(1, report.entries());
        assertEquals(0, report.drift());
        assertTrue(report.settled());
        Entry honest = arena.scores.read(board, 1, "honest");
        assertEquals(1, arena.rankings.rank(board, 1, honest).total());
    }

    @Test
    void aRetryAnswersTheSameAlsoAcrossAReset() {
        board("board", RankingType.POINTS, UP_TO_100);
        Quarantined aside = (Quarantined) submit("board", "p", 500, "s-1");
        Quarantined again = (Quarantined) submit("board", "p", 500, "s-1");
        assertFalse(aside.replayed());
        assertTrue(again.replayed());
        assertEquals(aside.receipt(), again.receipt());
        assertInstanceOf(ScoreResult.Mismatch.class, submit("board", "p", 501, "s-1"));
        assertInstanceOf(ScoreResult.Mismatch.class, submit("board", "other", 500, "s-1"));
        arena.reset("board", "over", null);
        Quarantined crossed = (Quarantined) submit("board", "p", 500, "s-1");
        assertTrue(crossed.replayed());
        assertEquals(1, crossed.season());
        assertEquals(Bound.MAX, crossed.bound());
        assertInstanceOf(ScoreResult.Mismatch.class, submit("board", "p", 7, "s-1"));
    }

    @Test
    void aRetryWhoseReceiptIsGoneIsAnsweredFromItsReview() {
        board("board", RankingType.POINTS, UP_TO_100);
        submit("board", "p", 500, "s-1");
        arena.entries.delete(arena.board("board"), 1, "p");
        Quarantined late = (Quarantined) submit("board", "p", 500, "s-1");
        assertTrue(late.replayed());
        assertEquals(1, late.season());
        assertInstanceOf(ScoreResult.Mismatch.class, submit("board", "p", 501, "s-1"));
        assertEquals(
                1,
                arena.reviews
                        .list(arena.board("board"), null, null, 10)
                        .reviews()
                        .size());
    }

    @Test
    void whatIsAcceptedCountsOnTheEntryAsItIsThen() {
        board("board", RankingType.POINTS, UP_TO_100);
        submit("board", "p", 50, "s-1");
        submit("board", "p", 80, "s-2");
        submit("board", "p", 20, "s-3");
        Done done = (Done) decide("board", "s-2", true);
        assertFalse(done.replayed());
        assertEquals(new Score(150, 0), done.review().receipt().score());
        assertEquals(70, done.review().receipt().oldValue());
        Done again = (Done) decide("board", "s-2", true);
        assertTrue(again.replayed());
        assertEquals(done.review(), again.review());
        assertInstanceOf(ReviewService.DecidedOtherwise.class, decide("board", "s-2", false));
        Taken retried = assertInstanceOf(Taken.class, submit("board", "p", 80, "s-2"));
        assertTrue(retried.replayed());
        assertEquals(done.review().receipt(), retried.receipt());
        assertEquals(new Score(150, 0), entry("board", "p").score());
    }

    @Test
    void whatIsRejectedNeverCounts() {
        board("board", RankingType.POINTS, UP_TO_100);
        submit("board", "p", 500, "s-1");
        assertFalse(((Done) decide("board", "s-1", false)).replayed());
        assertTrue(((Done) decide("board", "s-1", false)).replayed());
        assertInstanceOf(ReviewService.DecidedOtherwise.class, decide("board", "s-1", true));
        assertInstanceOf(Quarantined.class, submit("board", "p", 500, "s-1"));
        assertNull(entry("board", "p").score());
    }

    @Test
    void ofASeasonThatHasEndedItCanOnlyBeRejected() {
        board("board", RankingType.POINTS, UP_TO_100);
        submit("board", "p", 500, "s-1");
        arena.reset("board", "over", null);
        assertInstanceOf(ReviewService.SeasonClosed.class, decide("board", "s-1", true));
        assertInstanceOf(Done.class, decide("board", "s-1", false));
        assertInstanceOf(ReviewService.NoReview.class, decide("board", "nothing", false));
        assertInstanceOf(ReviewService.NoBoard.class, decide("nowhere", "s-1", false));
    }

    @Test
    void anAcceptedSumThatCannotBeKeptIsNotAccepted() {
        board("board", RankingType.POINTS, UP_TO_100);
        submit("board", "p", Score.LIMIT, "s-1");
        submit("board", "p", 1, "s-2");
        assertInstanceOf(ReviewService.OutOfRange.class, decide("board", "s-1", true));
        assertInstanceOf(Done.class, decide("board", "s-1", false));
    }

    @Test
    void aFirstScoreAmongTheVeryBestIsPutAsideWhateverTheAction() {
        board("board", RankingType.SCORE, new Bounds(null, null, null, null, BigDecimal.valueOf(10), null));
        for (int i = 0; i < 9; i++) {
            assertInstanceOf(Taken.class, submit("board", "p" + i, 100 - i, null), "player " + i);
            arena.drain();
        }
        assertInstanceOf(Taken.class, submit("board", "p9", 95, null));
        arena.drain();
        Quarantined aside = assertInstanceOf(Quarantined.class, submit("board", "new", 1_000, "s-1"));
        assertEquals(Bound.FIRST_PERCENTILE, aside.bound());
        // Who has a score may become the best.
        assertInstanceOf(Taken.class, submit("board", "p9", 1_000, null));
        arena.drain();
        // Another try is still a first score.
        assertInstanceOf(Quarantined.class, submit("board", "new", 2_000, "s-2"));
        assertInstanceOf(Taken.class, submit("board", "new", 50, "s-3"));
        assertInstanceOf(Taken.class, submit("board", "new", 2_000, "s-4"));
    }

    @Test
    void anImplausibleScoreIsRefusedWithoutATraceUnlessItIsToBePutAside() {
        board("board", RankingType.SCORE, new Bounds(null, BigDecimal.valueOf(100), null, 2, null, null));
        Implausible refused = assertInstanceOf(Implausible.class, submit("board", "p", 101, "s-1"));
        assertEquals(Bound.MAX, refused.bound());
        assertEquals(0, entry("board", "p").version());
        assertInstanceOf(Taken.class, submit("board", "p", 100, "s-1"));
        assertInstanceOf(Taken.class, submit("board", "p", 3, null));
        Implausible often = assertInstanceOf(Implausible.class, submit("board", "p", 4, null));
        assertEquals(Bound.PER_MINUTE, often.bound());
        assertTrue(often.retryAfterSeconds() > 50 && often.retryAfterSeconds() <= 60);
        assertTrue(((Taken) submit("board", "p", 100, "s-1")).replayed());
    }

    @Test
    void aWholeBatchOfOnePlayerMayBePutAside() {
        board("board", RankingType.POINTS, UP_TO_100);
        List<NewScore> batch = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            batch.add(score("p", i % 10 == 0 ? 1 : 1_000, "s" + i));
        }
        for (int round = 0; round < 2; round++) {
            boolean replayed = round == 1;
            List<ScoreResult> results =
                    arena.scores.submitAll(Arena.GAME, "board", batch, true).orElseThrow();
            for (int i = 0; i < 100; i++) {
                if (i % 10 == 0) {
                    assertEquals(replayed, ((Taken) results.get(i)).replayed());
                } else {
                    assertEquals(replayed, ((Quarantined) results.get(i)).replayed());
                }
            }
        }
        assertEquals(new Score(10, 0), entry("board", "p").score());
        List<String> listed = new ArrayList<>();
        String after = null;
        do {
            ReviewStore.ReviewPage page = arena.reviews.list(arena.board("board"), Review.Status.PENDING, after, 40);
            page.reviews().forEach(review -> listed.add(review.id()));
            after = page.next();
        } while (after != null);
        assertEquals(90, listed.stream().distinct().count());
        assertEquals(90, listed.size());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void failuresLostAnswersAndRetriesDecideEachSubmissionOnce(long seed) {
        Random random = new Random(seed);
        board("board", RankingType.POINTS, UP_TO_100);
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
                    faults.failFrom(0, random.nextBoolean());
                }
                try {
                    result = decides ? decide("board", id, accept) : submit("board", player, value, id);
                } catch (Faults.Injected e) {
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
            Score score = entry("board", player).score();
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
    void twoWhoDecideAtOnceWhileThePlayerPlaysOnDecideOnce() throws Exception {
        board("board", RankingType.POINTS, UP_TO_100);
        ExecutorService reviewers = Executors.newFixedThreadPool(6);
        long expected = 0;
        for (int round = 0; round < 8; round++) {
            String id = "s" + round;
            submit("board", "p", 1_000, id);
            List<Callable<Object>> tasks = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                boolean accept = i % 2 == 0;
                tasks.add(() -> decide("board", id, accept));
            }
            tasks.add(() -> submit("board", "q", 1, "q" + id));
            tasks.add(() -> submit("board", "p", -1, "m" + id));
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
            // What the player does meanwhile is judged as well: it comes after the acceptance or before.
            if (results.get(6) instanceof Taken) {
                expected -= 1;
            }
            if (done.get(0).review().status() == Review.Status.ACCEPTED) {
                expected += 1_000;
            }
            assertEquals(new Score(expected, 0), entry("board", "p").score());
            if (expected > 100) {
                arena.scores.remove(Arena.GAME, "board", "p");
                expected = 0;
            }
        }
        reviewers.shutdown();
    }

    private void board(String id, RankingType type, Bounds bounds) {
        BoardSettings plain = BoardSettings.of(type, type.defaultOrder(), null, 0, 1);
        arena.create(id, PlausibilityTest.bounded(plain, bounds, List.of()));
    }

    private ScoreResult submit(String board, String player, long value, @Nullable String id) {
        return arena.scores.submit(Arena.GAME, board, score(player, value, id), true);
    }

    private static NewScore score(String player, long value, @Nullable String id) {
        return new NewScore(player, BigDecimal.valueOf(value), BigDecimal.ZERO, null, id, null);
    }

    private ReviewService.Result decide(String board, String id, boolean accept) {
        return arena.reviews.decide(Arena.GAME, board, id, accept);
    }

    private Entry entry(String board, String player) {
        return arena.scores.read(arena.board(board), 1, player);
    }

    private static List<String> players(Listing listing) {
        return listing.entries().stream().map(RankedEntry::playerId).toList();
    }
}
