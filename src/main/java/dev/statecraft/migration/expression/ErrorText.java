package dev.statecraft.migration.expression;

/** Text of an error that is stored, answered and logged: of bounded length, and always valid Unicode. */
public final class ErrorText {

    /** Longest text, in characters: one sentence. */
    static final int MAX_LENGTH = 500;

    private static final String CUT = "…";

    private ErrorText() {}

    /** The text with at most {@value #MAX_LENGTH} characters; halves of surrogate pairs become U+FFFD. */
    public static String bounded(String text) {
        return bounded(text, MAX_LENGTH);
    }

    /** The text with at most that many characters; halves of surrogate pairs become U+FFFD. */
    public static String bounded(String text, int maxLength) {
        int length = Math.min(text.length(), maxLength);
        if (length < text.length()) {
            length -= CUT.length();
            if (Character.isHighSurrogate(text.charAt(length - 1))) {
                length--;
            }
        }
        StringBuilder valid = new StringBuilder(length + 1);
        text.substring(0, length)
                .codePoints()
                .forEach(point -> valid.appendCodePoint(isSurrogate(point) ? '\ufffd' : point));
        return length < text.length() ? valid.append(CUT).toString() : valid.toString();
    }

    /** Whether UTF-8 can carry a text: whether it has no half of a surrogate pair. */
    public static boolean isValid(String text) {
        return text.codePoints().noneMatch(ErrorText::isSurrogate);
    }

    private static boolean isSurrogate(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }
}
