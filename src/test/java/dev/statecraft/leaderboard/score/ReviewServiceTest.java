package dev.statecraft.leaderboard.score;

import static dev.statecraft.leaderboard.score.ReviewArena.UP_TO_100;
import static dev.statecraft.leaderboard.score.ReviewArena.score;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.MovingClock;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.RankedEntry;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.listing.Listing;
import dev.statecraft.leaderboard.rank.BoardConsistencyService;
import dev.statecraft.leaderboard.score.ReviewService.Done;
import dev.statecraft.leaderboard.score.ScoreResult.Implausible;
import dev.statecraft.leaderboard.score.ScoreResult.Quarantined;
import dev.statecraft.leaderboard.score.ScoreResult.Taken;
import dev.statecraft.leaderboard.settings.Bound;
import dev.statecraft.leaderboard.settings.Bounds;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Score;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A quarantined submission is not ranked until it is accepted, and is then applied once (invariants S2, S3, R2). */
class ReviewServiceTest {

    private final ReviewArena reviewed = new ReviewArena();
    private final Arena arena = reviewed.arena;

    @Test
    void quarantinedSubmissionIsNeitherListedNorRanked() {
        reviewed.board("board", RankingType.SCORE, UP_TO_100);
        arena.submit("board", "honest", 90, 0, null);
        Quarantined aside = assertInstanceOf(Quarantined.class, reviewed.submit("board", "cheat", 1_000, "s-1"));
        assertEquals(Bound.MAX, aside.bound());
        Quarantined better = assertInstanceOf(Quarantined.class, reviewed.submit("board", "honest", 101, null));
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
    void retryReturnsTheSameResultAcrossReset() {
        reviewed.board("board", RankingType.POINTS, UP_TO_100);
        Quarantined aside = (Quarantined) reviewed.submit("board", "p", 500, "s-1");
        Quarantined again = (Quarantined) reviewed.submit("board", "p", 500, "s-1");
        assertFalse(aside.replayed());
        assertTrue(again.replayed());
        assertEquals(aside.receipt(), again.receipt());
        assertInstanceOf(ScoreResult.Mismatch.class, reviewed.submit("board", "p", 501, "s-1"));
        assertInstanceOf(ScoreResult.Mismatch.class, reviewed.submit("board", "other", 500, "s-1"));
        arena.reset("board", "over", null);
        Quarantined crossed = (Quarantined) reviewed.submit("board", "p", 500, "s-1");
        assertTrue(crossed.replayed());
        assertEquals(1, crossed.season());
        assertEquals(Bound.MAX, crossed.bound());
        assertInstanceOf(ScoreResult.Mismatch.class, reviewed.submit("board", "p", 7, "s-1"));
    }

    @Test
    void retryWithoutReceiptReturnsResultFromItsReview() {
        reviewed.board("board", RankingType.POINTS, UP_TO_100);
        reviewed.submit("board", "p", 500, "s-1");
        arena.entries.delete(arena.board("board"), 1, "p");
        Quarantined late = (Quarantined) reviewed.submit("board", "p", 500, "s-1");
        assertTrue(late.replayed());
        assertEquals(1, late.season());
        assertInstanceOf(ScoreResult.Mismatch.class, reviewed.submit("board", "p", 501, "s-1"));
        assertEquals(
                1,
                arena.reviews
                        .list(arena.board("board"), null, null, 10)
                        .reviews()
                        .size());
    }

    @Test
    void acceptedSubmissionIsAppliedToTheCurrentEntry() {
        reviewed.board("board", RankingType.POINTS, UP_TO_100);
        reviewed.submit("board", "p", 50, "s-1");
        reviewed.submit("board", "p", 80, "s-2");
        reviewed.submit("board", "p", 20, "s-3");
        Done done = (Done) reviewed.decide("board", "s-2", true);
        assertFalse(done.replayed());
        assertEquals(new Score(150, 0), done.review().receipt().score());
        assertEquals(70, done.review().receipt().oldValue());
        Done again = (Done) reviewed.decide("board", "s-2", true);
        assertTrue(again.replayed());
        assertEquals(done.review(), again.review());
        assertInstanceOf(ReviewService.DecidedOtherwise.class, reviewed.decide("board", "s-2", false));
        Taken retried = assertInstanceOf(Taken.class, reviewed.submit("board", "p", 80, "s-2"));
        assertTrue(retried.replayed());
        assertEquals(done.review().receipt(), retried.receipt());
        assertEquals(new Score(150, 0), reviewed.entry("board", "p").score());
    }

    /**
     * The first score of a player is quarantined. Later the player has a score and the receipt has expired, so that a retry is
     * plausible and applied at once. The review is still pending.
     */
    @Test
    void acceptedReview_doesNotApplyTheSubmissionThatARetryApplied() {
        MovingClock clock = new MovingClock(Instant.parse("2093-11-23T00:00:00Z"));
        Map<String, String> shortReceipts = Map.of(
                "statecraft.leaderboard.receipts.least", "1",
                "statecraft.leaderboard.receipts.window", "PT1S");
        ReviewArena later = new ReviewArena(new Arena(shortReceipts, reviewed.faults, clock));
        later.board("board", RankingType.POINTS, new Bounds(null, null, null, null, BigDecimal.valueOf(10), null));
        for (int i = 0; i < 10; i++) {
            assertInstanceOf(Taken.class, later.submit("board", "p" + i, 100 - i, null), "player " + i);
            later.arena.drain();
        }
        assertInstanceOf(Quarantined.class, later.submit("board", "new", 500, "s-1"));
        for (int i = 2; i < 4; i++) {
            clock.move(Duration.ofSeconds(5));
            assertInstanceOf(Taken.class, later.submit("board", "new", 1, "s-" + i));
        }
        Taken applied = assertInstanceOf(Taken.class, later.submit("board", "new", 500, "s-1"));
        assertFalse(applied.replayed());

        Done done = assertInstanceOf(Done.class, later.decide("board", "s-1", true));
        assertEquals(applied.receipt(), done.review().receipt());
        assertEquals(new Score(502, 0), later.entry("board", "new").score());
    }

    @Test
    void rejectedSubmissionIsNeverApplied() {
        reviewed.board("board", RankingType.POINTS, UP_TO_100);
        reviewed.submit("board", "p", 500, "s-1");
        assertFalse(((Done) reviewed.decide("board", "s-1", false)).replayed());
        assertTrue(((Done) reviewed.decide("board", "s-1", false)).replayed());
        assertInstanceOf(ReviewService.DecidedOtherwise.class, reviewed.decide("board", "s-1", true));
        assertInstanceOf(Quarantined.class, reviewed.submit("board", "p", 500, "s-1"));
        assertNull(reviewed.entry("board", "p").score());
    }

    @Test
    void reviewOfClosedSeasonCanOnlyBeRejected() {
        reviewed.board("board", RankingType.POINTS, UP_TO_100);
        reviewed.submit("board", "p", 500, "s-1");
        arena.reset("board", "over", null);
        assertInstanceOf(ReviewService.SeasonClosed.class, reviewed.decide("board", "s-1", true));
        assertInstanceOf(Done.class, reviewed.decide("board", "s-1", false));
        assertInstanceOf(ReviewService.NoReview.class, reviewed.decide("board", "nothing", false));
        assertInstanceOf(ReviewService.NoBoard.class, reviewed.decide("nowhere", "s-1", false));
    }

    @Test
    void reviewWithSumBeyondRangeIsNotAccepted() {
        reviewed.board("board", RankingType.POINTS, UP_TO_100);
        reviewed.submit("board", "p", Score.LIMIT, "s-1");
        reviewed.submit("board", "p", 1, "s-2");
        assertInstanceOf(ReviewService.OutOfRange.class, reviewed.decide("board", "s-1", true));
        assertInstanceOf(Done.class, reviewed.decide("board", "s-1", false));
    }

    @Test
    void firstScoreAmongTheBestIsQuarantinedWithAnyAction() {
        reviewed.board("board", RankingType.SCORE, new Bounds(null, null, null, null, BigDecimal.valueOf(10), null));
        for (int i = 0; i < 9; i++) {
            assertInstanceOf(Taken.class, reviewed.submit("board", "p" + i, 100 - i, null), "player " + i);
            arena.drain();
        }
        assertInstanceOf(Taken.class, reviewed.submit("board", "p9", 95, null));
        arena.drain();
        Quarantined aside = assertInstanceOf(Quarantined.class, reviewed.submit("board", "new", 1_000, "s-1"));
        assertEquals(Bound.FIRST_PERCENTILE, aside.bound());
        // A player with a score may become the best.
        assertInstanceOf(Taken.class, reviewed.submit("board", "p9", 1_000, null));
        arena.drain();
        // Another submission is still a first score.
        assertInstanceOf(Quarantined.class, reviewed.submit("board", "new", 2_000, "s-2"));
        assertInstanceOf(Taken.class, reviewed.submit("board", "new", 50, "s-3"));
        assertInstanceOf(Taken.class, reviewed.submit("board", "new", 2_000, "s-4"));
    }

    @Test
    void implausibleScoreIsRejectedWithoutTraceUnlessQuarantined() {
        reviewed.board("board", RankingType.SCORE, new Bounds(null, BigDecimal.valueOf(100), null, 2, null, null));
        Implausible refused = assertInstanceOf(Implausible.class, reviewed.submit("board", "p", 101, "s-1"));
        assertEquals(Bound.MAX, refused.bound());
        assertEquals(0, reviewed.entry("board", "p").version());
        assertInstanceOf(Taken.class, reviewed.submit("board", "p", 100, "s-1"));
        assertInstanceOf(Taken.class, reviewed.submit("board", "p", 3, null));
        Implausible often = assertInstanceOf(Implausible.class, reviewed.submit("board", "p", 4, null));
        assertEquals(Bound.PER_MINUTE, often.bound());
        assertTrue(often.retryAfterSeconds() > 50 && often.retryAfterSeconds() <= 60);
        assertTrue(((Taken) reviewed.submit("board", "p", 100, "s-1")).replayed());
    }

    @Test
    void wholeBatchOfOnePlayerCanBeQuarantined() {
        reviewed.board("board", RankingType.POINTS, UP_TO_100);
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
        assertEquals(new Score(10, 0), reviewed.entry("board", "p").score());
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

    private static List<String> players(Listing listing) {
        return listing.entries().stream().map(RankedEntry::playerId).toList();
    }
}
