package dev.statecraft.migration;

import dev.statecraft.replication.EntityReader;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.LongSupplier;

/** Starts walks over segments. */
@ApplicationScoped
public class ShiftService {

    private final SegmentWalk.Services services;

    ShiftService(
            TurnService turns,
            DefinitionCatalog definitions,
            RunStore runs,
            SegmentStore segments,
            BackupStore backups,
            PageService pages,
            PageCompletion completion,
            EntityReader entities,
            MigrationConfig config) {
        services = new SegmentWalk.Services(
                turns, definitions, runs, segments, backups, pages, completion, entities, config);
    }

    /** Starts a walk under a lease that was taken. */
    SegmentWalk begin(String game, Run run, Segment lease, LongSupplier millisLeft) {
        return new SegmentWalk(services, game, run, lease, millisLeft);
    }
}
