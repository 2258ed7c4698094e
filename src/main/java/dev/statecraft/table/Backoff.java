package dev.statecraft.table;

import dev.statecraft.runtime.Deadline;
import dev.statecraft.runtime.Ticker;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** Exponential backoff with jitter: colliding callers do not retry at the same time. */
@ApplicationScoped
public class Backoff {

    private static final int MAX_DOUBLINGS = 6;

    private final Ticker ticker;
    private final RandomGenerator random;

    public Backoff(Ticker ticker, RandomGenerator random) {
        this.ticker = ticker;
        this.random = random;
    }

    /**
     * Waits before an attempt. The first attempt does not wait. The wait before the second is at most {@code
     * firstMillis}; the upper bound doubles with each attempt up to 64 times that, and the lower bound is half of it.
     *
     * @param attempt number of the attempt, from 0
     */
    public void pauseBefore(int attempt, long firstMillis) {
        if (attempt > 0) {
            long maxNanos = (firstMillis * 1_000_000L) << Math.min(attempt - 1, MAX_DOUBLINGS);
            ticker.sleep(random.nextLong(maxNanos / 2, maxNanos));
        }
    }

    /** The deadline after a duration from now. */
    public Deadline deadline(Duration duration) {
        return Deadline.in(ticker, duration);
    }
}
