package dev.statecraft.combining;

import dev.statecraft.table.PartitionKey;

/**
 * A queue of writers of the same items.
 *
 * @param kind what is written, for example {@code space}
 * @param name the items, unique in the game and the kind
 */
public record QueueKey(String game, String kind, String name) {

    String partition() {
        return PartitionKey.of(game, kind, name);
    }
}
