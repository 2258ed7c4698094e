package dev.statecraft.leaderboard.settings;

import org.jspecify.annotations.Nullable;

/** Which of its {@link Bounds} a submission is outside of; in the order in which they are asked. */
public enum Bound {
    /** The score is below the lowest plausible one. */
    MIN(1),
    /** The score is above the highest plausible one. */
    MAX(2),
    /** The score became better by more than is plausible at once. */
    MAX_INCREASE(3),
    /** The player submitted more often within a minute than is plausible. */
    PER_MINUTE(4),
    /** A first score among the very best. */
    FIRST_PERCENTILE(5);

    private final int code;

    Bound(int code) {
        this.code = code;
    }

    /** The number it is stored as, 1 to 7. */
    public int code() {
        return code;
    }

    /** The bound with a number, null for 0. */
    public static @Nullable Bound of(int code) {
        for (Bound bound : values()) {
            if (bound.code == code) {
                return bound;
            }
        }
        return null;
    }
}
