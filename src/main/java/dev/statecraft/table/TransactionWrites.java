package dev.statecraft.table;

import java.util.List;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/**
 * Writes of one feature that another feature includes in its transaction. A Store creates them, Services pass them on,
 * and the Store of the other feature executes them together with its own writes.
 *
 * @param items the writes with their conditions
 */
public record TransactionWrites(List<TransactWriteItem> items) {

    /** No writes. */
    public static final TransactionWrites NONE = new TransactionWrites(List.of());

    /** Copies the list. */
    public TransactionWrites {
        items = List.copyOf(items);
    }
}
