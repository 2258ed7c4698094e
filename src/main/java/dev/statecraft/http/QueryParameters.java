package dev.statecraft.http;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Parses query parameters. Resources declare them as text and parse them here, because JAX-RS responds to an invalid
 * number with 404. All methods throw a {@link ProblemException} with status 400 and the name of the parameter.
 */
public final class QueryParameters {

    public static final int DEFAULT_LIMIT = 100;
    public static final int MAX_LIMIT = 1_000;

    /** The largest integer that every JSON parser reads exactly, 2^53−1. */
    public static final long MAX_INTEGER = (1L << 53) - 1;

    /**
     * All query parameters of the API. The HTTP server ignores the case of parameter names. A filter that authorizes by
     * a parameter must reject all other spellings of its name.
     */
    public static final Set<String> NAMES = Set.of(
            "around",
            "boards",
            "buckets",
            "count",
            "cursor",
            "exact",
            "fence",
            "fresh",
            "game",
            "lease",
            "limit",
            "offset",
            "order",
            "part",
            "percentile",
            "playerId",
            "players",
            "rank",
            "schemaVersion",
            "season",
            "since",
            "space",
            "status",
            "subscore",
            "type",
            "value",
            "version",
            "waitMillis");

    /** An integer. Languages that have only doubles may write 10 as 10.0. */
    private static final Pattern INTEGER = Pattern.compile("(-?[0-9]{1,18})(\\.0{1,18})?");

    /** A JSON number. Some languages write small and large doubles as 5e-07 and 1e+15. */
    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,40}(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?");

    private static final int MAX_VERSION_LENGTH = 64;

    /** The grammar of Semantic Versioning 2.0.0, except that identifiers may be empty or begin with zeros. */
    private static final Pattern SEMANTIC_VERSION = Pattern.compile(
            "(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?");

    private QueryParameters() {}

    /**
     * Rejects names that differ from a known parameter only in case.
     *
     * @throws ProblemException 400 with the name that was sent
     */
    public static void checkNames(Collection<String> sent) {
        for (String name : sent) {
            for (String known : NAMES) {
                if (known.equalsIgnoreCase(name) && !known.equals(name)) {
                    throw new ProblemException(Problem.badRequest(name, "The parameter is spelled " + known + "."));
                }
            }
        }
    }

    /**
     * Rejects empty parameters. An empty parameter is usually an unset variable of the client and not a request for the
     * default; an empty {@code space} must not become the default space.
     *
     * @throws ProblemException 400 with the parameter
     */
    public static void checkPresent(Map<String, List<String>> sent) {
        for (Map.Entry<String, List<String>> parameter : sent.entrySet()) {
            if (parameter.getValue().stream().anyMatch(String::isEmpty)) {
                throw new ProblemException(empty(parameter.getKey()));
            }
        }
    }

    private static Problem empty(String name) {
        return Problem.badRequest(
                name.isEmpty() ? null : name,
                "The parameter " + name + " is empty. Give a value or omit the parameter.");
    }

    /** The page size: 1 to {@value #MAX_LIMIT}; {@value #DEFAULT_LIMIT} if the parameter is missing. */
    public static int limit(@Nullable String text) {
        return (int) integer("limit", text, DEFAULT_LIMIT, 1, MAX_LIMIT);
    }

    /** An optional integer within inclusive bounds; {@code missing} if the parameter is missing. */
    public static long integer(String name, @Nullable String text, long missing, long min, long max) {
        return text == null ? missing : integer(name, text, min, max);
    }

    /** A required integer within inclusive bounds, written as 10 or 10.0. */
    public static long integer(String name, @Nullable String text, long min, long max) {
        Matcher integer = INTEGER.matcher(text == null ? "" : text);
        if (!integer.matches()) {
            throw invalid(name, "an integer from " + min + " to " + max);
        }
        long value = Long.parseLong(integer.group(1));
        if (value < min || value > max) {
            throw invalid(name, "an integer from " + min + " to " + max);
        }
        return value;
    }

    /** A required decimal number, with or without exponent. */
    public static BigDecimal decimal(String name, @Nullable String text) {
        if (text == null || !DECIMAL.matcher(text).matches()) {
            throw invalid(name, "a decimal number");
        }
        return new BigDecimal(text);
    }

    /** A semantic version of at most {@value #MAX_VERSION_LENGTH} characters; null if the parameter is missing. */
    public static @Nullable String semanticVersion(String name, @Nullable String text) {
        if (text != null
                && (text.length() > MAX_VERSION_LENGTH
                        || !SEMANTIC_VERSION.matcher(text).matches())) {
            throw invalid(name, "a version such as 1.2.0");
        }
        return text;
    }

    /** {@code true} or {@code false} in lower case; {@code missing} if the parameter is missing. */
    public static boolean flag(String name, @Nullable String text, boolean missing) {
        if (text == null) {
            return missing;
        }
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw invalid(name, "true or false");
        };
    }

    /** A constant of an enum, regardless of case; null if the parameter is missing. */
    public static <E extends Enum<E>> @Nullable E word(String name, @Nullable String text, Class<E> type) {
        if (text == null) {
            return null;
        }
        for (E word : type.getEnumConstants()) {
            if (word.name().equalsIgnoreCase(text)) {
                return word;
            }
        }
        throw invalid(name, "one of " + String.join(", ", names(type)));
    }

    private static String[] names(Class<? extends Enum<?>> type) {
        Enum<?>[] constants = type.getEnumConstants();
        String[] names = new String[constants.length];
        for (int i = 0; i < constants.length; i++) {
            names[i] = constants[i].name();
        }
        return names;
    }

    private static ProblemException invalid(String name, String expected) {
        return new ProblemException(
                Problem.badRequest(name, String.format(Locale.ROOT, "The parameter %s must be %s.", name, expected)));
    }
}
