package dev.statecraft.testing.dynamo.storage;

import dev.statecraft.testing.dynamo.expression.KeyCondition;
import dev.statecraft.testing.dynamo.expression.ValueOrder;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The place of a row in its partition of a table or index, or a place between rows.
 *
 * @param sort null without a sort key
 * @param side {@link #ROW}, or where the place is relative to the rows with this sort key
 * @param basePartition in a global index, the partition key of the item
 * @param baseSort in an index, the sort key of the item
 */
public record RowKey(
        @Nullable AttributeValue sort,
        int side,
        @Nullable PartitionId basePartition,
        @Nullable AttributeValue baseSort) implements Comparable<RowKey> {

    public static final int BEFORE = -1;
    public static final int ROW = 0;
    public static final int AFTER = 1;
    public static final int AFTER_PREFIX = 2;

    /** The row of a table. */
    public static RowKey of(@Nullable AttributeValue sort) {
        return new RowKey(sort, ROW, null, null);
    }

    /** A place beside all rows with a sort key. */
    public static RowKey beside(AttributeValue sort, int side) {
        return new RowKey(sort, side, null, null);
    }

    /** The place before the first row that a query selects; null for the start of the partition. */
    public static @Nullable RowKey low(KeyCondition condition) {
        if (condition.prefix() != null) {
            return beside(condition.prefix(), BEFORE);
        }
        return condition.low() == null ? null : beside(condition.low(), condition.lowInclusive() ? BEFORE : AFTER);
    }

    /** The place after the last row that a query selects; null for the end of the partition. */
    public static @Nullable RowKey high(KeyCondition condition) {
        if (condition.prefix() != null) {
            return beside(condition.prefix(), AFTER_PREFIX);
        }
        return condition.high() == null ? null : beside(condition.high(), condition.highInclusive() ? AFTER : BEFORE);
    }

    @Override
    public int compareTo(RowKey other) {
        if (side == AFTER_PREFIX && other.side != AFTER_PREFIX && startsWith(other.sort, sort)) {
            return 1;
        }
        if (other.side == AFTER_PREFIX && side != AFTER_PREFIX && startsWith(sort, other.sort)) {
            return -1;
        }
        int bySort = compare(sort, other.sort);
        if (bySort != 0) {
            return bySort;
        }
        if (side != other.side) {
            return Integer.compare(side, other.side);
        }
        int byPartition =
                basePartition == null || other.basePartition == null ? 0 : basePartition.compareTo(other.basePartition);
        return byPartition != 0 ? byPartition : compare(baseSort, other.baseSort);
    }

    private static int compare(@Nullable AttributeValue a, @Nullable AttributeValue b) {
        return a == null || b == null ? 0 : ValueOrder.compare(a, b);
    }

    private static boolean startsWith(@Nullable AttributeValue value, @Nullable AttributeValue prefix) {
        if (value == null || prefix == null) {
            return false;
        }
        if (value.type() == AttributeValue.Type.S) {
            return value.s().startsWith(prefix.s());
        }
        byte[] a = value.b().asByteArrayUnsafe();
        byte[] b = prefix.b().asByteArrayUnsafe();
        return a.length >= b.length && java.util.Arrays.equals(a, 0, b.length, b, 0, b.length);
    }
}
