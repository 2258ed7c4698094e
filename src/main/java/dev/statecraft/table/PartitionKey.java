package dev.statecraft.table;

/**
 * The one place where partition keys are built. Every key begins with the game it belongs to, so nothing of one game
 * can be reached with another's; the parts are separated by {@code #}, which no id may contain.
 */
public final class PartitionKey {

    private PartitionKey() {}

    /**
     * The key {@code game#part#part…}.
     *
     * @throws IllegalArgumentException if a part is empty or contains the separator: ids are checked where they come
     *     in, so this is a fault of ours
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

    /** What all keys of a game begin with, and no others. */
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
            throw new IllegalArgumentException("not a key part: " + part);
        }
    }
}
