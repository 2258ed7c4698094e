package dev.statecraft.migration.definition;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A semantic version (semver.org 2.0.0), ordered by precedence: major, minor and patch as numbers, then a release after
 * its pre-releases, then pre-releases identifier by identifier. Build metadata is rejected: it has no precedence, so
 * two migrations that differ only in build metadata would have no order.
 *
 * @param core major, minor and patch, digits without leading zeros
 * @param preRelease the identifiers after the hyphen; empty for a release
 */
public record SemanticVersion(List<String> core, List<String> preRelease) implements Comparable<SemanticVersion> {

    /** Maximum length of a version, in characters. */
    public static final int MAX_LENGTH = 64;

    /** Version 0.0.0, which is lower than every version that can be registered. */
    public static final SemanticVersion NONE = new SemanticVersion(List.of("0", "0", "0"), List.of());

    private static final String NUMBER = "(?:0|[1-9][0-9]*)";
    private static final String IDENTIFIER = "(?:" + NUMBER + "|[0-9]*[A-Za-z-][0-9A-Za-z-]*)";
    private static final Pattern VERSION = Pattern.compile("(" + NUMBER + ")\\.(" + NUMBER + ")\\.(" + NUMBER + ")(?:-("
            + IDENTIFIER + "(?:\\." + IDENTIFIER + ")*))?");
    private static final Pattern DIGITS = Pattern.compile("[0-9]+");

    /** Compares numbers of any length: a longer one is greater, because neither has leading zeros. */
    private static final Comparator<String> NUMERIC =
            Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder());

    /** Copies the parts. */
    public SemanticVersion {
        core = List.copyOf(core);
        preRelease = List.copyOf(preRelease);
    }

    /**
     * Parses a version; empty if the text is not a version, has build metadata or is longer than {@value #MAX_LENGTH}.
     */
    public static Optional<SemanticVersion> parse(String text) {
        Matcher matcher = VERSION.matcher(text);
        if (text.length() > MAX_LENGTH || !matcher.matches()) {
            return Optional.empty();
        }
        String preRelease = matcher.group(4);
        return Optional.of(new SemanticVersion(
                List.of(matcher.group(1), matcher.group(2), matcher.group(3)),
                preRelease == null ? List.of() : List.of(preRelease.split("\\.", -1))));
    }

    /** Parses a version that was validated before; throws an exception if it is invalid. */
    public static SemanticVersion of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("not a version: " + text));
    }

    @Override
    public int compareTo(SemanticVersion other) {
        for (int i = 0; i < core.size(); i++) {
            int order = NUMERIC.compare(core.get(i), other.core.get(i));
            if (order != 0) {
                return order;
            }
        }
        if (preRelease.isEmpty() || other.preRelease.isEmpty()) {
            return Boolean.compare(preRelease.isEmpty(), other.preRelease.isEmpty());
        }
        int common = Math.min(preRelease.size(), other.preRelease.size());
        for (int i = 0; i < common; i++) {
            int order = compareIdentifiers(preRelease.get(i), other.preRelease.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(preRelease.size(), other.preRelease.size());
    }

    private static int compareIdentifiers(String a, String b) {
        boolean numericA = DIGITS.matcher(a).matches();
        boolean numericB = DIGITS.matcher(b).matches();
        if (numericA && numericB) {
            return NUMERIC.compare(a, b);
        }
        // Numeric identifiers are lower than alphanumeric ones.
        return numericA == numericB ? a.compareTo(b) : Boolean.compare(numericB, numericA);
    }

    @Override
    public String toString() {
        String text = String.join(".", core);
        return preRelease.isEmpty() ? text : text + "-" + String.join(".", preRelease);
    }
}
