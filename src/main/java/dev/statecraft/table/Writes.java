package dev.statecraft.table;

import java.util.List;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/**
 * Writes of one feature that another feature includes in its transaction. A Store creates them, Services pass them on,
 * and the Store of the other feature executes them together with its own writes.
 *
 * @param items the writes with their conditions
 */
public record Writes(List<TransactWriteItem> items) {

    /** No writes. */
    public static final Writes NONE = new Writes(List.of());

    /** Copies the list. */
    public Writes {
        items = List.copyOf(items);
    }
}
