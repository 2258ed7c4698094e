package dev.statecraft.http;

import dev.statecraft.table.ScanPage;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rule for all ids: 1 to {@value #MAX_LENGTH} characters of {@code A-Z a-z 0-9 _ - . : @}, not only dots. Clients
 * and servers would resolve an id of dots as a part of a path.
 */
public final class Ids {

    public static final int MAX_LENGTH = 128;

    /** A colon and three digits. */
    private static final int INDEX_LENGTH = 4;

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_.:@-]{1," + MAX_LENGTH + "}");

    private static final Pattern DOTS = Pattern.compile("\\.+");

    private Ids() {}

    /**
     * Validates an id and returns it.
     *
     * @param field name of the id in the request
     * @throws ProblemException 400 with the field if the id is missing or invalid
     */
    public static String check(String field, @Nullable String id) {
        if (id == null) {
            throw missing(field);
        }
        if (!isId(id)) {
            throw invalid(field, "; it does not consist of dots only");
        }
        return id;
    }

    /**
     * Validates the prefix of numbered ids {@code <key>:<index>} and returns it.
     *
     * @throws ProblemException 400 with the field if the prefix is not an id or has more than 124 characters
     */
    public static String checkPrefix(String field, String key) {
        check(field, key);
        if (key.length() > MAX_LENGTH - INDEX_LENGTH) {
            throw new ProblemException(Problem.badRequest(
                    field,
                    "Each item has the id " + field + ":index. The key therefore has at most "
                            + (MAX_LENGTH - INDEX_LENGTH) + " characters."));
        }
        return key;
    }

    /**
     * Validates an id that stored data may have, and returns it. Earlier versions accepted ids that consist of dots
     * only.
     *
     * @param field name of the id in the request
     * @throws ProblemException 400 with the field if the id is missing or no stored data can have it
     */
    public static String checkStored(String field, @Nullable String id) {
        if (id == null) {
            throw missing(field);
        }
        if (!isStored(id)) {
            throw invalid(field, "");
        }
        return id;
    }

    private static ProblemException missing(String field) {
        return new ProblemException(Problem.badRequest(field, "The field " + field + " is missing."));
    }

    private static ProblemException invalid(String field, String more) {
        return new ProblemException(Problem.badRequest(
                field,
                "An id has 1 to " + MAX_LENGTH
                        + " characters: letters and digits of ASCII, underscore, hyphen, dot, colon, at sign"
                        + more + "; it does not begin with " + ScanPage.ERASED_PLAYER + "."));
    }

    /** Whether a text is a valid id. The replacement for ids of erased players is not valid. */
    public static boolean isId(String text) {
        return isStored(text) && !DOTS.matcher(text).matches();
    }

    /** Whether stored data may have the text as an id: see {@link #checkStored}. */
    public static boolean isStored(String text) {
        return ID.matcher(text).matches() && !text.startsWith(ScanPage.ERASED_PLAYER);
    }
}
