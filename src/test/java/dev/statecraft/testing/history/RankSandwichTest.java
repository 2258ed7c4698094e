package dev.statecraft.testing.history;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.leaderboard.settings.Operator;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.Ranking;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.testing.history.RankSandwich.Kind;
import dev.statecraft.testing.history.RankSandwich.Outcome;
import dev.statecraft.testing.history.RankSandwich.Ranked;
import dev.statecraft.testing.history.RankSandwich.Rule;
import dev.statecraft.testing.history.RankSandwich.Scoring;
import dev.statecraft.testing.history.RankSandwich.Submission;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The time of day of an answer is its logical instant. */
class RankSandwichTest {

    private static final Scoring BEST = new Scoring(Operator.BEST, Order.DESCENDING, Ranking.COMPETITION);
    private static final Scoring SUM = new Scoring(Operator.SUM, Order.DESCENDING, Ranking.COMPETITION);

    private static Score score(long value) {
        return new Score(value, 0);
    }

    private static Operation<Submission, Outcome> submit(
            long invoked, long returned, String player, long value, long after) {
        return Operation.answered(
                "p",
                invoked,
                returned,
                Submission.submit(player, null, score(value)),
                new Outcome(true, score(after), returned, returned));
    }

    private static Operation<Submission, Outcome> lost(long invoked, String player, long value) {
        return Operation.unknown("p", invoked, Submission.submit(player, null, score(value)));
    }

