package dev.statecraft.leaderboard.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Bound;
import dev.statecraft.leaderboard.settings.Bounds;
import dev.statecraft.leaderboard.settings.Operator;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.leaderboard.settings.Tier;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

public class PlausibilityTest {

    private static final Receipt.Retention RETENTION = new Receipt.Retention(16, 200, Duration.ofMinutes(1));

    @ParameterizedTest(name = "{0} {1} {2}: {3} then {4} with {5} to {6}, increase {7}: {8}")
    @CsvSource({
        // The submitted score is checked for operators that keep or replace.
        "SCORE, DESCENDING, , , 100, , 100, , ",
        "SCORE, DESCENDING, , , 101, , 100, , MAX",
        "SCORE, DESCENDING, , 50, 101, , 100, , MAX",
        "SCORE, DESCENDING, , 50, 9, 10, , , MIN",
        "SCORE, DESCENDING, LAST, 50, 9, 10, , , MIN",
        "SCORE, DESCENDING, MIN, 50, 101, , 100, , MAX",
        "SCORE, DESCENDING, MAX, 50, 9, 10, , , MIN",
        "TIME, ASCENDING, , , 9, 10, , , MIN",
        "TIME, ASCENDING, , 50, 10, 10, , , ",
        // The sum is checked for operators that accumulate.
        "POINTS, DESCENDING, , 60, 41, , 100, , MAX",
        "POINTS, DESCENDING, , 60, 40, , 100, , ",
        "POINTS, DESCENDING, DECREMENT, 60, 51, 10, , , MIN",
        "WINS, DESCENDING, , 9, 9, , 1, , MAX",
        "SCORE, DESCENDING, INCREMENT, 60, 41, , 100, , MAX",
        // The improvement follows the order of the board.
        "SCORE, DESCENDING, , , 20, , , 20, ",
        "SCORE, DESCENDING, , , 21, , , 20, MAX_INCREASE",
        "SCORE, DESCENDING, , 50, 70, , , 20, ",
        "SCORE, DESCENDING, , 50, 71, , , 20, MAX_INCREASE",
        "SCORE, DESCENDING, LAST, 50, -500, , , 20, ",
        "POINTS, DESCENDING, , 50, 21, , , 20, MAX_INCREASE",
        "TIME, ASCENDING, , , 1, , , 20, ",
        "TIME, ASCENDING, , 50, 30, , , 20, ",
        "TIME, ASCENDING, , 50, 29, , , 20, MAX_INCREASE",
        "TIME, ASCENDING, , 50, 900, , , 20, ",
        // The range is checked first.
        "SCORE, DESCENDING, , 50, 200, , 100, 20, MAX"
    })
    void violatedBoundIsReported(
            RankingType type,
            Order order,
            @Nullable Operator operator,
            @Nullable Long first,
            long second,
            @Nullable BigDecimal min,
            @Nullable BigDecimal max,
            @Nullable BigDecimal maxIncrease,
            @Nullable Bound expected) {
        Board board = board(type, order, operator, 0, new Bounds(min, max, maxIncrease, null, null, null));
        Entry entry = Entry.none("p");
        if (first != null) {
            // WINS counts one for each submission, regardless of its value.
            entry = write(board, entry, first, "a", 1_000);
        }
        Optional<Bound> violated = Plausibility.violated(board, submission(second, "b"), entry, 2_000);
        assertEquals(Optional.ofNullable(expected), violated);
    }

    @Test
    void boundsUseTheUnitsOfTheApi() {
        Bounds bounds = new Bounds(null, new BigDecimal("12.5"), null, null, null, null);
        Board board = board(RankingType.SCORE, Order.DESCENDING, null, 2, bounds);
        assertEquals(Optional.empty(), Plausibility.violated(board, submission(1250, "a"), Entry.none("p"), 1));
        assertEquals(Optional.of(Bound.MAX), Plausibility.violated(board, submission(1251, "a"), Entry.none("p"), 1));
    }

    @Test
    void boardWithoutBoundsAcceptsEveryScore() {
        Board board = board(RankingType.SCORE, Order.DESCENDING, null, 0, null);
        assertEquals(Optional.empty(), Plausibility.violated(board, submission(Score.LIMIT, "a"), Entry.none("p"), 1));
    }

