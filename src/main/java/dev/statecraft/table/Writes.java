package dev.statecraft.table;

import java.util.List;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/**
 * Writes that one feature has another make in the same transaction as its own: all are done, or none. Made by a Store,
 * carried by Services, opened by the other Store.
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
