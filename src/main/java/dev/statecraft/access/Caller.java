package dev.statecraft.access;

/**
 * Who makes a request.
 *
 * @param game the game whose data the request is about; every partition key begins with it
 * @param name what the caller is called in history and logs
 */
public record Caller(String game, String name) {

    /** The game of a deployment that tells no games apart. */
    public static final String DEFAULT_GAME = "default";
}
