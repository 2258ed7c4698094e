package dev.statecraft.http;

import dev.statecraft.table.ScanPage;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The one rule for ids of every kind: 1 to {@value #MAX_LENGTH} of {@code A-Z a-z 0-9 _ - . : @}, not dots only. An id of
 * dots only would be resolved as a part of the path where it stands in one, by clients as well as by servers.
 */
public final class Ids {

    public static final int MAX_LENGTH = 128;

    /** A colon and three digits. */
    private static final int INDEX_LENGTH = 4;

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_.:@-]{1," + MAX_LENGTH + "}");

    private static final Pattern DOTS = Pattern.compile("\\.+");

    private Ids() {}

    /**
     * The id, if it is one.
     *
     * @param field what the id is called in the request
     * @throws ProblemException 400 naming the field, if it is missing or not an id
     */
    public static String check(String field, @Nullable String id) {
        if (id == null) {
            throw missing(field);
        }
        if (!isId(id)) {
            throw refused(field, "; it does not consist of dots only");
        }
        return id;
    }

    /**
     * The beginning of ids that are counted, {@code <key>:<index>}: an id with room for the colon and three digits.
     *
     * @throws ProblemException 400 naming the field, if it is no id or has more than 124 characters
     */
    public static String checkPrefix(String field, String key) {
        check(field, key);
        if (key.length() > MAX_LENGTH - INDEX_LENGTH) {
            throw new ProblemException(Problem.badRequest(
                    field,
                    "Each item has the id " + field + ":index. The key therefore has at most " + (MAX_LENGTH - INDEX_LENGTH)
                            + " characters."));
        }
        return key;
    }

    /**
     * The id, if something stored may have it: an id, or one of dots only, which earlier versions took.
     *
     * @param field what the id is called in the request
     * @throws ProblemException 400 naming the field, if it is missing or nothing can have it
     */
    public static String checkStored(String field, @Nullable String id) {
        if (id == null) {
            throw missing(field);
        }
        if (!isStored(id)) {
            throw refused(field, "");
        }
        return id;
    }

    private static ProblemException missing(String field) {
        return new ProblemException(Problem.badRequest(field, "The field " + field + " is missing."));
    }

    private static ProblemException refused(String field, String more) {
        return new ProblemException(Problem.badRequest(
                field,
                "An id has 1 to " + MAX_LENGTH
                        + " characters: letters and digits of ASCII, underscore, hyphen, dot, colon, at sign"
                        + more + "; it does not begin with " + ScanPage.ERASED_PLAYER + "."));
    }

    /** Whether the text may be an id. What stands for players who were erased is nobody's. */
    public static boolean isId(String text) {
        return isStored(text) && !DOTS.matcher(text).matches();
    }

    /** Whether something stored may have the text as its id: see {@link #checkStored}. */
    public static boolean isStored(String text) {
        return ID.matcher(text).matches() && !text.startsWith(ScanPage.ERASED_PLAYER);
    }
}
