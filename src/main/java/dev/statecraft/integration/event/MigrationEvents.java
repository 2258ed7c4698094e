package dev.statecraft.integration.event;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.registry.LedgerEntry;
import java.util.List;

/** Creates the events of migrations: one for each entry of the migration history. */
public final class MigrationEvents {

    private MigrationEvents() {}

    static SourceChange of(String game, LedgerEntry entry) {
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        data.put("version", entry.version()).put("by", entry.by());
        data.put("action", entry.action().name());
        if (entry.reason() != null) {
            data.put("reason", entry.reason());
        }
        String source = "ledger/" + entry.seq();
        return SourceChange.once(
                game,
                source,
                List.of(Event.of(type(entry.action().name()), source, entry.at().toEpochMilli(), data)));
    }

    /** Returns true if the entry records the end of a run that may have changed entities. */
    public static boolean changedData(LedgerEntry entry) {
        EventType type = type(entry.action().name());
        return type == EventType.MIGRATION_COMPLETED
                || type == EventType.MIGRATION_ROLLED_BACK
                || type == EventType.MIGRATION_FAILED
                || type == EventType.MIGRATION_CANCELLED;
    }

    /** Maps an action by name, so that an action without an event type of its own becomes MIGRATION_CHANGED. */
    private static EventType type(String action) {
        return switch (action) {
            case "REGISTERED" -> EventType.MIGRATION_REGISTERED;
            case "BASELINED" -> EventType.MIGRATION_BASELINED;
            case "REPAIRED" -> EventType.MIGRATION_REPAIRED;
            case "STARTED", "FORCED" -> EventType.MIGRATION_STARTED;
            case "ROLLBACK_STARTED" -> EventType.MIGRATION_ROLLBACK_STARTED;
            case "APPLIED" -> EventType.MIGRATION_COMPLETED;
            case "ROLLED_BACK" -> EventType.MIGRATION_ROLLED_BACK;
            case "FAILED" -> EventType.MIGRATION_FAILED;
            case "CANCELLED" -> EventType.MIGRATION_CANCELLED;
            default -> EventType.MIGRATION_CHANGED;
        };
    }
}
