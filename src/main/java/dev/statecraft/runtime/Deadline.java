package dev.statecraft.runtime;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The end of a span of elapsed time. Changes of the time of day do not move it. */
public final class Deadline {

    private final Ticker ticker;
    private final long atNanos;

    private Deadline(Ticker ticker, long atNanos) {
        this.ticker = ticker;
        this.atNanos = atNanos;
    }

    /** The deadline after a duration from now. */
    public static Deadline in(Ticker ticker, Duration duration) {
        return new Deadline(ticker, ticker.nanos() + duration.toNanos());
    }

    /** The deadline after a number of milliseconds from now. */
    public static Deadline inMillis(Ticker ticker, long millis) {
        return in(ticker, Duration.ofMillis(millis));
    }

    /** Whether the deadline has passed. */
    public boolean passed() {
        return nanosLeft() <= 0;
    }

    /** Nanoseconds until the deadline; negative after it. */
    public long nanosLeft() {
        return atNanos - ticker.nanos();
    }

    /** Milliseconds until the deadline, rounded towards zero; negative after it. */
    public long millisLeft() {
        return TimeUnit.NANOSECONDS.toMillis(nanosLeft());
    }

    /** Waits until the deadline. An interrupted thread waits as well, without pauses. */
    public void await() {
        for (long left = nanosLeft(); left > 0; left = nanosLeft()) {
            ticker.sleep(left);
        }
    }
}
