package dev.statecraft.leaderboard.settings;

import org.jspecify.annotations.Nullable;

/** The limit of {@link Bounds} that a submission violates. The constants are in the order of the checks. */
public enum Bound {
    /** The score is below the lowest plausible one. */
    MIN(1),
    /** The score is above the highest plausible one. */
    MAX(2),
    /** One submission improved the score by more than {@code maxIncrease}. */
    MAX_INCREASE(3),
    /** The player submitted more often within a minute than {@code perMinute}. */
    PER_MINUTE(4),
    /** The player's first score is within the best {@code firstPercentile} percent. */
    FIRST_PERCENTILE(5);

    private final int code;

    Bound(int code) {
        this.code = code;
    }

    /** The number that represents this limit in storage, from 1. */
    public int code() {
        return code;
    }

    /** The limit with a stored number; null if there is none, such as for 0. */
    public static @Nullable Bound of(int code) {
        for (Bound bound : values()) {
            if (bound.code == code) {
                return bound;
            }
        }
        return null;
    }
}
