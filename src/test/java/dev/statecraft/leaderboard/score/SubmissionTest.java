package dev.statecraft.leaderboard.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.score.Submission.Decision;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Bound;
import dev.statecraft.leaderboard.settings.Operator;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Score;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Effects of submissions on entries (invariants S1, S2). */
class SubmissionTest {

    private static final Receipt.Retention RETENTION = new Receipt.Retention(16, 64, Duration.ofMinutes(1));

    @ParameterizedTest(name = "{0} {1} {2}: {3} then {4} is {5}")
    @CsvSource({
        "POINTS, DESCENDING, , 10, 5, 15",
        "POINTS, DESCENDING, , 10, -25, -15",
        "WINS, DESCENDING, , 7, 3, 2",
        "WINS, DESCENDING, , 1, 0, 1",
        "WINS, DESCENDING, , 1, -4, 1",
        "WINS, DESCENDING, , 0, 9, 1",
        "TIME, ASCENDING, , 90, 80, 80",
        "TIME, ASCENDING, , 90, 95, 90",
        "TIME, DESCENDING, , 90, 95, 95",
        "SCORE, DESCENDING, , 100, 150, 150",
        "SCORE, DESCENDING, , 100, 50, 100",
        "SCORE, ASCENDING, , 100, 50, 50",
        "SCORE, DESCENDING, LAST, 100, 50, 50",
        "SCORE, DESCENDING, SUM, 100, 50, 150",
        "SCORE, DESCENDING, INCREMENT, 100, 50, 150",
        "SCORE, DESCENDING, DECREMENT, 100, 30, -130",
        "SCORE, DESCENDING, MIN, 100, 50, 50",
        "SCORE, ASCENDING, MAX, 100, 150, 150",
        "POINTS, DESCENDING, BEST, 10, 5, 10",
        "WINS, DESCENDING, SUM, 10, 5, 15"
    })
    void operatorsFold(
            RankingType type, Order order, @Nullable Operator operator, long firstValue, long second, long expected) {
        Board board = board(type, order, operator, 0);
        Entry entry = write(board, Entry.none("p"), submission(firstValue, 0, "a"), 1_000)
                .entry();
        Decision decision = submission(second, 0, "b").on(board, entry, 2_000, RETENTION);
        Score after = decision instanceof Submission.Write write ? write.entry().score() : entry.score();
        assertEquals(new Score(expected, 0), after);
    }

    @Test
    void pairsAreComparedAsPairs() {
        Board board = board(RankingType.SCORE, Order.DESCENDING, null, 0);
        Entry entry = write(board, Entry.none("p"), submission(100, 5, "a"), 1).entry();
        assertEquals(
                new Score(100, 5),
                write(board, entry, submission(99, 50, "b"), 2).entry().score());
        assertEquals(
                new Score(100, 6),
                write(board, entry, submission(100, 6, "c"), 3).entry().score());
        assertEquals(
                new Score(101, 0),
                write(board, entry, submission(101, 0, "d"), 4).entry().score());
    }

    @Test
    void firstScoreIsMarked() {
        Board board = board(RankingType.SCORE, Order.DESCENDING, null, 0);
        Receipt receipt =
                write(board, Entry.none("p"), submission(-5, 0, "a"), 1).receipt();
        assertEquals(0, receipt.oldValue());
        assertEquals(true, receipt.first());
        assertEquals(true, receipt.improved());
    }

    @Test
    void repeatedSubmissionIsReplayAndOtherBodyIsMismatch() {
        Board board = board(RankingType.POINTS, Order.DESCENDING, null, 0);
        Entry entry = write(board, Entry.none("p"), submission(10, 0, "a"), 1).entry();
        entry = write(board, entry, submission(1, 0, "b"), 2).entry();
        Decision again = submission(10, 0, "a").on(board, entry, 3, RETENTION);
        assertEquals(
                10,
                assertInstanceOf(Submission.Replay.class, again)
                        .receipt()
                        .score()
                        .value());
        assertInstanceOf(Submission.Mismatch.class, submission(11, 0, "a").on(board, entry, 3, RETENTION));
    }

    @Test
    void metadataWithEqualJsonValueIsTheSameBody() {
        Board board = board(RankingType.POINTS, Order.DESCENDING, null, 0);
        Submission first = withMetadata("{\"level\":1,\"map\":{\"x\":0.1,\"y\":[100]}}");
        Entry entry = write(board, Entry.none("p"), first, 1).entry();
        for (String same : List.of(
                "{\"map\":{\"y\":[1e2],\"x\":0.10000000000000001},\"level\":1.0}",
                "{ \"level\" : 1, \"map\" : {\"y\":[100.00], \"x\":1e-1} }")) {
            assertInstanceOf(Submission.Replay.class, withMetadata(same).on(board, entry, 2, RETENTION), same);
        }
        for (String other : List.of("{\"level\":1}", "{\"level\":1,\"map\":{\"x\":0.1,\"y\":[101]}}", "[]")) {
            assertInstanceOf(Submission.Mismatch.class, withMetadata(other).on(board, entry, 2, RETENTION), other);
        }
        Submission infinite = withMetadata("{\"level\":1e400}");
        entry = write(board, Entry.none("p"), infinite, 1).entry();
        assertInstanceOf(Submission.Replay.class, infinite.on(board, entry, 2, RETENTION));
    }

