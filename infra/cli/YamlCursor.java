import java.util.Arrays;
import java.util.stream.IntStream;

/** The position in a text that {@link Yaml} reads. */
final class YamlCursor {

    private static final int MAX_DEPTH = 100;

    final String text;
    int at;

    private final int[] starts;
    private int depth;

    YamlCursor(String text) {
        this.text = text;
        starts = IntStream.concat(
                        IntStream.of(0),
                        IntStream.range(0, text.length())
                                .filter(i -> text.charAt(i) == '\n')
                                .map(i -> i + 1))
                .toArray();
    }

    /** Enters a collection; {@link #leave} ends it. */
    void enter() {
        if (++depth > MAX_DEPTH) {
            throw malformed("the document is nested too deeply");
        }
    }

    void leave() {
        depth--;
    }

    /** Whether the text continues with a document marker. */
    boolean isMarker(String marker) {
        return text.startsWith(marker, at) && (at + 3 == text.length() || " \t\n".indexOf(text.charAt(at + 3)) >= 0);
    }

    /** Moves to the start of the next line. */
    void skipLine() {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end + 1;
    }

    /** Skips spaces and a comment, and moves to the start of the next line. Anything else is an error. */
    void endOfLine(String otherwise) {
        int before = at;
        skipBlanks();
        if (at < text.length() && peek() != '\n' && !(peek() == '#' && at > before)) {
            throw malformed(otherwise);
        }
        skipLine();
    }

    /** Moves to the next character that is no space or tab. */
    void skipBlanks() {
        while (at < text.length() && (peek() == ' ' || peek() == '\t')) {
            at++;
        }
    }

    /** The next character. */
    char peek() {
        return text.charAt(at);
    }

    /** The number of characters before the position in its line. */
    int column() {
        return at - starts[lineAt(at) - 1];
    }

    /** The number of the line of a position, from 1. */
    int lineAt(int position) {
        int found = Arrays.binarySearch(starts, position);
        return found < 0 ? -found - 1 : found + 1;
    }

    /** An error at this line. */
    Yaml.Malformed malformed(String message) {
        return new Yaml.Malformed(lineAt(at), message);
    }
}
