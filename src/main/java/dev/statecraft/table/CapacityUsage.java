package dev.statecraft.table;

import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity;

/** Sum of the capacity that DynamoDB reports for a series of requests. Not thread-safe. */
public final class CapacityUsage {

    private double units;

    /** Consumed capacity units so far, read and write units together. */
    public double units() {
        return units;
    }

    /** Adds the consumption of one request; null adds nothing. */
    public void add(@Nullable ConsumedCapacity capacity) {
        Double consumed = capacity == null ? null : capacity.capacityUnits();
        units += consumed == null ? 0 : consumed;
    }

    /** Adds the consumption of one request, reported by table. */
    public void add(List<ConsumedCapacity> capacities) {
        capacities.forEach(this::add);
    }
}
