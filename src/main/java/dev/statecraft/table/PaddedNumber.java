package dev.statecraft.table;

/** Decimal numbers with leading zeros, so that sort keys are in the order of their numbers. */
public final class PaddedNumber {

    private PaddedNumber() {}

    /**
     * Returns a number with at least {@code digits} characters, which include the sign of a negative number. A larger
     * number is not shortened. Much cheaper than {@link String#format}, and every commit needs one.
     */
    public static String of(long number, int digits) {
        String text = Long.toString(number);
        int missing = digits - text.length();
        if (missing <= 0) {
            return text;
        }
        return number < 0 ? "-" + "0".repeat(missing) + text.substring(1) : "0".repeat(missing) + text;
    }
}
