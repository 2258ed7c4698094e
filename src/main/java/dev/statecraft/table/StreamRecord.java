package dev.statecraft.table;

import java.math.BigInteger;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One change of one item, as a table's stream tells it; free of the types of any SDK.
 *
 * @param sequence the sequence number as the stream writes it
 * @param key the item's partition key
 * @param before the string and number attributes before the change, null if there was no item
 * @param after the same after the change, null if the item was deleted
 */
public record StreamRecord(
        String sequence,
        String key,
        @Nullable Map<String, String> before,
        @Nullable Map<String, String> after) {

    /** The sequence number as a number, which rises with every change of the same partition key. */
    public BigInteger order() {
        return new BigInteger(sequence);
    }
}
