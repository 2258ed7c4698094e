package dev.statecraft.entry;

import dev.statecraft.table.Swept;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The one rule for ids of every kind: 1 to {@value #MAX_LENGTH} of {@code A-Z a-z 0-9 _ - . : @}. */
public final class Ids {

    public static final int MAX_LENGTH = 128;

    /** A colon and three digits. */
    private static final int INDEX_LENGTH = 4;

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_.:@-]{1," + MAX_LENGTH + "}");

    private Ids() {}

    /**
     * The id, if it is one.
     *
     * @param field what the id is called in the request
     * @throws ProblemException 400 naming the field, if it is missing or not an id
     */
    public static String check(String field, @Nullable String id) {
        if (id == null) {
            throw new ProblemException(Problem.badRequest(field, "The field " + field + " is missing."));
        }
        if (!isId(id)) {
            throw new ProblemException(Problem.badRequest(
                    field,
                    "An id has 1 to " + MAX_LENGTH
                            + " characters: letters and digits of ASCII, underscore, hyphen, dot, colon, at sign;"
                            + " it does not begin with " + Swept.ERASED_PLAYER + "."));
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
                    "Each item gets the id " + field + ":index, so the key has at most " + (MAX_LENGTH - INDEX_LENGTH)
                            + " characters here."));
        }
        return key;
    }

    /** Whether the text may be an id. What stands for players who were erased is nobody's. */
    public static boolean isId(String text) {
        return ID.matcher(text).matches() && !text.startsWith(Swept.ERASED_PLAYER);
    }
}
