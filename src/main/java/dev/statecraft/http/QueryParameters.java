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
 * Reads query parameters. A resource takes them as text and has them read here, because JAX-RS would answer an
 * unreadable number with 404. All methods end the request with a 400 that names the parameter.
 */
public final class QueryParameters {

    public static final int DEFAULT_LIMIT = 100;
    public static final int MAX_LIMIT = 1_000;

    /** The largest integer that every JSON reader takes exactly, 2^53−1. */
    public static final long MAX_INTEGER = (1L << 53) - 1;

    /**
     * Every parameter that any resource reads. The HTTP server finds parameters whatever the case of their letters;
     * whoever is to decide by one before the resource reads it has to refuse all other spellings.
     */
    public static final Set<String> NAMES = Set.of(
            "around",
            "boards",
            "buckets",
            "count",
            "cursor",
            "fresh",
            "game",
            "limit",
            "offset",
            "order",
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

    /** An integer; languages that have only doubles may write 10 as 10.0. */
    private static final Pattern INTEGER = Pattern.compile("(-?[0-9]{1,18})(\\.0{1,18})?");

    /** A number as it is written in JSON; languages write small and large doubles as 5e-07 and 1e+15. */
    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,40}(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?");

    private static final int MAX_VERSION_LENGTH = 64;

    /** The grammar of Semantic Versioning 2.0.0, except that identifiers may be empty or begin with zeros. */
    private static final Pattern SEMANTIC_VERSION = Pattern.compile(
            "(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?");

    private QueryParameters() {}

    /**
     * Refuses parameters that would be taken for one that a resource reads, though they are not spelled like it.
     *
     * @throws ProblemException 400 naming the parameter as it was sent
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
     * Refuses parameters that are there and empty. A client that fills a parameter from a variable which happens to be
     * empty does not ask for the default, and an empty {@code space} must not become the default space.
     *
     * @throws ProblemException 400 naming the parameter
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
                name.isEmpty() ? null : name, "The parameter " + name + " is empty. Give a value or omit the parameter.");
    }

    /** The page size asked for: 1 to {@value #MAX_LIMIT}, {@value #DEFAULT_LIMIT} if the parameter is not there. */
    public static int limit(@Nullable String text) {
        return (int) integer("limit", text, DEFAULT_LIMIT, 1, MAX_LIMIT);
    }

    /** An integer within the bounds, both included; {@code missing} if the parameter is not there. */
    public static long integer(String name, @Nullable String text, long missing, long min, long max) {
        return text == null ? missing : integer(name, text, min, max);
    }

    /** An integer within the bounds, both included, however it is written (10, 10.0); the parameter has to be there. */
    public static long integer(String name, @Nullable String text, long min, long max) {
        Matcher integer = INTEGER.matcher(text == null ? "" : text);
        if (!integer.matches()) {
            throw refused(name, "an integer from " + min + " to " + max);
        }
        long value = Long.parseLong(integer.group(1));
        if (value < min || value > max) {
            throw refused(name, "an integer from " + min + " to " + max);
        }
        return value;
    }

    /** A decimal number, with or without exponent; the parameter has to be there. */
    public static BigDecimal decimal(String name, @Nullable String text) {
        if (text == null || !DECIMAL.matcher(text).matches()) {
            throw refused(name, "a decimal number");
        }
        return new BigDecimal(text);
    }

    /** A semantic version of at most {@value #MAX_VERSION_LENGTH} characters; null if the parameter is not there. */
    public static @Nullable String semanticVersion(String name, @Nullable String text) {
        if (text != null
                && (text.length() > MAX_VERSION_LENGTH
                        || !SEMANTIC_VERSION.matcher(text).matches())) {
            throw refused(name, "a version such as 1.2.0");
        }
        return text;
    }

    /** {@code true} or {@code false}, in lower case; {@code missing} if the parameter is not there. */
    public static boolean flag(String name, @Nullable String text, boolean missing) {
        if (text == null) {
            return missing;
        }
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw refused(name, "true or false");
        };
    }

    /** One of the words of an enum, in letters of either case; null if the parameter is not there. */
    public static <E extends Enum<E>> @Nullable E word(String name, @Nullable String text, Class<E> words) {
        if (text == null) {
            return null;
        }
        for (E word : words.getEnumConstants()) {
            if (word.name().equalsIgnoreCase(text)) {
                return word;
            }
        }
        throw refused(name, "one of " + String.join(", ", names(words)));
    }

    private static String[] names(Class<? extends Enum<?>> words) {
        Enum<?>[] constants = words.getEnumConstants();
        String[] names = new String[constants.length];
        for (int i = 0; i < constants.length; i++) {
            names[i] = constants[i].name();
        }
        return names;
    }

    private static ProblemException refused(String name, String wanted) {
        return new ProblemException(
                Problem.badRequest(name, String.format(Locale.ROOT, "The parameter %s must be %s.", name, wanted)));
    }
}
