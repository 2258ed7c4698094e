package dev.statecraft.testing.dynamo.storage;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.Capacity;
import software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;

/**
 * What one request consumes, by the rules of the developer guide: reads in units of 4 KB, half of it if eventually
 * consistent, writes in units of 1 KB, both twice for the items of transactions, and the writes of indexes.
 */
public final class Consumption {

    private static final int READ_UNIT_BYTES = 4096;
    private static final int WRITE_UNIT_BYTES = 1024;

    private static final class OfTable {
        private double table;
        private double read;
        private double write;
        private final Map<String, Double> local = new TreeMap<>();
        private final Map<String, Double> global = new TreeMap<>();
    }

    private final Map<String, OfTable> tables = new TreeMap<>();
    private final boolean inTransaction;

    public Consumption(boolean inTransaction) {
        this.inTransaction = inTransaction;
    }

    /** Units of a strongly consistent read; at least one. */
    public static double readUnits(long sizeBytes) {
        return Math.max(1, Math.ceil((double) sizeBytes / READ_UNIT_BYTES));
    }

    /** Units of a write; at least one. */
    public static double writeUnits(long sizeBytes) {
        return Math.max(1, Math.ceil((double) sizeBytes / WRITE_UNIT_BYTES));
    }

    /** Adds a read of a table, or of an index. */
    public double read(ModelTable table, @Nullable IndexShape index, long sizeBytes, boolean consistent) {
        double units = readUnits(sizeBytes) * (inTransaction ? 2 : consistent ? 1 : 0.5);
        OfTable of = of(table);
        of.read += units;
        add(of, index, units);
        return units;
    }

    /** Adds a write that is applied. */
    public void write(PlannedWrite write) {
        write(write.table(), write.units());
        OfTable of = of(write.table());
        for (PlannedWrite.IndexWrite index : write.indexes()) {
            of.write += index.units();
            add(of, index.index(), index.units());
        }
    }

    /**
     * Adds a write that is not applied, because its condition fails or its transaction is cancelled.
     *
     * @param sizeBytes size of the larger one of the stored item and the item that the write would leave
     */
    public double failedWrite(ModelTable table, long sizeBytes) {
        double units = writeUnits(sizeBytes);
        write(table, units);
        return inTransaction ? 2 * units : units;
    }

    public double readUnits() {
        return tables.values().stream().mapToDouble(table -> table.read).sum();
    }

    /** What the response contains; null if it contains nothing. */
    public @Nullable ConsumedCapacity one(@Nullable ReturnConsumedCapacity requested) {
        List<ConsumedCapacity> all = all(requested);
        return all.isEmpty() ? null : all.get(0);
    }

    /** What the response contains for each table; empty if nothing was requested. */
    public List<ConsumedCapacity> all(@Nullable ReturnConsumedCapacity requested) {
        if (requested == null || requested == ReturnConsumedCapacity.NONE) {
            return List.of();
        }
        boolean byIndex = requested == ReturnConsumedCapacity.INDEXES;
        return tables.entrySet().stream()
                .map(entry -> describe(entry.getKey(), entry.getValue(), byIndex))
                .toList();
    }

    /** What the response contains for each table; null if nothing was requested, so that the response has no list. */
    public @Nullable List<ConsumedCapacity> allOrNull(@Nullable ReturnConsumedCapacity requested) {
        List<ConsumedCapacity> all = all(requested);
        return all.isEmpty() ? null : all;
    }

    /** Adds this request to sums by table. */
    public void addTo(Map<String, CapacitySum> sums) {
        tables.forEach((table, of) -> sums.merge(table, new CapacitySum(of.read, of.write), CapacitySum::plus));
    }

    private ConsumedCapacity describe(String name, OfTable of, boolean byIndex) {
        double total = of.table + sum(of.local.values()) + sum(of.global.values());
        ConsumedCapacity.Builder described =
                ConsumedCapacity.builder().tableName(name).capacityUnits(total);
        if (inTransaction) {
            if (of.write > 0) {
                described.writeCapacityUnits(of.write);
            }
            if (of.read > 0) {
                described.readCapacityUnits(of.read);
            }
        }
        if (byIndex) {
            described.table(units(of.table));
            if (!of.local.isEmpty()) {
                described.localSecondaryIndexes(byName(of.local));
            }
            if (!of.global.isEmpty()) {
                described.globalSecondaryIndexes(byName(of.global));
            }
        }
        return described.build();
    }

    private void write(ModelTable table, double units) {
        OfTable of = of(table);
        of.write += inTransaction ? 2 * units : units;
        of.table += inTransaction ? 2 * units : units;
    }

    private OfTable of(ModelTable table) {
        return tables.computeIfAbsent(table.name(), name -> new OfTable());
    }

    private static void add(OfTable of, @Nullable IndexShape index, double units) {
        if (index == null) {
            of.table += units;
        } else {
            (index.global() ? of.global : of.local).merge(index.name(), units, Double::sum);
        }
    }

    private static Map<String, Capacity> byName(Map<String, Double> units) {
        Map<String, Capacity> byName = new TreeMap<>();
        units.forEach((name, of) -> byName.put(name, units(of)));
        return byName;
    }

    private static Capacity units(double units) {
        return Capacity.builder().capacityUnits(units).build();
    }

    private static double sum(Collection<Double> units) {
        return units.stream().mapToDouble(Double::doubleValue).sum();
    }
}
