package dev.statecraft.leaderboard.settings;

import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks of single fields in requests about boards. Each returns the value to keep, or throws a
 * {@link ProblemException} with status 400 that names the field.
 */
public final class SettingFields {

    /** What settings that are no integers are kept with. */
    static final int MOST_DECIMALS = 9;

    /** Settings are free of floating-point noise to so many digits: a noise of 10^-12 is less than any setting means. */
    static final int NOISE_DECIMALS = 6;

    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

    private SettingFields() {}

    /** A text of a request, if it is not too long. */
    public static String text(String field, @Nullable String text, String otherwise, LeaderboardConfig config) {
        if (text == null) {
            return otherwise;
        }
        if (text.length() > config.descriptionLength()) {
            throw new ProblemException(
                    Problem.badRequest(field, "A text has at most " + config.descriptionLength() + " characters."));
        }
        return text;
    }

    /** Refuses a list with more values than a number. */
    static void atMost(String field, List<?> values, int most) {
        if (values.size() > most) {
            throw new ProblemException(Problem.badRequest(field, "Give at most " + most + "."));
        }
    }

    /** A percentage above 0 and at most 100, as {@link #exact} gives it; null if none is given. */
    static @Nullable BigDecimal percentile(String field, @Nullable BigDecimal given) {
        BigDecimal percentile = exact(field, given, NOISE_DECIMALS);
        if (percentile != null && (percentile.signum() <= 0 || percentile.compareTo(HUNDRED) > 0)) {
            throw new ProblemException(Problem.badRequest(field, "A percentile must be greater than 0 and at most 100."));
        }
        return percentile;
    }

    /**
     * The value without the noise that {@link FloatNoise} finds at so many digits, and without trailing zeros, so that
     * equal numbers make equal settings.
     */
    static @Nullable BigDecimal exact(String field, @Nullable BigDecimal value, int digits) {
        if (value == null) {
            return null;
        }
        BigDecimal exact = FloatNoise.rounded(value, digits).stripTrailingZeros();
        if (exact.scale() > MOST_DECIMALS) {
            throw new ProblemException(
                    Problem.badRequest(field, "Give at most " + MOST_DECIMALS + " digits after the point."));
        }
        return exact.scale() < 0 ? exact.setScale(0) : exact;
    }

    /** A rank that is not below the least one; the least one if none is given. */
    static long range(String field, @Nullable Long rank, long least) {
        if (rank != null && (rank < least || rank > Score.LIMIT)) {
            throw new ProblemException(Problem.badRequest(field, "Give a rank of at least " + least + "."));
        }
        return rank == null ? least : rank;
    }

    /** The value of a field that must be given. */
    static <T> T required(String field, @Nullable T value) {
        if (value == null) {
            throw new ProblemException(Problem.badRequest(field, "The field " + field + " is missing."));
        }
        return value;
    }

    /** An integer within bounds, both included; another value if none is given. */
    static int within(String field, @Nullable Integer value, int otherwise, int min, int max) {
        if (value == null) {
            return otherwise;
        }
        if (value < min || value > max) {
            throw new ProblemException(
                    Problem.badRequest(field, field + " is an integer from " + min + " to " + max + "."));
        }
        return value;
    }
}
