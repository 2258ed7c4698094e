package dev.statecraft.access;

/**
 * A token bucket told by one number: the moment at which it is full again. This is the generic cell rate algorithm of
 * ITU-T I.371 in its virtual scheduling form, which needs neither a count nor a timer.
 *
 * @param perSecond tokens that come back a second, at least 1
 * @param burst tokens that a full bucket holds, at least 1
 */
record TokenBucket(int perSecond, int burst) {

    private static final long MICROS = 1_000_000;

    TokenBucket {
        if (perSecond < 1 || burst < 1) {
            throw new IllegalArgumentException("A bucket gives at least one token a second and holds at least one");
        }
    }

    /** How many tokens there are, when the bucket is full again at a moment; all moments in microseconds. */
    int tokens(long fullAt, long now) {
        long missing = Math.max(0, fullAt - now) * perSecond;
        return (int) Math.max(0, burst - (missing + MICROS - 1) / MICROS);
    }

    /** When the bucket is full again after tokens were taken. */
    long take(long fullAt, long now, int count) {
        return Math.max(fullAt, now) + cost(count);
    }

    /** The latest moment at which the bucket may be full again for so many tokens to be in it. */
    long latest(long now, int count) {
        return now + cost(burst) - cost(count);
    }

    /** How long it takes until there are so many tokens, 0 if there are. */
    long waitMicros(long fullAt, long now, int count) {
        return Math.max(0, fullAt - latest(now, count));
    }

    /** How long so many tokens take to come back, rounded up so that the rate is never exceeded. */
    long cost(int count) {
        return (count * MICROS + perSecond - 1) / perSecond;
    }
}
