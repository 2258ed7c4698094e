package dev.statecraft.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** An opaque cursor of a list. It contains the name of its list, so a cursor of another list is rejected. */
public final class Cursor {

    private static final String SEPARATOR = "\n";

    /** Maximum size of a part; a sort key of DynamoDB has at most 1,024 bytes. */
    private static final int MAX_PART_BYTES = 1_000;

    private Cursor() {}

    /**
     * The cursor of a position in a list.
     *
     * @param list name that distinguishes the list from all others
     * @param position parts of the position, without line breaks
     */
    public static String of(String list, Object... position) {
        StringBuilder text = new StringBuilder(list);
        for (Object part : position) {
            text.append(SEPARATOR).append(part);
        }
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Parses a cursor.
     *
     * @param parts number of parts of the position
     * @throws ProblemException 400 if the text is not a cursor of this list
     */
    public static List<String> read(String cursor, String list, int parts) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Base64.getUrlDecoder().decode(cursor)))
                    .toString();
            List<String> read = List.of(text.split(SEPARATOR, -1));
            boolean usable = read.stream()
                    .allMatch(
                            part -> !part.isEmpty() && part.getBytes(StandardCharsets.UTF_8).length <= MAX_PART_BYTES);
            if (usable && read.size() == parts + 1 && read.get(0).equals(list)) {
                return read.subList(1, read.size());
            }
            throw foreign();
        } catch (IllegalArgumentException | CharacterCodingException e) {
            throw foreign();
        }
    }

    /** 400 for text that is not a cursor of the list. */
    public static ProblemException foreign() {
        return new ProblemException(
                Problem.badRequest("cursor", "The cursor does not belong to this list. Start without a cursor."));
    }
}
