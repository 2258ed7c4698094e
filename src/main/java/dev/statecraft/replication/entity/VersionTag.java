package dev.statecraft.replication.entity;

import java.util.Arrays;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** The entity tag of a version (RFC 9110, section 8.8.3): the number in quotes. */
final class VersionTag {

    private static final Pattern TAG = Pattern.compile("\"[0-9]{1,18}\"");

    private VersionTag() {}

    /** The tag of a version. */
    static String of(long version) {
        return '"' + Long.toString(version) + '"';
    }

    /** True if an {@code If-None-Match} header contains the version as a weak or strong tag, or {@code *}. */
    static boolean matches(String ifNoneMatch, long version) {
        return Arrays.stream(ifNoneMatch.split(",", -1))
                .map(String::strip)
                .anyMatch(tag -> tag.equals("*") || tag.replaceFirst("^W/", "").equals(of(version)));
    }

    /**
     * The version that an {@code If-Match} header requires; empty if the header is not exactly one strong version tag.
     */
    static OptionalLong version(String ifMatch) {
        String tag = ifMatch.strip();
        return TAG.matcher(tag).matches()
                ? OptionalLong.of(Long.parseLong(tag.substring(1, tag.length() - 1)))
                : OptionalLong.empty();
    }
}