    @Test
    void receiptWithHashOfMetadataTextIsRecognized() {
        Board board = board(RankingType.POINTS, Order.DESCENDING, null, 0);
        String text = "{\"z\":1.0,\"a\":2}";
        Receipt stored = new Receipt(
                Receipt.idOf("a"),
                Receipt.bodyOf("p\n10\n0\nnull\n" + text),
                0,
                new Score(10, 0),
                5,
                true,
                true,
                false);
        Entry entry = new Entry("p", new Score(10, 0), 5, 5, 1, 0, text, List.of(stored));
        assertInstanceOf(Submission.Replay.class, withMetadata(text).on(board, entry, 6, RETENTION));
        assertInstanceOf(Submission.Mismatch.class, withMetadata("{\"z\":2}").on(board, entry, 6, RETENTION));
    }

    private static Submission withMetadata(String text) {
        return new Submission("p", new Score(10, 0), text, "a", true, null);
    }

    @Test
    void scoreThatDoesNotImproveKeepsTimeAndMetadata() {
        Board board = board(RankingType.SCORE, Order.DESCENDING, null, 0);
        Submission best = new Submission("p", new Score(100, 0), "{\"level\":10}", "a", true, null);
        Entry entry = write(board, Entry.none("p"), best, 1_000).entry();
        Submission worse = new Submission("p", new Score(90, 0), "{\"level\":2}", "b", true, null);
        Entry after = write(board, entry, worse, 2_000).entry();
        assertEquals(1_000, after.reachedAt());
        assertEquals("{\"level\":10}", after.metadata());
    }

    @Test
    void unchangedScoreWithoutIdIsNotWritten() {
        Board board = board(RankingType.SCORE, Order.DESCENDING, null, 0);
        Entry entry = write(board, Entry.none("p"), submission(100, 0, "a"), 1).entry();
        Submission anonymous = new Submission("p", new Score(90, 0), null, "generated", false, null);
        assertInstanceOf(Submission.Keep.class, anonymous.on(board, entry, 2, RETENTION));
    }

    @Test
    void sumBeyondRangeIsRejected() {
        Board board = board(RankingType.POINTS, Order.DESCENDING, null, 0);
        Entry entry = write(board, Entry.none("p"), submission(Score.LIMIT, 0, "a"), 1)
                .entry();
        assertInstanceOf(Submission.OutOfRange.class, submission(1, 0, "b").on(board, entry, 2, RETENTION));
    }

    @Test
    void winIsOneWinOnBoardWithDecimals() {
        Board board = board(RankingType.WINS, Order.DESCENDING, null, 2);
        assertEquals(
                100,
                write(board, Entry.none("p"), submission(500, 0, "a"), 1)
                        .entry()
                        .score()
                        .value());
    }

    @Test
    void timesOfOnePlayerIncrease() {
        Board board = board(RankingType.POINTS, Order.DESCENDING, null, 0);
        Entry entry =
                write(board, Entry.none("p"), submission(1, 0, "a"), 5_000).entry();
        assertEquals(
                5_001, write(board, entry, submission(1, 0, "b"), 4_000).entry().writtenAt());
    }

    @Test
    void countedAtReturnsTheScoreThatANodeCounts() {
        Board board = board(RankingType.SCORE, Order.DESCENDING, Operator.LAST, 0);
        Entry entry = Entry.none("p");
        entry = write(board, entry, submission(20, 0, "a"), 1_000).entry();
        entry = write(board, entry, submission(100, 0, "b"), 2_000).entry();
        entry = write(board, entry, submission(50, 0, "c"), 3_000).entry();
        assertEquals(null, entry.countedAt(null));
        assertEquals(null, entry.countedAt(999L));
        assertEquals(new Score(20, 0), entry.countedAt(1_500L));
        assertEquals(new Score(100, 0), entry.countedAt(2_000L));
        assertEquals(new Score(50, 0), entry.countedAt(9_000L));
        assertEquals(null, entry.removed(4_000, RETENTION).countedAt(4_000L));
    }

    @Test
    void receiptOfQuarantinedSubmissionChangesNoCount() {
        Board board = board(RankingType.SCORE, Order.DESCENDING, null, 0);
        Entry entry = submission(900, 7, "a")
                .quarantined(board, Entry.none("p"), Bound.MAX, 1_000, RETENTION)
                .entry();
        assertEquals(null, entry.score());
        assertEquals(null, entry.countedAt(999L));
        assertEquals(null, entry.countedAt(1_500L));
        Submission.Write first = write(board, entry, submission(20, 3, "b"), 2_000);
        assertEquals(true, first.receipt().first());
        entry = submission(900, 7, "c")
                .quarantined(board, first.entry(), Bound.MAX, 3_000, RETENTION)
                .entry();
        assertEquals(first.entry().score(), entry.score());
        assertEquals(first.entry().reachedAt(), entry.reachedAt());
        assertEquals(null, entry.countedAt(1_500L));
        assertEquals(new Score(20, 3), entry.countedAt(2_500L));
        assertEquals(new Score(20, 3), entry.countedAt(3_500L));
        Receipt.Retention one = new Receipt.Retention(1, 1, Duration.ZERO);
        entry = submission(900, 7, "d")
                .quarantined(board, entry, Bound.MAX, 4_000, one)
                .entry();
        assertEquals(new Score(20, 3), entry.countedAt(2_500L), "told by the only receipt left");
    }

    private static Submission.Write write(Board board, Entry entry, Submission submission, long now) {
        return assertInstanceOf(Submission.Write.class, submission.on(board, entry, entry.nextWriteAt(now), RETENTION));
    }

    private static Submission submission(long value, long subscore, String id) {
        return new Submission("p", new Score(value, subscore), null, id, true, null);
    }

    private static Board board(RankingType type, Order order, @Nullable Operator operator, int decimals) {
        return Board.first(
                "default", "board", BoardSettings.of(type, order, operator, decimals, 1), Instant.EPOCH, Instant.EPOCH);
    }
}
