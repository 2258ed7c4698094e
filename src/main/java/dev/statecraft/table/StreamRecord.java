package dev.statecraft.table;

import java.math.BigInteger;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A change of one item, read from a table's stream, without SDK types.
 *
 * @param sequence the sequence number, as text of the stream
 * @param key the partition key of the item
 * @param before the string and number attributes before the change; null if the item did not exist
 * @param after the string and number attributes after the change; null if the item was deleted
 */
public record StreamRecord(
        String sequence,
        String key,
        @Nullable Map<String, String> before,
        @Nullable Map<String, String> after) {

    /** The sequence number as a number. It rises with every change of the same partition key. */
    public BigInteger order() {
        return new BigInteger(sequence);
    }
}
