package dev.statecraft.replication.commit;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Computes a random wait time before a commit. The window doubles with each collision and shrinks by a quarter with
 * each success. The next commit uses the same window. So about half of all attempts succeed in a space with many
 * writing instances, and a single writer does not wait. A writer waits only before it reads. A retry on the items that
 * DynamoDB returned does not wait, because other writers would otherwise always win. Not thread-safe: the caller holds
 * the lock of the stripe.
 */
final class ContentionBackoff {

    /** Maximum window. */
    static final Duration MAX_WINDOW = Duration.ofMillis(500);

    /** A smaller window counts as 0. */
    private static final long MIN_WINDOW_NANOS = 1_000_000;

    private final RandomGenerator random;
    private long windowNanos;

    ContentionBackoff(RandomGenerator random) {
        this.random = random;
    }

    /** Returns the wait time before the next attempt, in nanoseconds; 0 without recent collisions. */
    long pauseNanos() {
        return windowNanos == 0 ? 0 : random.nextLong(windowNanos);
    }

    /** Records a lost race. The new window is at least twice as long as the attempt took, up to {@link #MAX_WINDOW}. */
    void collided(long tookNanos) {
        windowNanos = Math.min(MAX_WINDOW.toNanos(), 2 * Math.max(windowNanos, Math.max(tookNanos, MIN_WINDOW_NANOS)));
    }

    /** Records a successful attempt. */
    void succeeded() {
        long shrunk = windowNanos / 4 * 3;
        windowNanos = shrunk < MIN_WINDOW_NANOS ? 0 : shrunk;
    }
}
