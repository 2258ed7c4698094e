package dev.statecraft.testing.console;

import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/** Counts the tests of one class. */
final class ClassTally {

    private final String className;
    private final long startedMillis;
    private final Set<String> reasons = new LinkedHashSet<>();
    private int tests;
    private int failed;
    private int skipped;

    ClassTally(String className, long startedMillis) {
        this.className = className;
        this.startedMillis = startedMillis;
    }

    void ran() {
        tests++;
    }

    void failed() {
        failed++;
    }

    /** Tests that did not run, for a reason that the console shows. */
    void skipped(long count, String reason) {
        tests += (int) count;
        skipped += (int) count;
        reasons.add(reason.lines().findFirst().orElse("").strip());
    }

    /** Whether the class shares its line of the console with others: it took less than a second and all is well. */
    boolean isBrief(long nowMillis) {
        return nowMillis - startedMillis < 1_000 && failed == 0 && skipped == 0;
    }

    int tests() {
        return tests;
    }

    String simpleName() {
        return className.substring(className.lastIndexOf('.') + 1);
    }

    /** The line of the console for this class alone. */
    String line(long nowMillis) {
        StringBuilder line = new StringBuilder(String.format(
                Locale.ROOT, "%6.1f s %5d tests  %s", (nowMillis - startedMillis) / 1000.0, tests, className));
        if (failed > 0) {
            line.append("  FAILED ").append(failed);
        }
        if (skipped > 0) {
            line.append("  skipped ").append(skipped).append(": ").append(String.join("; ", reasons));
        }
        return line.toString();
    }

    /** The line of the file that {@link BuildTimes} reads. */
    BuildTimes.ClassTime time(String phase, long nowMillis) {
        return new BuildTimes.ClassTime(phase, className, tests, startedMillis, nowMillis);
    }
}
