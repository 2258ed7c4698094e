package dev.statecraft.testing.dynamo.storage;

import dev.statecraft.testing.dynamo.expression.DynamoErrors;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException;

/**
 * The capacity of partition keys: a bucket of one second's units for each key of a table or index. A request needs a
 * bucket that is not empty, and may take more than is left.
 */
public final class Throughput {

    public static final String MESSAGE = "The level of configured provisioned throughput for the table was exceeded."
            + " Consider increasing your provisioning level with the UpdateTable API.";

    private static final double NANOS = 1e9;

    private record Place(String table, String index, PartitionId partition, boolean write) {}

    private static final class Bucket {
        private double units;
        private long atNanos;
    }

    private final double readUnitsPerSecond;
    private final double writeUnitsPerSecond;
    private final Map<Place, Bucket> buckets = new HashMap<>();

    public Throughput(double readUnitsPerSecond, double writeUnitsPerSecond) {
        this.readUnitsPerSecond = readUnitsPerSecond;
        this.writeUnitsPerSecond = writeUnitsPerSecond;
    }

    public boolean canRead(ModelTable table, @Nullable IndexShape index, PartitionId partition, long nowNanos) {
        return readUnitsPerSecond == 0 || bucket(table, index, partition, false, nowNanos).units > 0;
    }

    public boolean canWrite(PlannedWrite write, long nowNanos) {
        if (writeUnitsPerSecond == 0) {
            return true;
        }
        if (!canWrite(write.table(), write.partition(), nowNanos)) {
            return false;
        }
        // A table whose global index is overloaded does not accept writes to it.
        for (PlannedWrite.IndexWrite index : write.indexes()) {
            StoredItem row = index.after() == null ? index.before() : index.after();
            if (index.index().global() && row != null) {
                PartitionId partition = index.index().key().partitionOf(row.attributes());
                if (bucket(write.table(), index.index(), partition, true, nowNanos).units <= 0) {
                    return false;
                }
            }
        }
        return true;
    }

    public boolean canWrite(ModelTable table, PartitionId partition, long nowNanos) {
        return writeUnitsPerSecond == 0 || bucket(table, null, partition, true, nowNanos).units > 0;
    }

    public void read(ModelTable table, @Nullable IndexShape index, PartitionId partition, double units, long nowNanos) {
        if (readUnitsPerSecond > 0) {
            bucket(table, index, partition, false, nowNanos).units -= units;
        }
    }

    public void write(PlannedWrite write, double factor, long nowNanos) {
        if (writeUnitsPerSecond > 0) {
            failedWrite(write.table(), write.partition(), write.units() * factor, nowNanos);
            for (PlannedWrite.IndexWrite index : write.indexes()) {
                StoredItem row = index.after() == null ? index.before() : index.after();
                if (row != null) {
                    PartitionId partition = index.index().global()
                            ? index.index().key().partitionOf(row.attributes())
                            : write.partition();
                    IndexShape place = index.index().global() ? index.index() : null;
                    bucket(write.table(), place, partition, true, nowNanos).units -= index.units();
                }
            }
        }
    }

    public void failedWrite(ModelTable table, PartitionId partition, double units, long nowNanos) {
        if (writeUnitsPerSecond > 0) {
            bucket(table, null, partition, true, nowNanos).units -= units;
        }
    }

    public static ProvisionedThroughputExceededException exceeded() {
        return DynamoErrors.of(
                ProvisionedThroughputExceededException.builder(), "ProvisionedThroughputExceededException", MESSAGE);
    }

    private Bucket bucket(
            ModelTable table, @Nullable IndexShape index, PartitionId partition, boolean write, long nowNanos) {
        double perSecond = write ? writeUnitsPerSecond : readUnitsPerSecond;
        Place place = new Place(table.name(), index == null ? "" : index.name(), partition, write);
        Bucket bucket = buckets.get(place);
        if (bucket == null) {
            bucket = new Bucket();
            bucket.units = perSecond;
            buckets.put(place, bucket);
        } else {
            double refilled = bucket.units + (nowNanos - bucket.atNanos) / NANOS * perSecond;
            bucket.units = Math.min(perSecond, refilled);
        }
        bucket.atNanos = nowNanos;
        return bucket;
    }
}
