package dev.statecraft.http;

import dev.statecraft.table.Sha256;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.resteasy.reactive.RestResponse;

/** Entity tags (RFC 9110): a client that already has the current content receives a 304 without a body. */
public final class Etag {

    private static final int BYTES = 15;

    /** One tag, weak or strong, with the separator after it. A tag may contain commas. */
    private static final Pattern TAG =
            Pattern.compile("\\s*(?:W/)?(\"[\\x21\\x23-\\x7e\\x80-\\xff]*\")\\s*(?:,|$)\\s*");

    private Etag() {}

    /** The strong entity tag of a text. */
    public static String of(String content) {
        byte[] part = Arrays.copyOf(Sha256.of(content), BYTES);
        return '"' + Base64.getUrlEncoder().withoutPadding().encodeToString(part) + '"';
    }

    /**
     * Whether {@code If-None-Match} contains a tag, by the weak comparison of RFC 9110.
     *
     * @param ifNoneMatch lines of the header, each {@code *} or a list of tags; malformed text matches no tag
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
     * The response with the content: 200, or 304 without the content if the client has it.
     *
     * @param cacheControl value of the header {@code Cache-Control}
     */
    public static <T> RestResponse<T> answer(
            String tag, List<String> ifNoneMatch, String cacheControl, Supplier<T> content) {
        RestResponse.ResponseBuilder<T> answer = matches(ifNoneMatch, tag)
                ? RestResponse.ResponseBuilder.create(RestResponse.Status.NOT_MODIFIED)
                : RestResponse.ResponseBuilder.ok(content.get());
        return answer.header("ETag", tag).header("Cache-Control", cacheControl).build();
    }
}
