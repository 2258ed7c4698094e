package dev.statecraft.leaderboard.score;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.settings.Bound;
import dev.statecraft.leaderboard.settings.Bounds;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.Score;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks submissions against the bounds of a board. A pure function of the submission and the entry. */
public final class Plausibility {

    /** Length of the minute of {@link Bounds#perMinute}. */
    public static final Duration RATE_WINDOW = Duration.ofMinutes(1);

    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

    private Plausibility() {}

    /**
     * The first bound that a submission violates; empty if it is plausible. The check uses the resulting score: the submitted
     * one for operators that keep or replace, the resulting sum for operators that accumulate. Subscores are not bounded.
     * {@link #amongTheBest} is checked separately.
     *
     * @param entry the current entry of the player
     * @param now Unix time in milliseconds
     */
    public static Optional<Bound> violated(Board board, Submission submission, Entry entry, long now) {
        Bounds bounds = board.settings().bounds();
        if (bounds == null) {
            return Optional.empty();
        }
        Score candidate = submission.candidate(board, entry.score());
        if (candidate != null) {
            BigDecimal value = board.value(candidate.value());
            if (bounds.min() != null && value.compareTo(bounds.min()) < 0) {
                return Optional.of(Bound.MIN);
            }
            if (bounds.max() != null && value.compareTo(bounds.max()) > 0) {
                return Optional.of(Bound.MAX);
            }
            if (bounds.maxIncrease() != null
                    && increase(board, entry.score(), value).compareTo(bounds.maxIncrease()) > 0) {
                return Optional.of(Bound.MAX_INCREASE);
            }
        }
        return bounds.perMinute() != null && times(entry, now).size() >= bounds.perMinute()
                ? Optional.of(Bound.PER_MINUTE)
                : Optional.empty();
    }

    /**
     * Improvement over the old score. A first score is measured from 0 where higher is better; where lower is better a first
     * score has no improvement.
     */
    private static BigDecimal increase(Board board, @Nullable Score old, BigDecimal value) {
        if (board.order() == Order.DESCENDING) {
            return value.subtract(old == null ? BigDecimal.ZERO : board.value(old.value()));
        }
        return old == null ? BigDecimal.ZERO : board.value(old.value()).subtract(value);
    }

    /** Whether a player's first score is among the best percent that the board quarantines. */
    public static boolean amongTheBest(BigDecimal percentile, long rank, long total) {
        return BigDecimal.valueOf(rank).multiply(HUNDRED).compareTo(percentile.multiply(BigDecimal.valueOf(total)))
                <= 0;
    }

    /** Seconds until the rate bound permits the next submission of the player; at least 1. */
    public static int retryAfterSeconds(Entry entry, int perMinute, long now) {
        List<Long> times = times(entry, now);
        if (times.size() < perMinute) {
            return 1;
        }
        long free = times.get(times.size() - perMinute) + RATE_WINDOW.toMillis() - now;
        return (int) Math.max(1, (free + 999) / 1000);
    }

    /** Times of the player's submissions in the last minute, oldest first. A quarantined and later accepted submission counts once. */
    private static List<Long> times(Entry entry, long now) {
        Set<Long> seen = new HashSet<>();
        return entry.receipts().stream()
                .filter(receipt -> !receipt.removed() && receipt.at() > now - RATE_WINDOW.toMillis())
                .filter(receipt -> seen.add(receipt.id()))
                .map(Receipt::at)
                .toList();
    }
}
