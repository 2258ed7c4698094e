package dev.statecraft.testing.history;

import dev.statecraft.leaderboard.settings.Operator;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.Ranking;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.testing.history.ScoreRange.Pending;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether each answered rank of one season of a board lies between the ranks over what was acknowledged before
 * {@code asOf} and over what was acknowledged or in flight, and whether the score in the answer is the player's own last.
 *
 * <p>A rank trails the writes, and {@code asOf} says by how much. For every other player the counted score is one of
 * those between two states: the last one that was acknowledged before {@code asOf}, and everything that was invoked
 * before the rank was answered. The states of one player are ordered by the write times of their receipts; submissions
 * with unknown outcome may be anywhere. From them follows a range of scores ({@link ScoreRange}). A player is better for
 * certain if the whole range is better, and perhaps if some score of it is. The rank must lie between 1 plus the first
 * and 1 plus the second number; a UNIQUE rank may include the ties; a DENSE rank is at least 1 plus the smallest number
 * of distinct scores that the ranges of the certainly better players allow. Ties and the total have bounds of the same
 * kind.
 *
 * <p>The nodes of a rank tree are not written together. While the change of another player is being counted, a rank may miss
 * that player or count it twice, or with subscore 0, so a player who may have different scores counts zero to two times. The
 * player itself counts exactly once.
 *
 * <p>For the player itself the range begins with what was acknowledged before the rank was requested, because an answer
 * counts the own last score at once.
 *
 * <p>The bounds are sound: a correct board is never reported. They are exact where no submission is in flight. Ranks
 * that were requested at rest, after the stream was consumed, must be recorded with {@code asOf} {@link #AT_REST}.
 * {@code asOf} comes from the clocks of instances; subtract by how much they may be ahead.
 *
 * <p>Complexity: O(r × n) for r ranks and n submissions.
 */
public final class RankSandwich {

    /** The {@code asOf} of a rank that counts every acknowledged submission. */
    public static final long AT_REST = Long.MAX_VALUE;

    private RankSandwich() {}

    /** What ranks must hold. */
    public enum Rule {
        /** The rank is lower than the number of certainly better players allows. */
        RANK_TOO_GOOD,
        /** The rank is higher than the number of possibly better players allows. */
        RANK_TOO_BAD,
        /** The number of ties is impossible. */
        TIES_DIFFER,
        /** The number of ranked players is impossible. */
        TOTAL_DIFFERS,
        /** The player was ranked with a score that is not its own last one. */
        OWN_SCORE_DIFFERS,
        /** The score after a submission does not follow from the one before (invariant S1). */
        SCORE_DOES_NOT_FOLLOW,
        /** A submission that was answered before another one was invoked was applied after it. */
        SUBMISSION_OUT_OF_ORDER
    }

    /** The rules of the board. */
    public record Scoring(Operator operator, Order order, Ranking ranking) {}

    /**
     * A request that changes a player's score.
     *
     * @param id identifies the attempts of one submission; null if it is not repeated
     * @param kind what the request does
     * @param score the submitted score; null unless the kind is SUBMIT
     */
    public record Submission(
            String player,
            @Nullable String id,
            Kind kind,
            @Nullable Score score) {

        /** A submission of a score. */
        public static Submission submit(String player, @Nullable String id, Score score) {
            return new Submission(player, id, Kind.SUBMIT, score);
        }
    }

    /** What a request does to the score of a player. */
    public enum Kind {
        /** Applies the operator of the board. */
        SUBMIT,
        /** Removes the entry. */
        REMOVE,
        /** Sets a score that only the answer shows, for example the rating after a match. */
        SET
    }

    /**
     * The answer to a submission.
     *
     * @param applied false if the submission had no effect: rejected, quarantined, busy
     * @param after the score after the submission, null if the player has none
     * @param at increases from receipt to receipt of a player
     * @param answeredAt the time of day of the answer, by the clock that {@code asOf} refers to
     */
    public record Outcome(boolean applied, @Nullable Score after, long at, long answeredAt) {

        /** The answer that a submission had no effect. */
        public static final Outcome REFUSED = new Outcome(false, null, 0, 0);
    }

    /**
     * An answered rank.
     *
     * @param score the score that was ranked; null if the player is not ranked
     * @param rank the rank; 0 if the player is not ranked
     * @param ties number of entries with the same score, including the player's; ignored if it is not ranked
     * @param total number of ranked players
     * @param asOf every score that was acknowledged before this time of day is counted
     */
    public record Ranked(@Nullable Score score, long rank, long ties, long total, long asOf) {}

    /** A submission with all its attempts; {@code outcome} is null if it is unknown. */
    private record Whole(
            long invoked,
            long returned,
            Submission submission,
            @Nullable Outcome outcome) {

        boolean appliedBefore(Outcome other) {
            return outcome != null && outcome.at() <= other.at();
        }
    }

    /**
     * Checks the ranks of one season.
     *
     * @param submissions requests that change scores of the season
     * @param ranks requests for the rank of a player
     */
    public static List<Violation> check(
            Scoring scoring,
            Collection<Operation<Submission, Outcome>> submissions,
            Collection<Operation<String, Ranked>> ranks) {
        Map<String, List<Whole>> byPlayer = whole(submissions).stream()
                .collect(Collectors.groupingBy(one -> one.submission().player(), TreeMap::new, Collectors.toList()));
        List<Violation> found = new ArrayList<>();
        byPlayer.values().forEach(own -> scores(scoring, own, found));
        for (Operation<String, Ranked> rank : ranks) {
            Ranked answer = rank.output();
            if (answer != null) {
                rank(scoring, byPlayer, rank, answer, found);
            }
        }
        return found;
    }

    /** Joins the attempts of each submission. Refused attempts had no effect. */
    private static List<Whole> whole(Collection<Operation<Submission, Outcome>> submissions) {
        Map<Object, Whole> joined = new LinkedHashMap<>();
        for (Operation<Submission, Outcome> attempt : submissions) {
            Outcome outcome = attempt.output();
            if (outcome == null || outcome.applied()) {
                String id = attempt.input().id();
                Whole one = new Whole(attempt.invoked(), attempt.returned(), attempt.input(), outcome);
                Object key = id == null ? attempt : List.of(attempt.input().player(), id);
                joined.merge(key, one, (a, b) -> {
                    Whole first = a.returned() <= b.returned() ? a : b;
                    long invoked = Math.min(a.invoked(), b.invoked());
                    return new Whole(invoked, first.returned(), first.submission(), first.outcome());
                });
            }
        }
        return List.copyOf(joined.values());
    }

    /** Checks that the scores of one player follow from each other, in the order of their receipts. */
    private static void scores(Scoring scoring, List<Whole> own, List<Violation> found) {
        List<Whole> applied = own.stream()
                .filter(one -> one.outcome() != null)
                .sorted(Comparator.comparingLong(
                        one -> Objects.requireNonNull(one.outcome()).at()))
                .toList();
        boolean complete = applied.size() == own.size();
        Score score = null;
        Whole latest = null;
        for (Whole one : applied) {
            Score after = Objects.requireNonNull(one.outcome()).after();
            if (latest != null && one.returned() < latest.invoked()) {
                found.add(new Violation(Rule.SUBMISSION_OUT_OF_ORDER, one + " is applied after " + latest));
            }
            latest = latest == null || one.invoked() > latest.invoked() ? one : latest;
            Submission submission = one.submission();
            Score expected =
                    switch (submission.kind()) {
                        case SUBMIT ->
                            ScoreRange.apply(
                                    scoring.operator(),
                                    scoring.order(),
                                    score,
                                    Objects.requireNonNull(submission.score()));
                        case REMOVE -> null;
                        case SET -> after;
                    };
            if (complete && !Objects.equals(expected, after)) {
                found.add(new Violation(
                        Rule.SCORE_DOES_NOT_FOLLOW, one + " makes " + expected + " of " + score + ", not " + after));
            }
            score = after;
        }
    }

    private static void rank(
            Scoring scoring,
            Map<String, List<Whole>> byPlayer,
            Operation<String, Ranked> asked,
            Ranked answer,
            List<Violation> found) {
        ScoreRange own = range(
                scoring,
                byPlayer.getOrDefault(asked.input(), List.of()),
                asked.returned(),
                one -> one.returned() < asked.invoked());
        Score score = answer.score();
        boolean unranked = score == null || answer.rank() == 0;
        if (unranked ? !own.mayBeAbsent() : !own.contains(Objects.requireNonNull(score))) {
            found.add(new Violation(Rule.OWN_SCORE_DIFFERS, asked + ", expected " + own));
            return;
        }
        Predicate<Whole> certain = one -> Objects.requireNonNull(one.outcome()).answeredAt() < answer.asOf();
        List<ScoreRange> others = byPlayer.entrySet().stream()
                .filter(player -> !player.getKey().equals(asked.input()))
                .map(player -> range(scoring, player.getValue(), asked.returned(), certain))
                .toList();
        long self = score == null ? 0 : 1;
        long totalFrom = self + count(others, range -> !range.mayBeAbsent());
        long totalTo = self + count(others, ScoreRange::mayBePresent);
        between(Rule.TOTAL_DIFFERS, Rule.TOTAL_DIFFERS, answer.total(), totalFrom, totalTo, asked, found);
        if (score == null) {
            return;
        }
        Order order = scoring.order();
        long tiesFrom = 1 + count(others, range -> range.isExactly(score));
        long tiesTo = 1 + most(others, range -> range.contains(score));
        between(Rule.TIES_DIFFER, Rule.TIES_DIFFER, answer.ties(), tiesFrom, tiesTo, asked, found);
        List<ScoreRange> better = others.stream()
                .filter(range -> range.isFixed() && range.isBetter(score, order))
                .toList();
        long from = 1 + (scoring.ranking() == Ranking.DENSE ? ScoreRange.leastDistinct(better) : better.size());
        // Players with one certain score share it on a board with DENSE ranking.
        List<ScoreRange> counted = scoring.ranking() == Ranking.DENSE
                ? Stream.concat(
                                others.stream().filter(ScoreRange::isFixed).distinct(),
                                others.stream().filter(range -> !range.isFixed()))
                        .toList()
                : others;
        long to = 1
                + most(
                        counted,
                        range -> range.mayBeBetter(score, order)
                                || (scoring.ranking() == Ranking.UNIQUE && range.contains(score)));
        between(Rule.RANK_TOO_GOOD, Rule.RANK_TOO_BAD, answer.rank(), from, to, asked, found);
    }

    private static void between(
            Rule low, Rule high, long value, long from, long to, Operation<?, ?> asked, List<Violation> found) {
        if (value < from || value > to) {
            found.add(new Violation(
                    value < from ? low : high, value + ", expected " + from + " to " + to + " in " + asked));
        }
    }

    private static long count(List<ScoreRange> ranges, Predicate<ScoreRange> condition) {
        return ranges.stream().filter(condition).count();
    }

    /** How often players may be counted at most. */
    private static long most(List<ScoreRange> ranges, Predicate<ScoreRange> condition) {
        return ranges.stream()
                .map(ScoreRange::whileCounted)
                .filter(condition)
                .mapToLong(range -> range.isFixed() ? 1 : 2)
                .sum();
    }

    /** The scores that a player may have had: from the last one that is certain to all that began until an instant. */
    private static ScoreRange range(Scoring scoring, List<Whole> own, long until, Predicate<Whole> certain) {
        Outcome base = own.stream()
                .filter(one -> one.outcome() != null && certain.test(one))
                .map(one -> Objects.requireNonNull(one.outcome()))
                .max(Comparator.comparingLong(Outcome::at))
                .orElse(new Outcome(true, null, Long.MIN_VALUE, 0));
        List<Pending> pending = own.stream()
                .filter(one -> one.invoked() <= until && !one.appliedBefore(base))
                .map(one -> new Pending(
                        one.submission().kind(),
                        one.submission().kind() == Kind.SET && one.outcome() != null
                                ? one.outcome().after()
                                : one.submission().score()))
                .toList();
        return ScoreRange.of(scoring.operator(), scoring.order(), base.after(), pending);
    }
}
