package dev.statecraft.leaderboard.settings;

/**
 * A score and its subscore in the board's smallest units (a board with two decimals keeps 12.5 as 1250), compared as a
 * pair.
 *
 * @param value within ±{@link #LIMIT}
 * @param subscore within ±{@link #LIMIT}; 0 where none was given
 */
public record Score(long value, long subscore) implements Comparable<Score> {

    /** The largest magnitude, 2^53−1: what every JSON client can hold exactly. */
    public static final long LIMIT = (1L << 53) - 1;

    /** Nothing scored yet. */
    public static final Score ZERO = new Score(0, 0);

    /** Refuses what is out of range: callers check with {@link #inRange} first. */
    public Score {
        if (!inRange(value) || !inRange(subscore)) {
            throw new IllegalArgumentException("score out of range: " + value + ", " + subscore);
        }
    }

    /** Whether a value can be kept. */
    public static boolean inRange(long value) {
        return value >= -LIMIT && value <= LIMIT;
    }

    @Override
    public int compareTo(Score other) {
        int byValue = Long.compare(value, other.value);
        return byValue != 0 ? byValue : Long.compare(subscore, other.subscore);
    }
}
