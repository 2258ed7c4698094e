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

/** Whether a submission is plausible on a board. Pure: what is known of the player is in the entry. */
public final class Plausibility {

    /** What "a minute" in {@link Bounds#perMinute} is. */
    public static final Duration RATE_WINDOW = Duration.ofMinutes(1);

    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

    private Plausibility() {}

    /**
     * The first bound that a submission is outside of, nothing if it is plausible. Asked is the score that would come of
     * it: the submitted one where the operator keeps or replaces, the resulting sum where it accumulates. Only scores
     * are bounded, not subscores. Whether a first score is {@link #amongTheBest} is not asked here.
     *
     * @param entry the player's entry as it is now
     * @param now epoch milliseconds
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
     * How much better a score is than the old one. A first score is measured from 0 where higher is better; where lower
     * is better there is nothing to measure it from.
     */
    private static BigDecimal increase(Board board, @Nullable Score old, BigDecimal value) {
        if (board.order() == Order.DESCENDING) {
            return value.subtract(old == null ? BigDecimal.ZERO : board.value(old.value()));
        }
        return old == null ? BigDecimal.ZERO : board.value(old.value()).subtract(value);
    }

    /** Whether a player's first score is too good to be taken without a look: among the best so many percent. */
    public static boolean amongTheBest(BigDecimal percentile, long rank, long total) {
        return BigDecimal.valueOf(rank).multiply(HUNDRED).compareTo(percentile.multiply(BigDecimal.valueOf(total)))
                <= 0;
    }

    /** In how many seconds the next submission of this player is plausible as far as its rate goes; at least 1. */
    public static int retryAfterSeconds(Entry entry, int perMinute, long now) {
        List<Long> times = times(entry, now);
        if (times.size() < perMinute) {
            return 1;
        }
        long free = times.get(times.size() - perMinute) + RATE_WINDOW.toMillis() - now;
        return (int) Math.max(1, (free + 999) / 1000);
    }

    /** When the player's submissions of the last minute were taken, oldest first; one that was accepted counts once. */
    private static List<Long> times(Entry entry, long now) {
        Set<Long> seen = new HashSet<>();
        return entry.receipts().stream()
                .filter(receipt -> !receipt.removed() && receipt.at() > now - RATE_WINDOW.toMillis())
                .filter(receipt -> seen.add(receipt.id()))
                .map(Receipt::at)
                .toList();
    }
}