    @Test
    void submissionsOfTheLastMinuteAreCountedIncludingUnchangedOnes() {
        Bounds bounds = new Bounds(null, null, null, 3, null, null);
        Board board = board(RankingType.SCORE, Order.DESCENDING, null, 0, bounds);
        Entry entry = write(board, Entry.none("p"), 10, "a", 100_000);
        entry = write(board, entry, 5, "b", 110_000);
        assertEquals(Optional.empty(), Plausibility.violated(board, submission(7, "c"), entry, 120_000));
        Submission anonymous = new Submission("p", new Score(5, 0), null, "made up", false, null);
        entry = ((Submission.Write) anonymous.on(board, entry, 120_000, RETENTION)).entry();
        assertEquals(Optional.of(Bound.PER_MINUTE), Plausibility.violated(board, submission(7, "d"), entry, 130_000));
        assertEquals(30, Plausibility.retryAfterSeconds(entry, 3, 130_000));
        assertEquals(Optional.of(Bound.PER_MINUTE), Plausibility.violated(board, submission(7, "d"), entry, 159_999));
        assertEquals(1, Plausibility.retryAfterSeconds(entry, 3, 159_999));
        assertEquals(Optional.empty(), Plausibility.violated(board, submission(7, "d"), entry, 160_000));
    }

    @Test
    void acceptedReviewCountsAsOneSubmissionAndRemovalAsNone() {
        Bounds bounds = new Bounds(null, null, null, 2, null, Bounds.Action.QUARANTINE);
        Board board = board(RankingType.SCORE, Order.DESCENDING, null, 0, bounds);
        Submission first = submission(10, "a");
        Entry entry = first.quarantined(board, Entry.none("p"), Bound.MAX, 1_000, RETENTION)
                .entry();
        entry = ((Submission.Write) first.accepted(board, entry, 2_000, RETENTION)).entry();
        entry = entry.removed(3_000, RETENTION);
        assertEquals(Optional.empty(), Plausibility.violated(board, submission(1, "b"), entry, 4_000));
        entry = write(board, entry, 1, "b", 4_000);
        assertEquals(Optional.of(Bound.PER_MINUTE), Plausibility.violated(board, submission(1, "c"), entry, 5_000));
    }

    @Test
    void theBestOfAThousandAreTheFirstOfAThousand() {
        BigDecimal permille = new BigDecimal("0.1");
        assertTrue(Plausibility.amongTheBest(permille, 1, 1_000));
        assertFalse(Plausibility.amongTheBest(permille, 1, 999));
        assertFalse(Plausibility.amongTheBest(permille, 2, 1_000));
        assertTrue(Plausibility.amongTheBest(permille, 2, 2_000));
        assertFalse(Plausibility.amongTheBest(permille, 1, 1));
        assertTrue(Plausibility.amongTheBest(BigDecimal.valueOf(100), 7, 7));
        assertTrue(Plausibility.amongTheBest(permille, 9_000_000_000_000L, 9_000_000_000_000_000L));
    }

    private static Entry write(Board board, Entry entry, long value, String id, long now) {
        return ((Submission.Write) submission(value, id).on(board, entry, now, RETENTION)).entry();
    }

    private static Submission submission(long value, String id) {
        return new Submission("p", new Score(value, 0), null, id, true, null);
    }

    private static Board board(
            RankingType type, Order order, @Nullable Operator operator, int decimals, @Nullable Bounds bounds) {
        BoardSettings plain = BoardSettings.of(type, order, operator, decimals, 1);
        return Board.first("default", "board", bounded(plain, bounds, List.of()), Instant.EPOCH, Instant.EPOCH);
    }

    public static BoardSettings bounded(BoardSettings plain, @Nullable Bounds bounds, List<Tier> tiers) {
        return new BoardSettings(
                plain.description(),
                plain.rankingType(),
                plain.order(),
                plain.operator(),
                plain.decimals(),
                plain.maxSize(),
                plain.lanes(),
                null,
                bounds,
                List.of(),
                tiers,
                null);
    }
}
