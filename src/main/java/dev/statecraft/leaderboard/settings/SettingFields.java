package dev.statecraft.leaderboard.settings;

import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Validates single fields of board requests. Each method returns the value to store, or throws a
 * {@link ProblemException} with status 400 that names the field.
 */
public final class SettingFields {

    /** Maximum digits after the decimal point of decimal settings. */
    static final int MAX_DECIMALS = 9;

    /** Digits after the decimal point to which {@link FloatNoise} rounds decimal settings. */
    static final int NOISE_DECIMALS = 6;

    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

    private SettingFields() {}

    /** Returns a text of at most {@code description-length} characters; the default for null. */
    public static String text(String field, @Nullable String text, String defaultText, LeaderboardConfig config) {
        if (text == null) {
            return defaultText;
        }
        if (text.length() > config.descriptionLength()) {
            throw new ProblemException(
                    Problem.badRequest(field, "A text has at most " + config.descriptionLength() + " characters."));
        }
        return text;
    }

    /** Rejects a list with more than {@code max} values. */
    static void atMost(String field, List<?> values, int max) {
        if (values.size() > max) {
            throw new ProblemException(Problem.badRequest(field, "Give at most " + max + "."));
        }
    }

    /** Returns a percentage above 0 and at most 100, normalized as by {@link #exact}; null for null. */
    static @Nullable BigDecimal percentile(String field, @Nullable BigDecimal given) {
        BigDecimal percentile = exact(field, given, NOISE_DECIMALS);
        if (percentile != null && (percentile.signum() <= 0 || percentile.compareTo(HUNDRED) > 0)) {
            throw new ProblemException(
                    Problem.badRequest(field, "A percentile must be greater than 0 and at most 100."));
        }
        return percentile;
    }

    /**
     * Returns the value without floating-point noise and without trailing zeros, so that equal numbers are equal settings.
     * Null for null.
     *
     * @param digits digits after the decimal point to which {@link FloatNoise} rounds
     */
    static @Nullable BigDecimal exact(String field, @Nullable BigDecimal value, int digits) {
        if (value == null) {
            return null;
        }
        BigDecimal exact = FloatNoise.rounded(value, digits).stripTrailingZeros();
        if (exact.scale() > MAX_DECIMALS) {
            throw new ProblemException(
                    Problem.badRequest(field, "Give at most " + MAX_DECIMALS + " digits after the point."));
        }
        return exact.scale() < 0 ? exact.setScale(0) : exact;
    }

    /** Returns a rank of at least {@code min}; {@code min} for null. */
    static long range(String field, @Nullable Long rank, long min) {
        if (rank != null && (rank < min || rank > Score.LIMIT)) {
            throw new ProblemException(Problem.badRequest(field, "Give a rank of at least " + min + "."));
        }
        return rank == null ? min : rank;
    }

    /** Returns the value of a required field. */
    static <T> T required(String field, @Nullable T value) {
        if (value == null) {
            throw new ProblemException(Problem.badRequest(field, "The field " + field + " is missing."));
        }
        return value;
    }

    /** Returns an integer from {@code min} to {@code max}; the default for null. */
    static int within(String field, @Nullable Integer value, int defaultValue, int min, int max) {
        if (value == null) {
            return defaultValue;
        }
        if (value < min || value > max) {
            throw new ProblemException(
                    Problem.badRequest(field, field + " is an integer from " + min + " to " + max + "."));
        }
        return value;
    }
}
