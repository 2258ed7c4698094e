package dev.statecraft.table;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/** Waits between tries: exponentially longer, with jitter, so that those who collided do not collide again. */
public final class Backoff {

    private static final int MOST_DOUBLINGS = 6;

    private Backoff() {}

    /**
     * Waits before a try: not at all before the first, then up to {@code firstMillis}, doubling up to 64 times as much.
     *
     * @param attempt the number of the try, from 0
     */
    public static void pauseBefore(int attempt, long firstMillis) {
        if (attempt > 0) {
            long most = (firstMillis * 1_000_000L) << Math.min(attempt - 1, MOST_DOUBLINGS);
            LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(most / 2, most));
        }
    }
}
