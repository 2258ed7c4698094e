package dev.statecraft.testing.dynamo.storage;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The items of one partition key, with the rows of local indexes. Two replicas apply the writes of a partition in their
 * order, each with its own delay; what they have not applied is kept as a list of items before the writes.
 */
public final class TablePartition {

    /** Number of replicas that may be late; the leader is the third one. */
    public static final int FOLLOWERS = 2;

    @SuppressWarnings("ArrayRecordComponent")
    private record Unseen(RowKey row, @Nullable StoredItem before, long[] visibleAtNanos) {}

    private final TreeMap<RowKey, StoredItem> items = new TreeMap<>();
    private final List<TreeMap<RowKey, StoredItem>> locals;
    private final Deque<Unseen> unseen = new ArrayDeque<>();

    public TablePartition(int localIndexes) {
        locals = java.util.stream.Stream.generate(() -> new TreeMap<RowKey, StoredItem>())
                .limit(localIndexes)
                .toList();
    }

    public @Nullable StoredItem get(RowKey row) {
        return items.get(row);
    }

    /** The current rows. */
    public NavigableMap<RowKey, StoredItem> rows(@Nullable IndexShape local) {
        return local == null ? items : locals.get(local.ordinal());
    }

    public boolean isEmpty() {
        return items.isEmpty() && unseen.isEmpty();
    }

    public void set(RowKey row, @Nullable StoredItem item) {
        set(items, row, item);
    }

    public void setLocal(IndexShape local, RowKey row, @Nullable StoredItem projected) {
        set(locals.get(local.ordinal()), row, projected);
    }

    /** Remembers the item before a write until every replica has applied the write. */
    public void keep(RowKey row, @Nullable StoredItem before, long[] delaysNanos, long nowNanos) {
        long[] visibleAt = new long[FOLLOWERS];
        Unseen last = unseen.peekLast();
        for (int i = 0; i < FOLLOWERS; i++) {
            long at = nowNanos + delaysNanos[i];
            visibleAt[i] = last == null ? at : latest(last.visibleAtNanos()[i], at);
        }
        unseen.addLast(new Unseen(row, before, visibleAt));
    }

    /** The item as a replica has it. */
    public @Nullable StoredItem get(RowKey row, int follower, long nowNanos) {
        Map<RowKey, StoredItem> old = overlay(follower, nowNanos);
        return old.containsKey(row) ? old.get(row) : items.get(row);
    }

    /** The rows as a replica has them. */
    public NavigableMap<RowKey, StoredItem> rows(@Nullable IndexShape local, int follower, long nowNanos) {
        Map<RowKey, StoredItem> old = overlay(follower, nowNanos);
        if (old.isEmpty()) {
            return rows(local);
        }
        TreeMap<RowKey, StoredItem> view = new TreeMap<>((java.util.SortedMap<RowKey, StoredItem>) rows(local));
        old.forEach((row, item) -> {
            if (local == null) {
                set(view, row, item);
            } else {
                StoredItem now = local.row(items.get(row));
                StoredItem before = local.row(item);
                if (now != null) {
                    view.remove(local.placeOf(now.attributes()));
                }
                if (before != null) {
                    view.put(local.placeOf(before.attributes()), before);
                }
            }
        });
        return view;
    }

    /** The items, before the writes that the replica has not applied. */
    private Map<RowKey, StoredItem> overlay(int follower, long nowNanos) {
        while (!unseen.isEmpty() && isSeenByAll(unseen.peekFirst(), nowNanos)) {
            unseen.removeFirst();
        }
        if (unseen.isEmpty()) {
            return Map.of();
        }
        Map<RowKey, StoredItem> old = new HashMap<>();
        Iterator<Unseen> newestFirst = unseen.descendingIterator();
        while (newestFirst.hasNext()) {
            Unseen write = newestFirst.next();
            if (write.visibleAtNanos()[follower] - nowNanos <= 0) {
                break;
            }
            old.put(write.row(), write.before());
        }
        return old;
    }

    private static boolean isSeenByAll(Unseen write, long nowNanos) {
        for (long at : write.visibleAtNanos()) {
            if (at - nowNanos > 0) {
                return false;
            }
        }
        return true;
    }

    private static long latest(long a, long b) {
        return a - b > 0 ? a : b;
    }

    private static void set(NavigableMap<RowKey, StoredItem> rows, RowKey row, @Nullable StoredItem item) {
        if (item == null) {
            rows.remove(row);
        } else {
            rows.put(row, item);
        }
    }
}
