package dev.statecraft.testing.dynamo.storage;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a global secondary index. Writes of the table arrive late, but those of one item in their order: each lane
 * transports the writes of some partition keys.
 */
public final class GlobalIndex {

    private static final int LANES = 8;

    private record Arrival(long atNanos, PlannedWrite.IndexWrite write) {}

    private final NavigableMap<PartitionId, NavigableMap<RowKey, StoredItem>> partitions = new TreeMap<>();
    private final List<Deque<Arrival>> lanes = new ArrayList<>();

    public GlobalIndex() {
        for (int i = 0; i < LANES; i++) {
            lanes.add(new ArrayDeque<>());
        }
    }

    /** Applies a write now. */
    public void apply(PlannedWrite.IndexWrite write) {
        KeyShape key = write.index().key();
        StoredItem before = write.before();
        StoredItem after = write.after();
        if (before != null) {
            PartitionId id = key.partitionOf(before.attributes());
            NavigableMap<RowKey, StoredItem> rows = partitions.get(id);
            if (rows != null) {
                rows.remove(write.index().placeOf(before.attributes()));
                if (rows.isEmpty()) {
                    partitions.remove(id);
                }
            }
        }
        if (after != null) {
            partitions
                    .computeIfAbsent(key.partitionOf(after.attributes()), id -> new TreeMap<>())
                    .put(write.index().placeOf(after.attributes()), after);
        }
    }

    /** Applies a write later, after the earlier ones of its lane. */
    public void applyLater(PartitionId base, PlannedWrite.IndexWrite write, long atNanos) {
        Deque<Arrival> lane = lanes.get(base.slice(LANES));
        Arrival last = lane.peekLast();
        long notBefore = last != null && last.atNanos() - atNanos > 0 ? last.atNanos() : atNanos;
        lane.addLast(new Arrival(notBefore, write));
    }

    /** Applies the writes that have arrived. */
    public void arrive(long nowNanos) {
        for (Deque<Arrival> lane : lanes) {
            while (!lane.isEmpty() && lane.peekFirst().atNanos() - nowNanos <= 0) {
                apply(lane.removeFirst().write());
            }
        }
    }

    public NavigableMap<RowKey, StoredItem> rows(PartitionId id) {
        @Nullable NavigableMap<RowKey, StoredItem> rows = partitions.get(id);
        return rows == null ? Collections.emptyNavigableMap() : rows;
    }

    public NavigableMap<PartitionId, NavigableMap<RowKey, StoredItem>> partitions() {
        return partitions;
    }
}
