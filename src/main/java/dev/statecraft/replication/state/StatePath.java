package dev.statecraft.replication.state;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A place in an entity's state. Text that begins with {@code /} is a JSON pointer (RFC 6901: {@code ~1} stands for a
 * slash, {@code ~0} for a tilde, {@code /} alone is the empty key, numbers count the elements of a list from 0). Any
 * other text is one top-level key as it stands, dots and all. The empty text is no path: an update cannot name the
 * whole state.
 *
 * @param tokens the keys and indexes from the outermost inwards; at least one
 */
public record StatePath(List<String> tokens) implements Comparable<StatePath> {

    /** More cannot exist: a state is nested no deeper. */
    public static final int MAX_TOKENS = StateLimits.MAX_DEPTH;

    /** A tilde that is not one of the two escapes. */
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

    /** Reads a path; nothing if the text is not one: empty, a stray tilde, or more tokens than a state can have. */
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

    /** The path one level further in. */
    public StatePath child(String token) {
        List<String> longer = new ArrayList<>(tokens);
        longer.add(token);
        return new StatePath(longer);
    }

    /** Whether this is {@code other} or lies around it. */
    public boolean covers(StatePath other) {
        return tokens.size() <= other.tokens.size() && tokens.equals(other.tokens.subList(0, tokens.size()));
    }

    /** What stands here in a state, null if nothing does. */
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

    /** One step inwards, null where it leads nowhere. */
    static @Nullable JsonNode step(JsonNode container, String token) {
        if (container.isArray()) {
            return isIndex(token) ? container.get(Integer.parseInt(token)) : null;
        }
        return container.get(token);
    }

    /** Whether a token can count the elements of a list: digits without leading zeros. */
    static boolean isIndex(String token) {
        return INDEX.matcher(token).matches();
    }

    /** As callers write it: a top-level key plainly where that is possible, else a pointer. */
    @Override
    public String toString() {
        String first = tokens.get(0);
        if (tokens.size() == 1 && !first.isEmpty() && !first.startsWith("/")) {
            return first;
        }
        return tokens.stream()
                .map(token -> "/" + token.replace("~", "~0").replace("/", "~1"))
                .collect(Collectors.joining());
    }

    /** Token by token, so that what lies below a path follows it at once. */
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
