package dev.statecraft.testing.history;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What a checker found wrong with a history.
 *
 * @param rule the violated rule, a constant of the checker's enum
 * @param detail the operations or records that violate it
 */
public record Violation(Enum<?> rule, String detail) {

    private static final int SHOWN = 10;

    /**
     * Fails unless there are no violations.
     *
     * @param context names the run, for example its seed
     * @throws AssertionError with the context and the first violations
     */
    public static void requireNone(List<Violation> violations, String context) {
        if (!violations.isEmpty()) {
            throw new AssertionError(context + ": " + violations.size() + " violations\n"
                    + violations.stream().limit(SHOWN).map(Violation::toString).collect(Collectors.joining("\n")));
        }
    }

    @Override
    public String toString() {
        return rule + ": " + detail;
    }
}
