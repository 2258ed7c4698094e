package dev.statecraft.testing.history;

import dev.statecraft.leaderboard.settings.Operator;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.testing.history.RankSandwich.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The scores that a player may have while some submissions may or may not be applied: a closed range, which contains
 * every possible score, and whether the player may have none.
 *
 * @param least the lowest possible score; null if the player has none for certain
 * @param greatest the highest possible score; null if the player has none for certain
 */
record ScoreRange(
        boolean mayBeAbsent,
        @Nullable Score least,
        @Nullable Score greatest) {

    /** A request that may be applied; {@code score} is null if it removes the entry or sets an unknown score. */
    record Pending(Kind kind, @Nullable Score score) {}

    /** The range around a certain score, null for none, with requests that may be applied in any order. */
    static ScoreRange of(Operator operator, Order order, @Nullable Score base, List<Pending> pending) {
        boolean removed = pending.stream().anyMatch(one -> one.kind() == Kind.REMOVE);
        List<Score> submitted = new ArrayList<>();
        List<Score> ends = new ArrayList<>();
        for (Pending one : pending) {
            Score score = one.score();
            if (score != null && one.kind() == Kind.SUBMIT) {
                submitted.add(score);
            } else if (one.kind() == Kind.SET) {
                ends.add(score == null ? new Score(-Score.LIMIT, -Score.LIMIT) : score);
                ends.add(score == null ? new Score(Score.LIMIT, Score.LIMIT) : score);
            }
        }
        if (base != null) {
            ends.add(base);
        }
        // Submissions are applied to what the player has at that time: the base, a score that was set, or nothing.
        List<Score> starts = List.copyOf(ends);
        starts.forEach(start -> reach(operator, order, start, submitted, ends));
        if (removed || base == null) {
            reach(operator, order, null, submitted, ends);
        }
        return new ScoreRange(
                base == null || removed,
                ends.stream().min(Comparator.naturalOrder()).orElse(null),
                ends.stream().max(Comparator.naturalOrder()).orElse(null));
    }

    /** Adds the lowest and the highest score that a subset of submissions makes of a score. */
    private static void reach(
            Operator operator, Order order, @Nullable Score start, List<Score> submitted, List<Score> ends) {
        if (submitted.isEmpty()) {
            return;
        }
        if (operator == Operator.SUM || operator == Operator.INCREMENT || operator == Operator.DECREMENT) {
            int sign = operator == Operator.DECREMENT ? -1 : 1;
            long[] values =
                    submitted.stream().mapToLong(score -> sign * score.value()).toArray();
            long[] subscores = submitted.stream()
                    .mapToLong(score -> sign * score.subscore())
                    .toArray();
            Score from = start == null ? Score.ZERO : start;
            ends.add(bounded(from.value() + least(values), from.subscore() + least(subscores)));
            ends.add(bounded(from.value() + greatest(values), from.subscore() + greatest(subscores)));
        } else {
            submitted.forEach(score -> ends.add(apply(operator, order, start, score)));
        }
    }

    /** The lowest sum of a subset that is not empty. */
    private static long least(long[] values) {
        long sum = 0;
        long least = Long.MAX_VALUE;
        for (long value : values) {
            sum += Math.min(0, value);
            least = Math.min(least, value);
        }
        return sum < 0 ? sum : least;
    }

    private static long greatest(long[] values) {
        long sum = 0;
        long greatest = Long.MIN_VALUE;
        for (long value : values) {
            sum += Math.max(0, value);
            greatest = Math.max(greatest, value);
        }
        return sum > 0 ? sum : greatest;
    }

    private static Score bounded(long value, long subscore) {
        return new Score(
                Math.max(-Score.LIMIT, Math.min(Score.LIMIT, value)),
                Math.max(-Score.LIMIT, Math.min(Score.LIMIT, subscore)));
    }

    /** The score after a submission; {@code before} is null if the player had none. */
    static Score apply(Operator operator, Order order, @Nullable Score before, Score submitted) {
        return switch (operator) {
            case BEST -> before == null || order.better(submitted, before) ? submitted : before;
            case LAST -> submitted;
            case MIN -> before == null || submitted.compareTo(before) < 0 ? submitted : before;
            case MAX -> before == null || submitted.compareTo(before) > 0 ? submitted : before;
            case SUM, INCREMENT ->
                before == null
                        ? submitted
                        : bounded(before.value() + submitted.value(), before.subscore() + submitted.subscore());
            case DECREMENT -> {
                Score from = before == null ? Score.ZERO : before;
                yield bounded(from.value() - submitted.value(), from.subscore() - submitted.subscore());
            }
        };
    }

    boolean mayBePresent() {
        return least != null;
    }

    boolean contains(Score score) {
        return least != null && greatest != null && least.compareTo(score) <= 0 && greatest.compareTo(score) >= 0;
    }

    boolean isExactly(Score score) {
        return isFixed() && score.equals(least);
    }

    /** Whether only one score is possible. */
    boolean isFixed() {
        return !mayBeAbsent && least != null && least.equals(greatest);
    }

    /**
     * The scores that a rank may count for the player while one of several possible ones is being counted. The entries with
     * subscore 0 are those of the score without those of its subscores, which another node counts.
     */
    ScoreRange whileCounted() {
        if (isFixed() || least == null || greatest == null) {
            return this;
        }
        Score low = new Score(least.value(), Math.min(0, least.subscore()));
        Score high = new Score(greatest.value(), Math.max(0, greatest.subscore()));
        return new ScoreRange(mayBeAbsent, low, high);
    }

    /** Whether every possible score is better. */
    boolean isBetter(Score score, Order order) {
        return !mayBeAbsent
                && least != null
                && greatest != null
                && order.better(least, score)
                && order.better(greatest, score);
    }

    /** Whether some possible score is better. */
    boolean mayBeBetter(Score score, Order order) {
        return (least != null && order.better(least, score)) || (greatest != null && order.better(greatest, score));
    }

    /** The smallest number of distinct scores that players with these ranges can have: the fewest points that hit all. */
    static long leastDistinct(List<ScoreRange> ranges) {
        List<ScoreRange> byEnd = ranges.stream()
                .filter(ScoreRange::mayBePresent)
                .sorted(Comparator.comparing(range -> range.greatest() == null ? Score.ZERO : range.greatest()))
                .toList();
        long points = 0;
        Score last = null;
        for (ScoreRange range : byEnd) {
            if (last == null || !range.contains(last)) {
                points++;
                last = range.greatest();
            }
        }
        return points;
    }
}
