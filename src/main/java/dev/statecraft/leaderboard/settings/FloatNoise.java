package dev.statecraft.leaderboard.settings;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Removes from a decimal what binary floating-point arithmetic leaves behind: a client that adds 0.1 and 0.2 sends
 * 0.30000000000000004. Digits that somebody means are kept, so that they can be refused.
 */
final class FloatNoise {

    /** The most that counts as noise: a millionth of the smallest unit, 10^-6 units. */
    private static final int MILLIONTH = 6;

    private FloatNoise() {}

    /**
     * The value rounded half-even to {@code decimals} digits after the point if that changes it by at most a millionth of
     * the last digit; otherwise the value as it is.
     */
    static BigDecimal rounded(BigDecimal value, int decimals) {
        // What no double holds was not computed with doubles.
        if (value.scale() <= decimals || (value.signum() != 0 && value.doubleValue() == 0)) {
            return value;
        }
        // Smaller than any noise that counts; rounding it would cost as much as its exponent is long.
        if (value.precision() - (long) value.scale() < -(decimals + MILLIONTH)) {
            return BigDecimal.ZERO;
        }
        BigDecimal rounded = value.setScale(decimals, RoundingMode.HALF_EVEN);
        BigDecimal noise = value.subtract(rounded).abs();
        return noise.compareTo(BigDecimal.ONE.movePointLeft(decimals + MILLIONTH)) <= 0 ? rounded : value;
    }
}
