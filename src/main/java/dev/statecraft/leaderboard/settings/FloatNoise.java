package dev.statecraft.leaderboard.settings;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Removes the noise of binary floating-point arithmetic from a decimal. For example, a client that adds 0.1 and 0.2 sends
 * 0.30000000000000004. Intended digits are kept, so that callers can reject them.
 */
final class FloatNoise {

    /** Maximum noise as a power of ten: 10^-6 smallest units. */
    private static final int NOISE_EXPONENT = 6;

    private FloatNoise() {}

    /**
     * Rounds a value half-even to {@code decimals} digits after the decimal point if this changes the value by at most a
     * millionth of the last digit. Otherwise returns the value unchanged.
     */
    static BigDecimal rounded(BigDecimal value, int decimals) {
        // A value that a double cannot represent was not computed with doubles.
        if (value.scale() <= decimals || (value.signum() != 0 && value.doubleValue() == 0)) {
            return value;
        }
        // Far below the maximum noise. Rounding would cost time in proportion to the exponent.
        if (value.precision() - (long) value.scale() < -(decimals + NOISE_EXPONENT)) {
            return BigDecimal.ZERO;
        }
        BigDecimal rounded = value.setScale(decimals, RoundingMode.HALF_EVEN);
        BigDecimal noise = value.subtract(rounded).abs();
        return noise.compareTo(BigDecimal.ONE.movePointLeft(decimals + NOISE_EXPONENT)) <= 0 ? rounded : value;
    }
}
