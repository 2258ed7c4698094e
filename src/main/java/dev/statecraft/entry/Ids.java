package dev.statecraft.entry;

import dev.statecraft.table.Swept;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The one rule for ids of every kind: 1 to {@value #MAX_LENGTH} of {@code A-Z a-z 0-9 _ - . : @}. */
public final class Ids {

    public static final int MAX_LENGTH = 128;

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

    /** Whether the text may be an id. What stands for players who were erased is nobody's. */
    public static boolean isId(String text) {
        return ID.matcher(text).matches() && !text.startsWith(Swept.ERASED_PLAYER);
    }
}
