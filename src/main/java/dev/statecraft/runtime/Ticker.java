package dev.statecraft.runtime;

import java.util.concurrent.locks.LockSupport;

/** Monotonic time of this process, for durations, and pauses. The time of day comes from a {@link java.time.Clock}. */
public interface Ticker {

    /** Nanoseconds since an arbitrary start; only differences have a meaning. */
    long nanos();

    /** Pauses the calling thread for about {@code nanos} nanoseconds; returns early if the thread is interrupted. */
    void sleep(long nanos);

    /** The ticker of the JVM. */
    static Ticker system() {
        return new Ticker() {
            @Override
            public long nanos() {
                return System.nanoTime();
            }

            @Override
            public void sleep(long nanos) {
                LockSupport.parkNanos(nanos);
            }
        };
    }
}
