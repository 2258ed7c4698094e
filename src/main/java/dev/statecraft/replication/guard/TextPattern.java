package dev.statecraft.replication.guard;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Optional;

/**
 * A regular expression in the syntax of RE2, which is searched for in linear time. A compiled pattern is safe for
 * concurrent use.
 */
public final class TextPattern {

    /** Maximum length of a pattern, in characters. */
    static final int MAX_LENGTH = 256;

    /** Maximum product of the repetition counts of a pattern: each repetition is a copy in the compiled pattern. */
    static final int MAX_REPETITIONS = 1_000;

    private static final java.util.regex.Pattern REPETITION =
            java.util.regex.Pattern.compile("\\{([0-9]{1,9})(?:,([0-9]{0,9}))?}");

    private final Pattern pattern;

    private TextPattern(Pattern pattern) {
        this.pattern = pattern;
    }

    /** Result of compiling a pattern. Variants are listed in order of precedence. */
    public sealed interface Compilation {}

    /** The pattern exceeds a limit or is not valid RE2. */
    public record Invalid(String reason) implements Compilation {}

    /** The pattern was compiled. */
    public record Compiled(TextPattern pattern) implements Compilation {}

    /** Describes the limit that a pattern exceeds; empty if it can be compiled in bounded memory. */
    public static Optional<String> exceeded(String pattern) {
        if (pattern.length() > MAX_LENGTH) {
            return Optional.of("a pattern has at most " + MAX_LENGTH + " characters");
        }
        return repetitions(pattern) > MAX_REPETITIONS
                ? Optional.of("a pattern repeats at most " + MAX_REPETITIONS + " times, nested ones multiplied")
                : Optional.empty();
    }

    /** An upper bound of how often a part of a pattern is repeated: all counted repetitions multiplied. */
    public static long repetitions(String pattern) {
        long product = 1;
        var counts = REPETITION.matcher(pattern);
        while (counts.find() && product <= MAX_REPETITIONS) {
            String most = counts.group(2);
            long least = Long.parseLong(counts.group(1));
            product *= Math.max(1, most == null || most.isEmpty() ? least : Math.max(least, Long.parseLong(most)));
        }
        return product;
    }

    /** Compiles a pattern. */
    public static Compilation compile(String pattern) {
        Optional<String> exceeded = exceeded(pattern);
        if (exceeded.isPresent()) {
            return new Invalid(exceeded.get());
        }
        try {
            return new Compiled(new TextPattern(Pattern.compile(pattern)));
        } catch (PatternSyntaxException e) {
            return new Invalid("the pattern is not valid RE2: " + e.getDescription());
        }
    }

    /** The number of instructions of the compiled pattern. A search costs at most as many steps per code point. */
    int size() {
        return pattern.programSize();
    }

    /** Whether the pattern matches a part of a text. */
    public boolean isIn(String text) {
        return pattern.matcher(text).find();
    }
}
