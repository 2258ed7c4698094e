package dev.statecraft.http.json;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * The text of numbers in requests. JSON has one number type, and encoders write doubles differently: {@code 1}, {@code
 * 1.0}, {@code 1e0} and {@code 10e-1} are the same number. Whole numbers are always read as integers, so a field that
 * accepts an integer accepts each of these forms.
 */
final class NumberSpelling {

    /** The largest integer that a double represents exactly together with its neighbours: 2^53−1. */
    private static final BigDecimal MAX_NUMBER = BigDecimal.valueOf((1L << 53) - 1);

    private static final int MAX_INTEGER_DIGITS = 16;

    /** Enough for the smallest double; a smaller exponent would be written back with very many digits. */
    private static final int MAX_DECIMAL_PLACES = 400;

    /** Maximum length that a parser must accept: a small number without exponent has a zero per decimal place. */
    static final int MAX_WRITTEN_LENGTH = MAX_DECIMAL_PLACES + JsonLimits.MAX_NUMBER_LENGTH;

    private static final String OUT_OF_RANGE = "Numbers lie between -9007199254740991 and 9007199254740991 (2^53-1).";

    private static final String TOO_LONG = "A number has at most " + JsonLimits.MAX_NUMBER_LENGTH
            + " characters, counted from its first nonzero digit.";

    private static final String TOO_SMALL =
            "A number has at most " + MAX_DECIMAL_PLACES + " digits after the point. Write a smaller number as 0.";

    private NumberSpelling() {}

    /** A number of a request: the reason for its rejection, or null and the text to bind. */
    record Spelled(@Nullable String rejection, String plain) {}

    /** Validates the text of a JSON number and normalizes whole numbers. */
    static Spelled read(String text) {
        int zeros = leadingZeros(text);
        if (zeros > MAX_DECIMAL_PLACES) {
            return new Spelled(TOO_SMALL, text);
        }
        if (text.length() - zeros > JsonLimits.MAX_NUMBER_LENGTH) {
            return new Spelled(TOO_LONG, text);
        }
        BigDecimal number;
        try {
            number = new BigDecimal(text);
        } catch (NumberFormatException e) {
            // The exponent is beyond the range of an int.
            return new Spelled(text.contains("e-") || text.contains("E-") ? TOO_SMALL : OUT_OF_RANGE, text);
        }
        if (number.signum() == 0) {
            return new Spelled(null, isInteger(text) ? text : "0");
        }
        // The number of digits before the point is computed, because 1e999999999 has too many to write.
        long integerDigits = (long) number.precision() - number.scale();
        if (integerDigits > MAX_INTEGER_DIGITS || number.abs().compareTo(MAX_NUMBER) > 0) {
            return new Spelled(OUT_OF_RANGE, text);
        }
        if (number.scale() > MAX_DECIMAL_PLACES) {
            return new Spelled(TOO_SMALL, text);
        }
        if (isInteger(text)) {
            return new Spelled(null, text);
        }
        BigDecimal stripped = number.stripTrailingZeros();
        return new Spelled(null, stripped.scale() <= 0 ? stripped.toPlainString() : text);
    }

    private static boolean isInteger(String text) {
        return text.indexOf('.') < 0 && text.indexOf('e') < 0 && text.indexOf('E') < 0;
    }

    /** Number of zeros between the point and the first other digit of a number below 1; 0 for other numbers. */
    private static int leadingZeros(String text) {
        int point = text.startsWith("-") ? 2 : 1;
        if (!text.startsWith("0.", point - 1)) {
            return 0;
        }
        int at = point + 1;
        while (at < text.length() && text.charAt(at) == '0') {
            at++;
        }
        return at - point - 1;
    }
}
