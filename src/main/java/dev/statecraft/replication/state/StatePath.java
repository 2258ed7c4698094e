package dev.statecraft.replication.state;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A path to a value in an entity's state. Text that starts with {@code /} is a JSON pointer (RFC 6901): {@code ~1} is a
 * slash, {@code ~0} a tilde, {@code /} alone the empty key, and list elements are numbered from 0. Any other text is
 * one top-level key, including any dots. The empty text is not a path, so an update cannot address the whole state.
 *
 * @param tokens keys and list indexes, outermost first; at least one
 */
public record StatePath(List<String> tokens) implements Comparable<StatePath> {

    /** Maximum number of tokens. A state is not nested more deeply. */
    public static final int MAX_TOKENS = StateLimits.MAX_DEPTH;

    /** A tilde that is not part of an escape. */
    private static final Pattern STRAY_TILDE = Pattern.compile("~(?![01])");

    private static final Pattern INDEX = Pattern.compile("0|[1-9][0-9]{0,8}");

    /** Copies the tokens. */
    public StatePath {
        tokens = List.copyOf(tokens);
        if (tokens.isEmpty()) {
            throw new IllegalArgumentException("a path names something inside the state");
        }
    }

    /** The path of a top-level key. */
    public static StatePath key(String key) {
        return new StatePath(List.of(key));
    }

    /** Reads a path; empty if the text is empty, has an invalid escape, or has more than {@link #MAX_TOKENS} tokens. */
    public static Optional<StatePath> parse(String text) {
        if (!text.startsWith("/")) {
            return text.isEmpty() ? Optional.empty() : Optional.of(key(text));
        }
        if (STRAY_TILDE.matcher(text).find()) {
            return Optional.empty();
        }
        List<String> tokens = new ArrayList<>();
        for (String token : text.substring(1).split("/", -1)) {
            tokens.add(token.replace("~1", "/").replace("~0", "~"));
        }
        return tokens.size() > MAX_TOKENS ? Optional.empty() : Optional.of(new StatePath(tokens));
    }

    /** The path of a key or element below this path. */
    public StatePath child(String token) {
        List<String> longer = new ArrayList<>(tokens);
        longer.add(token);
        return new StatePath(longer);
    }

    /** Whether {@code other} equals this path or lies below it. */
    public boolean covers(StatePath other) {
        return tokens.size() <= other.tokens.size() && tokens.equals(other.tokens.subList(0, tokens.size()));
    }

    /** The value at this path in a state; null if there is none. */
    public @Nullable JsonNode in(JsonNode state) {
        JsonNode at = state;
        for (String token : tokens) {
            at = step(at, token);
            if (at == null) {
                return null;
            }
        }
        return at;
    }

    /** The value of a key or element of a container; null if there is none. */
    static @Nullable JsonNode step(JsonNode container, String token) {
        if (container.isArray()) {
            return isIndex(token) ? container.get(Integer.parseInt(token)) : null;
        }
        return container.get(token);
    }

    /** Whether a token is a list index: 1 to 9 digits without leading zeros. */
    static boolean isIndex(String token) {
        return INDEX.matcher(token).matches();
    }

    /** The text that {@link #parse} reads: the plain key for a top-level key if possible, otherwise a JSON pointer. */
    @Override
    public String toString() {
        String first = tokens.get(0);
        if (tokens.size() == 1 && !first.isEmpty() && !first.startsWith("/")) {
            return first;
        }
        return pointer(tokens);
    }

    /** The JSON pointer of tokens; the empty text, which is not a path, for none. */
    public static String pointer(List<String> tokens) {
        return tokens.stream()
                .map(token -> "/" + token.replace("~", "~0").replace("/", "~1"))
                .collect(Collectors.joining());
    }

    /** Compares token by token, so the paths below a path directly follow it. */
    @Override
    public int compareTo(StatePath other) {
        int common = Math.min(tokens.size(), other.tokens.size());
        for (int i = 0; i < common; i++) {
            int order = tokens.get(i).compareTo(other.tokens.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(tokens.size(), other.tokens.size());
    }
}
