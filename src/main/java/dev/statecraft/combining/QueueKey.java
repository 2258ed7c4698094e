package dev.statecraft.combining;

import dev.statecraft.table.PartitionKey;
import java.util.ArrayList;
import java.util.List;

/**
 * A queue of writers of the same items.
 *
 * @param kind what is written, for example {@code space}
 * @param name the ids of the items, unique in the game and the kind
 */
public record QueueKey(String game, String kind, List<String> name) {

    /** Copies the name. */
    public QueueKey {
        name = List.copyOf(name);
    }

    /** A queue of items with one id. */
    public QueueKey(String game, String kind, String id) {
        this(game, kind, List.of(id));
    }

    String partition() {
        List<Object> parts = new ArrayList<>(List.of(kind));
        parts.addAll(name);
        return PartitionKey.of(game, parts.toArray());
    }
}
