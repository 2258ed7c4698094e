package dev.statecraft.http;

import dev.statecraft.table.Sha256;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.resteasy.reactive.RestResponse;

/** Entity tags: a client that has the current content already is told so instead of being sent it again (RFC 9110). */
public final class Etag {

    private static final int BYTES = 15;

    /** One tag, weak or strong, and what separates it from the next; a tag may hold commas. */
    private static final Pattern TAG =
            Pattern.compile("\\s*(?:W/)?(\"[\\x21\\x23-\\x7e\\x80-\\xff]*\")\\s*(?:,|$)\\s*");

    private Etag() {}

    /** The strong tag of a content. */
    public static String of(String content) {
        byte[] part = Arrays.copyOf(Sha256.of(content), BYTES);
        return '"' + Base64.getUrlEncoder().withoutPadding().encodeToString(part) + '"';
    }

    /**
     * Whether {@code If-None-Match} names a tag, by the weak comparison that the header asks for.
     *
     * @param ifNoneMatch the lines of the header, each {@code *} or a list of tags; what cannot be read matches nothing
     */
    public static boolean matches(List<String> ifNoneMatch, String tag) {
        for (String line : ifNoneMatch) {
            if (line.strip().equals("*")) {
                return true;
            }
            Matcher tags = TAG.matcher(line);
            while (tags.lookingAt()) {
                if (tag.equals(tags.group(1))) {
                    return true;
                }
                tags.region(tags.end(), line.length());
                if (tags.regionStart() == tags.regionEnd()) {
                    break;
                }
            }
        }
        return false;
    }

    /**
     * Answers 200 with the content, or 304 without it if the client has it.
     *
     * @param cacheControl how long the client may use the content without asking
     */
    public static <T> RestResponse<T> answer(
            String tag, List<String> ifNoneMatch, String cacheControl, Supplier<T> content) {
        RestResponse.ResponseBuilder<T> answer = matches(ifNoneMatch, tag)
                ? RestResponse.ResponseBuilder.create(RestResponse.Status.NOT_MODIFIED)
                : RestResponse.ResponseBuilder.ok(content.get());
        return answer.header("ETag", tag).header("Cache-Control", cacheControl).build();
    }
}
