package dev.statecraft.replication.command;

import dev.statecraft.replication.log.HistoryService;
import dev.statecraft.replication.type.EntityTypeService;
import dev.statecraft.replication.type.SchemaService;

/** Builds deciders without Quarkus. No board is bound to an entity type. */
public final class CommandDeciders {

    private CommandDeciders() {}

    public static CommandDecider of(
            EntityTypeService types, HistoryService history, SchemaService schemas, ParkedUpdates parked) {
        WritePermissions permissions = new WritePermissions((game, type) -> false);
        SchemaUpdates conversions = new SchemaUpdates(schemas);
        UpdateDecider updates = new UpdateDecider(types, history, schemas, conversions, permissions);
        return new CommandDecider(types, history, schemas, permissions, updates, conversions, parked);
    }
}
