package dev.statecraft.replication.commit;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long a writer holds back before it begins a commit, where others were in its way lately. It waits for a random part
 * of a window, which doubles with each collision and shrinks by a quarter with each success, and is remembered from one
 * commit to the next: so a space that many instances write settles where about every other attempt gets through, and one
 * that a single instance writes is never waited for. Once begun, a writer goes on at once: it would be the last to get
 * through otherwise, behind those who never wait. Not safe for threads: whoever uses it holds the lane it belongs to.
 */
final class ContentionBackoff {

    /** Longest window, whatever happens. */
    static final Duration MOST = Duration.ofMillis(500);

    /** A window below this is none. */
    private static final long LEAST_NANOS = 1_000_000;

    private final RandomGenerator random;
    private long windowNanos;

    ContentionBackoff(RandomGenerator random) {
        this.random = random;
    }

    /** How long to wait before the next attempt, in nanoseconds; 0 where nobody was in the way lately. */
    long pauseNanos() {
        return windowNanos == 0 ? 0 : random.nextLong(windowNanos);
    }

    /** Somebody else was faster. The window becomes at least twice as long as the attempt took. */
    void collided(long tookNanos) {
        windowNanos = Math.min(MOST.toNanos(), 2 * Math.max(windowNanos, Math.max(tookNanos, LEAST_NANOS)));
    }

    /** An attempt got through. */
    void succeeded() {
        long shrunk = windowNanos / 4 * 3;
        windowNanos = shrunk < LEAST_NANOS ? 0 : shrunk;
    }
}
