package dev.statecraft.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * Where a list goes on, as an opaque word that a client hands back. It names the list it belongs to, so that one from
 * another list is refused.
 */
public final class Cursor {

    private static final String SEPARATOR = "\n";

    /** No part that was given out is longer: a sort key of DynamoDB has at most 1,024 bytes. */
    private static final int MOST_PART_BYTES = 1_000;

    private Cursor() {}

    /**
     * The word for a place in a list.
     *
     * @param list what tells this list from all others
     * @param place what the list needs to go on; no part contains a line break
     */
    public static String of(String list, Object... place) {
        StringBuilder text = new StringBuilder(list);
        for (Object part : place) {
            text.append(SEPARATOR).append(part);
        }
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Reads a word back.
     *
     * @param parts how many parts the place has
     * @throws ProblemException 400, if it is not a cursor of this list
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
                            part -> !part.isEmpty() && part.getBytes(StandardCharsets.UTF_8).length <= MOST_PART_BYTES);
            if (usable && read.size() == parts + 1 && read.get(0).equals(list)) {
                return read.subList(1, read.size());
            }
            throw foreign();
        } catch (IllegalArgumentException | CharacterCodingException e) {
            throw foreign();
        }
    }

    /** What a cursor that cannot be used is answered with. */
    public static ProblemException foreign() {
        return new ProblemException(
                Problem.badRequest("cursor", "The cursor does not belong to this list. Start without a cursor."));
    }
}
