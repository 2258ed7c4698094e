package dev.statecraft.table;

/**
 * Builds partition keys. Every key starts with the game it belongs to, so a request of one game cannot reach the items
 * of another. The parts are separated by {@code #}, which no id may contain.
 */
public final class PartitionKey {

    private PartitionKey() {}

    /**
     * The key {@code game#part#part…}.
     * @throws IllegalArgumentException if a part is empty or contains the separator. Ids are validated when a request
     *     is read, so this is an internal error
     */
    public static String of(String game, Object... parts) {
        StringBuilder key = new StringBuilder(game);
        check(game);
        for (Object part : parts) {
            String text = part.toString();
            check(text);
            key.append('#').append(text);
        }
        return key.toString();
    }

    /** The common prefix of all keys of a game; no key of another game has it. */
    public static String prefix(String game) {
        check(game);
        return game + '#';
    }

    /** Whether a key belongs to a game. */
    public static boolean isOf(String game, String key) {
        return key.startsWith(game + '#');
    }

    private static void check(String part) {
        if (part.isEmpty() || part.indexOf('#') >= 0) {
            throw new IllegalArgumentException("Not a key part: " + part);
        }
    }
}
