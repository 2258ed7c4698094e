package dev.statecraft.leaderboard.settings;

/**
 * A score and its subscore in the board's smallest units. For example, a board with two decimals stores 12.5 as 1250.
 * Scores are compared as pairs.
 *
 * @param value within ±{@link #LIMIT}
 * @param subscore within ±{@link #LIMIT}; 0 if none was submitted
 */
public record Score(long value, long subscore) implements Comparable<Score> {

    /** The largest magnitude, 2^53−1. Every JSON client represents integers up to this limit exactly. */
    public static final long LIMIT = (1L << 53) - 1;

    /** A score and a subscore of 0. */
    public static final Score ZERO = new Score(0, 0);

    /**
     * Creates a score. Callers check the range with {@link #inRange} first.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public Score {
        if (!inRange(value) || !inRange(subscore)) {
            throw new IllegalArgumentException("score out of range: " + value + ", " + subscore);
        }
    }

    /** Whether a value is within ±{@link #LIMIT}. */
    public static boolean inRange(long value) {
        return value >= -LIMIT && value <= LIMIT;
    }

    @Override
    public int compareTo(Score other) {
        int byValue = Long.compare(value, other.value);
        return byValue != 0 ? byValue : Long.compare(subscore, other.subscore);
    }
}
