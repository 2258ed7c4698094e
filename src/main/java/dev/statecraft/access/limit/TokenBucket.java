package dev.statecraft.access.limit;

/**
 * A token bucket whose state is one number: the time at which the bucket is full again. This is the generic cell rate
 * algorithm of ITU-T I.371 in its virtual scheduling form, which needs neither a count nor a timer. All times are in
 * microseconds.
 *
 * @param perSecond tokens refilled per second, at least 1
 * @param burst capacity of the bucket in tokens, at least 1
 */
record TokenBucket(int perSecond, int burst) {

    private static final long MICROS = 1_000_000;

    TokenBucket {
        if (perSecond < 1 || burst < 1) {
            throw new IllegalArgumentException("A token bucket needs a rate and a capacity of at least 1");
        }
    }

    /** Number of available tokens. */
    int tokens(long fullAt, long now) {
        long missing = Math.max(0, fullAt - now) * perSecond;
        return (int) Math.max(0, burst - (missing + MICROS - 1) / MICROS);
    }

    /** The time at which the bucket is full again after tokens are taken. */
    long take(long fullAt, long now, int count) {
        return Math.max(fullAt, now) + cost(count);
    }

    /** The latest value of {@code fullAt} at which the bucket has {@code count} tokens. */
    long latest(long now, int count) {
        return now + cost(burst) - cost(count);
    }

    /** Time until the bucket has {@code count} tokens; 0 if it has them. */
    long waitMicros(long fullAt, long now, int count) {
        return Math.max(0, fullAt - latest(now, count));
    }

    /** Time to refill {@code count} tokens, rounded up so that the rate is never exceeded. */
    long cost(int count) {
        return (count * MICROS + perSecond - 1) / perSecond;
    }
}
