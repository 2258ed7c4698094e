package dev.statecraft.table;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/** Exponential backoff with jitter: colliding callers do not retry at the same time. */
public final class Backoff {

    private static final int MAX_DOUBLINGS = 6;

    private Backoff() {}

    /**
     * Waits before an attempt. The first attempt does not wait. The wait before the second is at maxNanos {@code
     * firstMillis}; the upper bound doubles with each attempt up to 64 times that, and the lower bound is half of it.
     *
     * @param attempt number of the attempt, from 0
     */
    public static void pauseBefore(int attempt, long firstMillis) {
        if (attempt > 0) {
            long maxNanos = (firstMillis * 1_000_000L) << Math.min(attempt - 1, MAX_DOUBLINGS);
            LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(maxNanos / 2, maxNanos));
        }
    }
}
