package dev.statecraft.migration.segment;

import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.migration.registry.LedgerEntry;
import dev.statecraft.migration.registry.MigrationStore;
import dev.statecraft.migration.registry.Registration;
import dev.statecraft.migration.registry.Registration.Application;
import dev.statecraft.migration.registry.Registry;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.RunStore;
import dev.statecraft.table.TransactionWrites;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** Deletes expired backups of runs, except those of the last applied migration of each type. */
@ApplicationScoped
public class BackupService {

    /** Author name in the ledger. */
    static final String BY = "retention";

    private final MigrationStore store;
    private final RunStore runs;
    private final BackupStore backups;
    private final MigrationConfig config;
    private final Clock clock;

    public BackupService(
            MigrationStore store, RunStore runs, BackupStore backups, MigrationConfig config, Clock clock) {
        this.store = store;
        this.runs = runs;
        this.backups = backups;
        this.config = config;
        this.clock = clock;
    }

    /**
     * Deletes expired backups until the time budget is used up; a later call continues. Cost: about 1 RCU per 8 runs,
     * and the deletion of the items.
     *
     * @return number of runs whose backup is deleted completely
     */
    public int clean(String game, BooleanSupplier timeLeft) {
        Instant before = Instant.ofEpochMilli(clock.millis()).minus(config.backupRetention());
        List<Run> old = runs.keptBefore(game, before);
        if (old.isEmpty()) {
            return 0;
        }
        Set<String> last = withLastBackups(store.list(game));
        int cleaned = 0;
        for (Run run : old) {
            if (!last.contains(run.id()) && detached(game, run) && deleted(game, run, timeLeft)) {
                cleaned += runs.replace(game, run, run.withoutBackup()) ? 1 : 0;
            }
        }
        return cleaned;
    }

    /** The runs with the backups of the last applied migration of each type that has a backup. */
    private static Set<String> withLastBackups(List<Registration> all) {
        Map<String, Registration> last = new HashMap<>();
        all.stream()
                .filter(migration -> migration.ran() && migration.hasRollbackData())
                .sorted(Comparator.comparingLong(
                        migration -> migration.application().seq()))
                .forEach(migration -> last.put(migration.entityType(), migration));
        Set<String> runs = new HashSet<>();
        last.values().forEach(migration -> migration.application().backups().forEach(source -> runs.add(source.run())));
        return runs;
    }

    /**
     * Removes the backup of a run from its registration before any item is deleted, so that no rollback uses a part of
     * it.
     */
    private boolean detached(String game, Run run) {
        Registry registry = store.registry(game);
        Registration migration = store.read(game, run.version()).orElse(null);
        if (migration == null
                || migration.application().backups().stream()
                        .noneMatch(source -> source.run().equals(run.id()))) {
            return true;
        }
        if (registry.activeRun() != null) {
            return false;
        }
        Application before = migration.application();
        Registry next = registry.noted();
        return store.record(
                game,
                registry,
                next,
                migration.with(
                        migration.status(),
                        new Application(
                                before.at(),
                                before.seq(),
                                before.run(),
                                before.backups().stream()
                                        .filter(source -> !source.run().equals(run.id()))
                                        .toList(),
                                before.error())),
                new LedgerEntry(
                        next.seq(),
                        Instant.ofEpochMilli(clock.millis()),
                        LedgerEntry.Action.BACKUP_REMOVED,
                        run.version().toString(),
                        BY,
                        null,
                        migration.checksum(),
                        null,
                        run.id(),
                        null),
                TransactionWrites.NONE);
    }

    private boolean deleted(String game, Run run, BooleanSupplier timeLeft) {
        for (int segment = 0; segment < run.segments(); segment++) {
            do {
                if (!timeLeft.getAsBoolean()) {
                    return false;
                }
            } while (backups.deleteSome(game, run.id(), segment));
        }
        return true;
    }
}