    private static Operation<String, Ranked> rank(
            long invoked, String player, long own, long rank, long ties, long total, long asOf) {
        return Operation.answered("r", invoked, invoked + 1, player, new Ranked(score(own), rank, ties, total, asOf));
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static List<Violation> check(
            Scoring scoring, List<Operation<Submission, Outcome>> submissions, Operation<String, Ranked>... ranks) {
        return RankSandwich.check(scoring, submissions, List.of(ranks));
    }

    @Test
    void exactRanksAtRestHaveNoViolation() {
        List<Operation<Submission, Outcome>> submissions =
                List.of(submit(1, 2, "a", 50, 50), submit(3, 4, "b", 70, 70), submit(5, 6, "c", 50, 50));
        assertEquals(
                List.of(),
                check(
                        BEST,
                        submissions,
                        rank(10, "a", 50, 2, 2, 3, RankSandwich.AT_REST),
                        rank(12, "b", 70, 1, 1, 3, RankSandwich.AT_REST),
                        rank(14, "c", 50, 2, 2, 3, RankSandwich.AT_REST)));
        Scoring unique = new Scoring(Operator.BEST, Order.DESCENDING, Ranking.UNIQUE);
        assertEquals(List.of(), check(unique, submissions, rank(14, "c", 50, 3, 2, 3, RankSandwich.AT_REST)));
        Scoring times = new Scoring(Operator.MIN, Order.ASCENDING, Ranking.COMPETITION);
        assertEquals(List.of(), check(times, submissions, rank(12, "b", 70, 3, 1, 3, RankSandwich.AT_REST)));
    }

    @Test
    void whatIsInFlightMayBeCountedOrNot() {
        List<Operation<Submission, Outcome>> submissions = List.of(
                submit(1, 2, "a", 50, 50), submit(3, 4, "b", 40, 40), submit(5, 20, "b", 60, 60), lost(6, "c", 90));
        for (long rank = 1; rank <= 3; rank++) {
            for (long total = 2; total <= 3; total++) {
                assertEquals(List.of(), check(BEST, submissions, rank(10, "a", 50, rank, 1, total, 5)));
            }
        }
        // Acknowledged, but not before asOf.
        assertEquals(List.of(), check(BEST, submissions, rank(30, "a", 50, 1, 1, 2, 20)));
        assertEquals(List.of(), check(BEST, submissions, rank(30, "a", 50, 2, 1, 2, 21)));
    }

    @Test
    void sumsOfUnknownSubmissionsAreARange() {
        List<Operation<Submission, Outcome>> submissions = List.of(
                submit(1, 2, "a", 10, 10), submit(3, 4, "b", 5, 5), lost(5, "b", 4), lost(5, "b", 3), lost(6, "b", -9));
        assertEquals(List.of(), check(SUM, submissions, rank(10, "a", 10, 1, 1, 2, 9), rank(10, "a", 10, 2, 1, 2, 9)));
    }

    @Test
    void removalsAndMatches() {
        Operation<Submission, Outcome> removed = Operation.answered(
                "p", 5, 6, new Submission("b", null, Kind.REMOVE, null), new Outcome(true, null, 6, 6));
        Operation<Submission, Outcome> match = Operation.unknown("p", 7, new Submission("c", null, Kind.SET, null));
        List<Operation<Submission, Outcome>> submissions =
                List.of(submit(1, 2, "a", 50, 50), submit(3, 4, "b", 60, 60), removed, match);
        assertEquals(
                List.of(),
                check(
                        BEST,
                        submissions,
                        rank(10, "a", 50, 1, 1, 1, RankSandwich.AT_REST),
                        rank(10, "a", 50, 2, 1, 2, RankSandwich.AT_REST),
                        Operation.answered("r", 11, 12, "b", new Ranked(null, 0, 0, 1, RankSandwich.AT_REST))));
    }

    @Test
    void denseRanksCountDistinctScores() {
        Scoring dense = new Scoring(Operator.BEST, Order.DESCENDING, Ranking.DENSE);
        List<Operation<Submission, Outcome>> submissions = List.of(
                submit(1, 2, "a", 50, 50),
                submit(3, 4, "b", 60, 60),
                submit(5, 6, "c", 60, 60),
                submit(7, 8, "d", 70, 70));
        assertEquals(List.of(), check(dense, submissions, rank(10, "a", 50, 3, 1, 4, RankSandwich.AT_REST)));
        assertEquals(
                List.of(Rule.RANK_TOO_GOOD),
                check(dense, submissions, rank(10, "a", 50, 2, 1, 4, RankSandwich.AT_REST)).stream()
                        .map(Violation::rule)
                        .toList());
    }

    @ParameterizedTest
    @EnumSource
    void badHistoriesViolateOneRule(Rule rule) {
        Operation<Submission, Outcome> a = submit(1, 2, "a", 50, 50);
        Operation<Submission, Outcome> b = submit(3, 4, "b", 60, 60);
        List<Violation> found =
                switch (rule) {
                    case RANK_TOO_GOOD -> check(BEST, List.of(a, b), rank(10, "a", 50, 1, 1, 2, 5));
                    case RANK_TOO_BAD -> check(BEST, List.of(a, b, lost(20, "c", 90)), rank(10, "a", 50, 3, 1, 2, 5));
                    case TIES_DIFFER -> check(BEST, List.of(a, b), rank(10, "a", 50, 2, 2, 2, 5));
                    case TOTAL_DIFFERS -> check(BEST, List.of(a, b), rank(10, "a", 50, 2, 1, 3, 5));
                    case OWN_SCORE_DIFFERS ->
                        check(BEST, List.of(a, b, submit(5, 6, "a", 55, 55)), rank(10, "a", 50, 2, 1, 2, 5));
                    case SCORE_DOES_NOT_FOLLOW -> check(SUM, List.of(a, submit(5, 6, "a", 10, 61)));
                    case SUBMISSION_OUT_OF_ORDER ->
                        check(
                                BEST,
                                List.of(
                                        Operation.answered(
                                                "p",
                                                1,
                                                2,
                                                Submission.submit("a", null, score(70)),
                                                new Outcome(true, score(70), 9, 2)),
                                        submit(3, 4, "a", 50, 50)));
                };
        assertEquals(List.of(rule), found.stream().map(Violation::rule).toList(), found.toString());
    }

    @Test
    void attemptsOfOneSubmissionAreOne() {
        Submission repeated = Submission.submit("b", "id", score(60));
        List<Operation<Submission, Outcome>> submissions = List.of(
                submit(1, 2, "a", 50, 50),
                Operation.unknown("p", 3, repeated),
                Operation.answered("p", 5, 6, repeated, new Outcome(true, score(60), 4, 6)),
                Operation.answered("p", 7, 8, repeated, new Outcome(true, score(60), 4, 8)));
        assertEquals(List.of(), check(SUM, submissions, rank(10, "a", 50, 2, 1, 2, 9)));
        assertEquals(
                List.of(Rule.RANK_TOO_GOOD),
                check(SUM, submissions, rank(10, "a", 50, 1, 1, 2, 7)).stream()
                        .map(Violation::rule)
                        .toList());
    }

    /** Ranks of a board that counts with a delay are never reported; a rank that is moved by more than the delay is. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void delayedBoardsAreSound(long seed) {
        Random random = new Random(seed);
        Operator operator = List.of(Operator.values()).get((int) (seed % Operator.values().length));
        Order order = random.nextBoolean() ? Order.ASCENDING : Order.DESCENDING;
        Ranking ranking = random.nextBoolean() ? Ranking.COMPETITION : Ranking.DENSE;
        Scoring scoring = new Scoring(operator, order, ranking);
        List<Operation<Submission, Outcome>> submissions = new ArrayList<>();
        List<Operation<String, Ranked>> ranks = new ArrayList<>();
        Map<String, Score> current = new HashMap<>();
        Map<String, Score> counted = new HashMap<>();
        List<Map<String, Score>> states = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            long at = 100 + i * 10L;
            String player = "p" + random.nextInt(8);
            Score submitted = score(random.nextInt(6) - 2);
            Score after = ScoreRange.apply(operator, order, current.get(player), submitted);
            current.put(player, after);
            states.add(Map.copyOf(current));
            long invoked = at - 1 - random.nextInt(9);
            Submission submission = Submission.submit(player, "s" + i, submitted);
            submissions.add(
                    random.nextInt(10) == 0
                            ? Operation.unknown("p", invoked, submission)
                            : Operation.answered(
                                    "p", invoked, at + 1, submission, new Outcome(true, after, at, at + 1)));
            int delay = random.nextInt(5);
            counted = new HashMap<>(states.get(Math.max(0, i - delay)));
            Score own = after;
            counted.put(player, own);
            long total = counted.size();
            long ties = counted.values().stream().filter(own::equals).count();
            long better = counted.values().stream()
                    .filter(other -> order.better(other, own))
                    .count();
            long distinct = counted.values().stream()
                    .filter(other -> order.better(other, own))
                    .distinct()
                    .count();
            long rank = 1 + (ranking == Ranking.DENSE ? distinct : better);
            ranks.add(Operation.answered(
                    "r", at + 2, at + 3, player, new Ranked(own, rank, ties, total, at - delay * 10L + 1)));
        }
        assertEquals(List.of(), RankSandwich.check(scoring, submissions, ranks), "seed " + seed);
        Operation<String, Ranked> last = ranks.get(ranks.size() - 1);
        Ranked wrong = Objects.requireNonNull(last.output());
        Operation<String, Ranked> moved = Operation.answered(
                "r",
                last.invoked(),
                last.returned(),
                last.input(),
                new Ranked(wrong.score(), wrong.rank() + 8, wrong.ties(), wrong.total(), wrong.asOf()));
        assertEquals(
                List.of(Rule.RANK_TOO_BAD),
                RankSandwich.check(scoring, submissions, List.of(moved)).stream()
                        .map(Violation::rule)
                        .toList(),
                "seed " + seed);
    }
}
