package dev.statecraft.testing.dynamo.storage;

import dev.statecraft.testing.dynamo.expression.ValueOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a write changes in its table and indexes.
 *
 * @param before the item before the write; null if there was none
 * @param after the item after the write; null if it is deleted
 * @param indexes the changes of indexes
 */
// The same object means that nothing changed; equal ones are compared where it matters.
@SuppressWarnings("ReferenceEquality")
public record PlannedWrite(
        ModelTable table,
        PartitionId partition,
        RowKey row,
        @Nullable StoredItem before,
        @Nullable StoredItem after,
        List<IndexWrite> indexes) {

    /**
     * The change of an index.
     *
     * @param before the row that is removed or replaced; null for none
     * @param after the row that is added or replaces another; null for none
     * @param units consumed write units
     */
    public record IndexWrite(
            IndexShape index,
            @Nullable StoredItem before,
            @Nullable StoredItem after,
            double units) {}

    public static PlannedWrite of(
            ModelTable table,
            PartitionId partition,
            RowKey row,
            @Nullable StoredItem before,
            @Nullable StoredItem after) {
        List<IndexWrite> indexes = List.of();
        if (before != after && !table.indexes().isEmpty()) {
            indexes = new ArrayList<>();
            for (IndexShape index : table.indexes()) {
                StoredItem old = index.row(before);
                StoredItem now = index.row(after);
                boolean same = ValueOrder.sameItem(
                        old == null ? null : old.attributes(), now == null ? null : now.attributes());
                if (!same) {
                    indexes.add(new IndexWrite(index, old, now, units(index, old, now)));
                }
            }
        }
        return new PlannedWrite(table, partition, row, before, after, indexes);
    }

    /** Whether the item differs after the write. */
    public boolean changes() {
        return before != after
                && !ValueOrder.sameItem(
                        before == null ? null : before.attributes(), after == null ? null : after.attributes());
    }

    /** Write units of the table: the larger one of both items. */
    public double units() {
        return Consumption.writeUnits(Math.max(StoredItem.sizeOf(before), StoredItem.sizeOf(after)));
    }

    /** A row that moves is deleted and inserted; one that changes in its place is written once. */
    private static double units(IndexShape index, @Nullable StoredItem before, @Nullable StoredItem after) {
        if (before == null || after == null) {
            return Consumption.writeUnits(StoredItem.sizeOf(before) + StoredItem.sizeOf(after));
        }
        boolean moves = !ValueOrder.sameItem(
                index.key().keyOf(before.attributes()), index.key().keyOf(after.attributes()));
        return moves
                ? Consumption.writeUnits(before.sizeBytes()) + Consumption.writeUnits(after.sizeBytes())
                : Consumption.writeUnits(Math.max(before.sizeBytes(), after.sizeBytes()));
    }
}
