package dev.statecraft.local.stream;

import java.time.Duration;

/**
 * Intervals of a {@link StreamPump}.
 *
 * @param poll wait before the next read of a stream that had no new records
 * @param firstBackOff wait after the first of several consecutive failures; doubles with each further failure
 * @param longestBackOff upper bound of the wait after a failure
 */
public record StreamPace(Duration poll, Duration firstBackOff, Duration longestBackOff) {

    /** Polls at the given interval and waits between 100 ms and 10 s after failures. */
    public static StreamPace polling(Duration poll) {
        return new StreamPace(poll, Duration.ofMillis(100), Duration.ofSeconds(10));
    }
}
