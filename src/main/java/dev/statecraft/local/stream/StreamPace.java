package dev.statecraft.local.stream;

import java.time.Duration;

/**
 * Intervals of a {@link StreamPump}.
 *
 * @param poll wait before the next read of a stream that had no new records
 * @param longestPoll the wait doubles with each consecutive read without records up to this bound
 * @param firstBackOff wait after the first of several consecutive failures; doubles with each further failure
 * @param longestBackOff upper bound of the wait after a failure
 */
public record StreamPace(Duration poll, Duration longestPoll, Duration firstBackOff, Duration longestBackOff) {

    /** Waits between 100 ms and 10 s after failures. */
    public static StreamPace polling(Duration poll, Duration longestPoll) {
        return polling(poll, longestPoll, Duration.ofSeconds(10));
    }

    /** Waits between 100 ms and {@code longestBackOff} after failures. */
    public static StreamPace polling(Duration poll, Duration longestPoll, Duration longestBackOff) {
        return new StreamPace(poll, longestPoll, Duration.ofMillis(100), longestBackOff);
    }

    /** Returns the wait after a wait that ended without records. */
    Duration longer(Duration wait) {
        Duration twice = wait.multipliedBy(2);
        return twice.compareTo(longestPoll) < 0 ? twice : longestPoll;
    }
}
