package dev.statecraft.testing.dynamo.storage;

/** Capacity units that the requests to a table, with its indexes, have consumed. */
public record CapacitySum(double readUnits, double writeUnits) {

    public CapacitySum plus(CapacitySum other) {
        return new CapacitySum(readUnits + other.readUnits, writeUnits + other.writeUnits);
    }
}
