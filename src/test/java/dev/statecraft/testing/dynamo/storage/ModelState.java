package dev.statecraft.testing.dynamo.storage;

import dev.statecraft.runtime.Ticker;
import dev.statecraft.testing.dynamo.expression.DynamoErrors;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/** The tables, and how they are read and changed. Every method but {@link #table} is called with {@link #lock} held. */
public final class ModelState {

    /** An item of a table that may not exist. */
    public record Address(String table, PartitionId partition, RowKey row) implements Comparable<Address> {
        @Override
        public int compareTo(Address other) {
            int byTable = table.compareTo(other.table);
            int byPartition = byTable != 0 ? byTable : partition.compareTo(other.partition);
            return byPartition != 0 ? byPartition : row.compareTo(other.row);
        }
    }

    public final Object lock = new Object();

    public final Throughput throughput;

    public final Map<String, ModelTable> tables = new ConcurrentSkipListMap<>();

    /** The items of transactions between their steps. */
    public final TreeSet<Address> inFlight = new TreeSet<>();

    private final Map<String, CapacitySum> consumed = new TreeMap<>();

    private final Clock clock;
    private final Ticker ticker;
    private final RandomGenerator random;
    private final long replicaLagNanos;
    private final long indexLagNanos;

    /**
     * An empty database.
     *
     * @param random used with the lock held
     * @param replicaLag the longest time until a replica has applied a write
     * @param indexLag the longest time until a global index has applied a write
     */
    public ModelState(
            Clock clock,
            Ticker ticker,
            RandomGenerator random,
            Duration replicaLag,
            Duration indexLag,
            Throughput throughput) {
        this.clock = clock;
        this.ticker = ticker;
        this.random = random;
        this.throughput = throughput;
        replicaLagNanos = replicaLag.toNanos();
        indexLagNanos = indexLag.toNanos();
    }

    /** A table by name; may be called without the lock. */
    public ModelTable table(@Nullable String name) {
        if (name == null || name.isEmpty()) {
            throw DynamoErrors.invalid("1 validation error detected: Value null at 'tableName' failed to satisfy"
                    + " constraint: Member must not be null");
        }
        ModelTable table = tables.get(name);
        if (table == null) {
            throw missing("Cannot do operations on a non-existent table");
        }
        return table;
    }

    public static ResourceNotFoundException missing(String message) {
        return DynamoErrors.of(ResourceNotFoundException.builder(), "ResourceNotFoundException", message);
    }

    public long nowNanos() {
        return ticker.nanos();
    }

    /** A random number from zero up to a bound, without it. */
    public int random(int bound) {
        return random.nextInt(bound);
    }

    /** The item as the leader has it; null if there is none. */
    public @Nullable StoredItem current(ModelTable table, PartitionId id, RowKey row) {
        @Nullable TablePartition partition = table.partition(id);
        return partition == null ? null : partition.get(row);
    }

    /** The item as the replica that answers has it; null if there is none. */
    public @Nullable StoredItem read(ModelTable table, PartitionId id, RowKey row, boolean consistent) {
        @Nullable TablePartition partition = table.partition(id);
        if (partition == null) {
            return null;
        }
        int follower = follower(consistent);
        return follower < 0 ? partition.get(row) : partition.get(row, follower, nowNanos());
    }

    /** The rows of a partition of the table, or of an index. */
    public NavigableMap<RowKey, StoredItem> rows(
            ModelTable table, @Nullable IndexShape index, PartitionId id, boolean consistent) {
        if (index != null && index.global()) {
            GlobalIndex global = table.global(index);
            global.arrive(nowNanos());
            return global.rows(id);
        }
        @Nullable TablePartition partition = table.partition(id);
        if (partition == null) {
            return Collections.emptyNavigableMap();
        }
        int follower = follower(consistent);
        return follower < 0 ? partition.rows(index) : partition.rows(index, follower, nowNanos());
    }

    /** The partitions of the table, or of an index, after another one in the order of a scan. */
    public List<PartitionId> partitions(
            ModelTable table, @Nullable IndexShape index, @Nullable PartitionId from, int most) {
        NavigableMap<PartitionId, ?> all = table.partitions();
        if (index != null && index.global()) {
            GlobalIndex global = table.global(index);
            global.arrive(nowNanos());
            all = global.partitions();
        }
        List<PartitionId> ids = new ArrayList<>();
        for (PartitionId id : (from == null ? all : all.tailMap(from, true)).keySet()) {
            ids.add(id);
            if (ids.size() == most) {
                break;
            }
        }
        return ids;
    }

    /** Applies a write to the table, its indexes and its stream. */
    public void apply(PlannedWrite write, boolean expired) {
        if (!write.changes()) {
            return;
        }
        long now = nowNanos();
        TablePartition partition = write.table().partitionToWrite(write.partition());
        partition.set(write.row(), write.after());
        if (replicaLagNanos > 0) {
            partition.keep(write.row(), write.before(), delays(), now);
        }
        for (PlannedWrite.IndexWrite index : write.indexes()) {
            apply(write, index, partition, now);
        }
        if (write.after() == null && partition.isEmpty()) {
            write.table().partitions().remove(write.partition());
        }
        StreamLog stream = write.table().stream();
        if (stream != null) {
            stream.append(write, clock.millis(), expired);
        }
    }

    private void apply(PlannedWrite write, PlannedWrite.IndexWrite index, TablePartition partition, long now) {
        if (!index.index().global()) {
            if (index.before() != null) {
                partition.setLocal(
                        index.index(), index.index().placeOf(index.before().attributes()), null);
            }
            if (index.after() != null) {
                partition.setLocal(
                        index.index(), index.index().placeOf(index.after().attributes()), index.after());
            }
        } else if (indexLagNanos == 0) {
            write.table().global(index.index()).apply(index);
        } else {
            long at = now + random.nextLong(indexLagNanos + 1);
            GlobalIndex global = write.table().global(index.index());
            global.arrive(now);
            global.applyLater(write.partition(), index, at);
        }
    }

    /** Adds to what tables have consumed. */
    public void account(Consumption consumption) {
        consumption.addTo(consumed);
    }

    public Map<String, CapacitySum> consumed() {
        return new TreeMap<>(consumed);
    }

    public boolean isInFlight(ModelTable table, PartitionId partition, RowKey row) {
        return !inFlight.isEmpty() && inFlight.contains(new Address(table.name(), partition, row));
    }

    /** The number of the replica that answers; -1 for the leader. */
    private int follower(boolean consistent) {
        return consistent || replicaLagNanos == 0 ? -1 : random.nextInt(TablePartition.FOLLOWERS + 1) - 1;
    }

    private long[] delays() {
        long[] delays = new long[TablePartition.FOLLOWERS];
        for (int i = 0; i < delays.length; i++) {
            delays[i] = random.nextLong(replicaLagNanos + 1);
        }
        return delays;
    }

    /** A seeded delay of an item's deletion that is the same at every call. */
    public static long delay(Duration longest, PartitionId partition, @Nullable AttributeValue sort) {
        long most = longest.toMillis();
        long hash = partition.hash() ^ (sort == null ? 0 : PartitionId.of(sort).hash());
        return most == 0 ? 0 : Long.remainderUnsigned(hash, most + 1);
    }
}
