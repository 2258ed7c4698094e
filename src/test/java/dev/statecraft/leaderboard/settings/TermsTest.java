package dev.statecraft.leaderboard.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.match.Match;
import dev.statecraft.leaderboard.score.Submission;
import dev.statecraft.leaderboard.score.Submission.Decision;
import dev.statecraft.leaderboard.settings.Terms.Status;
import dev.statecraft.rating.Elo;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Status of a board over time, and the count of attempts. */
class TermsTest {

    private static final Instant NOON = Instant.parse("2093-11-23T12:00:00Z");
    private static final Instant START = NOON.plusSeconds(60);
    private static final Instant END = NOON.plus(Duration.ofDays(3));
    private static final Receipt.Retention RETENTION = new Receipt.Retention(16, 64, Duration.ofMinutes(1));

    @Test
    void status_followsTheClockUntilTheBoardIsClosed() {
        Board board = board(new Terms(START, END, 0), null);
        assertEquals(Status.SCHEDULED, board.status(START.minusMillis(1)));
        assertEquals(Status.OPEN, board.status(START));
        assertEquals(Status.OPEN, board.status(END.minusMillis(1)));
        assertEquals(Status.CLOSED, board.status(END));
        assertEquals(Status.CLOSED, board.closed(1).status(START), "a closed board does not open again");
        assertEquals(Status.OPEN, board(Terms.NONE, null).status(Instant.MIN));
    }

    @Test
    void firstSeasonStartsAndLastSeasonEnds_withTheBoard() {
        ResetSchedule daily = new ResetSchedule("0 0 * * *", null, null);
        Board board = board(new Terms(START.plus(Duration.ofDays(1)), END, 0), daily);
        assertEquals(START.plus(Duration.ofDays(1)), board.seasons().startedAt());
        assertEquals(Instant.parse("2093-11-25T00:00:00Z"), board.seasons().endsAt());
        assertEquals(
                Instant.parse("2093-11-26T00:00:00Z"),
                board.endAfter(board.seasons().endsAt(), NOON, 10));
        assertEquals(END, board.endAfter(Instant.parse("2093-11-26T00:00:00Z"), NOON, 10));
        assertFalse(board.closesWith(Instant.parse("2093-11-25T00:00:00Z")));
        assertTrue(board.closesWith(END));
        assertEquals(END, board(new Terms(null, END, 0), null).endAfterReset(START));
    }

    @Test
    void missedEnds_countOnlyUpToTheEndOfTheBoard() {
        ResetSchedule hourly = new ResetSchedule("0 * * * *", null, null);
        Terms terms = new Terms(null, NOON.plus(Duration.ofMinutes(150)), 0);
        Board board = board(terms, hourly);
        Instant later = NOON.plus(Duration.ofDays(30));
        Instant first = NOON.plus(Duration.ofHours(1));
        assertEquals(first, board.passedEnd(later, true));
        assertEquals(terms.endsAt(), board.passedEnd(later, false), "the board closes without seasonal resets too");
        assertNull(board.passedEnd(NOON.plus(Duration.ofMinutes(59)), true));
        assertEquals(NOON.plus(Duration.ofHours(2)), board.endAfter(first, later, 1));
        assertEquals(NOON.plus(Duration.ofHours(2)), board.endAfter(first, later, 0), "as one season");
        assertEquals(terms.endsAt(), board.endAfter(NOON.plus(Duration.ofHours(2)), later, 0));
        assertNull(board.closed(1).passedEnd(later, true));
    }

    @Test
    void closedBoard_isDueUntilItsLastSeasonIsFinalized() {
        Board board = board(new Terms(null, END, 0), null);
        assertEquals(NOON.plus(Duration.ofDays(1)), board.dueAt());
        assertEquals(Instant.EPOCH, board.closed(1).dueAt());
        assertNull(board.closed(1).finished(1, 1).dueAt());
        assertEquals(1, board.closed(1).season());
    }

    @Test
    void changedStart_movesTheFirstSeasonInBothDirections() {
        Board board = board(new Terms(END, null, 0), null);
        Board earlier = board.with(board.settings().with(new Terms(START, null, 0)), NOON);
        assertEquals(START, earlier.seasons().startedAt());
        Board now = board.with(board.settings().with(Terms.NONE), NOON);
        assertEquals(NOON, now.seasons().startedAt());
        Board later = now.with(now.settings().with(new Terms(END, null, 0)), START);
        assertEquals(END, later.seasons().startedAt());
        Board limited = board.with(board.settings().with(new Terms(END, null, 3)), START);
        assertEquals(board.seasons(), limited.seasons());
    }

