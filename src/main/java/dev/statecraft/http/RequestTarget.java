package dev.statecraft.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Validates the target of a request: path and query as sent, percent-encoded. It runs before routing and authorization.
 *
 * <p>Clients, proxies and frameworks resolve dot segments, empty segments, escaped separators and path parameters
 * differently and at different times. A path with any of them may be authorized as one resource and routed as another,
 * so such paths are rejected. Every remaining path has exactly one meaning.
 */
public final class RequestTarget {

    private static final String ROOT = "/";

    /** Prefix of the dev mode tools, whose pages have paths that end with a slash. */
    private static final String TOOLS = "/q/";

    /** Characters that RFC 3986 allows in a segment besides letters, digits and escapes. */
    private static final String SEGMENT_MARKS = "-._~!$&'()*+,;=:@";

    /** Characters allowed in a query. RFC 3986 does not allow brackets, but clients send them. */
    private static final String QUERY_MARKS = SEGMENT_MARKS + "/?[]";

    private RequestTarget() {}

    /**
     * The path of a target in origin form ({@code /v1?x}) or absolute form ({@code http://host/v1?x}), as it was sent;
     * empty if the target has another form.
     */
    public static Optional<String> path(String target) {
        String rest = target;
        if (target.startsWith("http://") || target.startsWith("https://")) {
            int slash = target.indexOf('/', target.indexOf("://") + 3);
            rest = slash < 0 ? ROOT : target.substring(slash);
        }
        int query = rest.indexOf('?');
        return rest.startsWith(ROOT) ? Optional.of(query < 0 ? rest : rest.substring(0, query)) : Optional.empty();
    }

    /** The query of a target without its question mark; null if there is none. */
    static @Nullable String query(String target) {
        int query = target.indexOf('?');
        return query < 0 ? null : target.substring(query + 1);
    }

    /** The fault of a target, as a sentence for the client; empty if the target is unambiguous. */
    public static Optional<String> fault(String target) {
        Optional<String> path = path(target);
        if (path.isEmpty()) {
            return Optional.of("The path must start with a slash.");
        }
        Optional<String> fault = pathFault(path.get());
        String query = query(target);
        return fault.isPresent() || query == null ? fault : queryFault(query);
    }

    private static Optional<String> pathFault(String path) {
        if (path.equals(ROOT)) {
            return Optional.empty();
        }
        String[] segments = path.substring(1).split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            boolean folder = i == segments.length - 1 && segments[i].isEmpty() && path.startsWith(TOOLS);
            Optional<String> fault = folder ? Optional.empty() : segmentFault(segments[i]);
            if (fault.isPresent()) {
                return fault;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> segmentFault(String segment) {
        if (segment.isEmpty()) {
            return Optional.of("The path has an empty segment: two slashes in a row, or one at its end.");
        }
        if (segment.indexOf('\\') >= 0) {
            return Optional.of("The path has a backslash.");
        }
        String decoded = decoded(segment, SEGMENT_MARKS);
        if (decoded == null) {
            return Optional.of("The path is not valid percent-encoded UTF-8 (RFC 3986).");
        }
        boolean dotsOnly = true;
        for (int i = 0; i < decoded.length(); i++) {
            char c = decoded.charAt(i);
            if (Character.isISOControl(c)) {
                return Optional.of("The path has a control character.");
            }
            if (c == '/' || c == '\\') {
                return Optional.of("A segment of the path has an escaped slash or backslash.");
            }
            if (c == '%') {
                return Optional.of("The path is escaped twice.");
            }
            if (c == ';') {
                return Optional.of("The path has a semicolon. Matrix parameters are not supported.");
            }
            dotsOnly &= c == '.';
        }
        return dotsOnly
                ? Optional.of("A segment of the path consists of dots only. Clients and servers resolve such segments.")
                : Optional.empty();
    }

    private static Optional<String> queryFault(String query) {
        return decoded(query, QUERY_MARKS) == null
                ? Optional.of("The query is not valid percent-encoded UTF-8 (RFC 3986).")
                : Optional.empty();
    }

    /** The text with decoded escapes; null if it contains an unescaped reserved character or a malformed escape. */
    private static @Nullable String decoded(String text, String marks) {
        ByteBuffer bytes = ByteBuffer.allocate(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                int value = i + 2 < text.length() ? (hex(text.charAt(i + 1)) << 4) | hex(text.charAt(i + 2)) : -1;
                if (value < 0) {
                    return null;
                }
                bytes.put((byte) value);
                i += 2;
            } else if (isAlphanumeric(c) || marks.indexOf(c) >= 0) {
                bytes.put((byte) c);
            } else {
                return null;
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static boolean isAlphanumeric(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    /**
     * The value of a hexadecimal digit; -1 for another character, so a combination with another digit is negative too.
     */
    private static int hex(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }
}
