package dev.statecraft.testing.workload;

import dev.statecraft.table.Attributes;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.simulation.Simulation;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Adds to the coverage of a run how often queues of combined writes were written. */
final class QueueWrites {

    private QueueWrites() {}

    /** Counts the writes of the queues of a kind. */
    static void count(Simulation simulation, TableNames tables, String kind) {
        for (Map<String, AttributeValue> item : simulation
                .database()
                .client()
                .scan(scan -> scan.tableName(tables.intents()))
                .items()) {
            if (Attributes.string(item, "pk").contains("#" + kind + "#")) {
                for (long i = Attributes.number(item, "g", 0); i > 0; i--) {
                    simulation.coverage().count("write of a queue: " + kind);
                }
            }
        }
    }
}
