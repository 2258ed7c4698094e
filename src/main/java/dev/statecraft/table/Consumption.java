package dev.statecraft.table;

import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity;

/** Adds up what DynamoDB says that some requests consumed. For one thread. */
public final class Consumption {

    private double units;

    /** Units of capacity so far, reads and writes taken together. */
    public double units() {
        return units;
    }

    /** Adds what one request consumed; nothing where DynamoDB did not say. */
    public void add(@Nullable ConsumedCapacity capacity) {
        Double consumed = capacity == null ? null : capacity.capacityUnits();
        units += consumed == null ? 0 : consumed;
    }

    /** Adds what one request consumed, table by table. */
    public void add(List<ConsumedCapacity> capacities) {
        capacities.forEach(this::add);
    }
}
