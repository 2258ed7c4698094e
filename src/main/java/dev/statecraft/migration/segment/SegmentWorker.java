package dev.statecraft.migration.segment;

import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.migration.record.RecordReader;
import dev.statecraft.migration.registry.DefinitionCatalog;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.RunStore;
import dev.statecraft.migration.run.Segment;
import dev.statecraft.migration.run.SegmentStore;
import dev.statecraft.runtime.Ticker;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.LongSupplier;

/** Starts walks over segments. */
@ApplicationScoped
public class SegmentWorker {

    private final SegmentWalk.Services services;

    public SegmentWorker(
            RunCoordinator coordinator,
            DefinitionCatalog definitions,
            RunStore runs,
            SegmentStore segments,
            BackupStore backups,
            PageService pages,
            PageCompletion completion,
            RecordReader records,
            MigrationConfig config,
            Ticker ticker) {
        services = new SegmentWalk.Services(
                coordinator, definitions, runs, segments, backups, pages, completion, records, config, ticker);
    }

    /** Starts a walk under a lease that was taken. */
    SegmentWalk start(String game, Run run, Segment lease, LongSupplier millisLeft) {
        return new SegmentWalk(services, game, run, lease, millisLeft);
    }
}