    @Test
    void acceptedSubmission_isAnAttempt() {
        Board board = board(new Terms(null, null, 2), null);
        Entry first = write(board, Entry.none("p"), submission(10, "a", true));
        assertEquals(1, first.attempts());
        Entry second = write(board, first, submission(5, "b", false));
        assertEquals(2, second.attempts(), "a score that does not improve, without an id of its own");
        assertEquals(new Score(10, 0), second.score());
        assertEquals(new Submission.Exhausted(2), decide(board, second, submission(20, "c", true)));
        assertInstanceOf(Submission.Replay.class, decide(board, second, submission(10, "a", true)));
        assertInstanceOf(Submission.Mismatch.class, decide(board, second, submission(11, "a", true)));
        Entry removed = second.removed(3_000, RETENTION);
        assertEquals(2, removed.attempts(), "a removal gives nothing back");
        assertInstanceOf(Submission.Exhausted.class, decide(board, removed, submission(20, "c", true)));
        assertEquals(2, second.movedTo(1, 3_000).attempts());
        Board raised = board(new Terms(null, null, 3), null);
        assertEquals(3, write(raised, removed, submission(20, "c", true)).attempts());
    }

    @Test
    void quarantinedSubmission_isOneAttemptBeforeAndAfterAcceptance() {
        Board board = board(new Terms(null, null, 1), null);
        Submission submission = submission(900, "a", true);
        Entry aside = submission
                .quarantined(board, Entry.none("p"), Bound.MAX, 1_000, RETENTION)
                .entry();
        assertEquals(1, aside.attempts());
        Decision accepted = submission.accepted(board, aside, 2_000, RETENTION);
        assertEquals(
                1, assertInstanceOf(Submission.Write.class, accepted).entry().attempts());
    }

    @Test
    void withoutLimit_attemptsAreNotCountedAndNothingIsWritten() {
        Board board = board(Terms.NONE, null);
        Entry first = write(board, Entry.none("p"), submission(10, "a", true));
        assertEquals(0, first.attempts());
        assertInstanceOf(Submission.Keep.class, decide(board, first, submission(5, "b", false)));
        assertEquals(7, Terms.NONE.afterAttempt(7));
        assertEquals(0, new Terms(null, null, 2).remaining(5));
    }

    @Test
    void match_isAnAttemptOfEachPlayer() {
        Elo elo = new Elo(1500, 32, Elo.Expectation.LOGISTIC);
        BoardSettings settings = new BoardSettings(
                        "", RankingType.RATING, Order.DESCENDING, null, 2, 0, 1, null, null, List.of(), List.of(), elo)
                .with(new Terms(null, null, 5));
        Board board = Board.first("default", "board", settings, NOON, NOON);
        Match match = new Match("m", List.of(new Match.Side(List.of("a"), 1), new Match.Side(List.of("b"), 2)));
        Map<String, Entry> before = Map.of("b", Entry.none("b").withAttempts(3));
        Match.Outcome outcome = match.rate(board, elo, 1, before, 1_000, RETENTION);
        assertEquals(
                List.of(1, 4), outcome.entries().stream().map(Entry::attempts).toList());
        assertEquals(4, outcome.entries().get(1).carrying(outcome.record()).attempts());
    }

    private static Board board(Terms terms, @Nullable ResetSchedule reset) {
        BoardSettings settings = new BoardSettings(
                "", RankingType.SCORE, Order.DESCENDING, null, 0, 0, 1, reset, null, List.of(), List.of(), null);
        return Board.first("default", "board", settings.with(terms), NOON, NOON.plus(Duration.ofDays(1)));
    }

    private static Decision decide(Board board, Entry entry, Submission submission) {
        return submission.on(board, entry, 2_000, RETENTION);
    }

    private static Entry write(Board board, Entry entry, Submission submission) {
        return assertInstanceOf(Submission.Write.class, decide(board, entry, submission))
                .entry();
    }

    private static Submission submission(long value, String id, boolean identified) {
        return new Submission("p", new Score(value, 0), null, id, identified, null);
    }
}
