package dev.statecraft.migration.upkeep;

import dev.statecraft.migration.registry.MigrationService;
import dev.statecraft.migration.registry.Registration;
import dev.statecraft.migration.run.MigrationStatus;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The seed's getMigrationStats. */
@ApplicationScoped
public class MigrationStatisticsService {

    private final MigrationService migrations;

    public MigrationStatisticsService(MigrationService migrations) {
        this.migrations = migrations;
    }

    /**
     * The statistics of a game.
     *
     * @param currentVersion the latest version that is applied or adopted
     * @param totalMigrations how many are registered
     * @param appliedMigrations those that are applied or adopted
     * @param failedMigrations those that failed
     * @param pendingMigrations those that wait
     * @param migrationHistorySize entries of the ledger
     * @param backupCount migrations whose records are kept as they were before
     */
    @Schema(name = "MigrationStatistics")
    public record Statistics(
            String currentVersion,
            int totalMigrations,
            int appliedMigrations,
            int failedMigrations,
            int pendingMigrations,
            long migrationHistorySize,
            int backupCount) {}

    /** The statistics of a game; reads its migrations, 1 RCU for 4 KB. */
    public Statistics of(String game) {
        MigrationService.Overview all = migrations.list(game);
        return new Statistics(
                all.currentVersion().toString(),
                all.migrations().size(),
                count(all, MigrationStatus.APPLIED),
                count(all, MigrationStatus.FAILED) + undone(all),
                count(all, MigrationStatus.PENDING),
                all.ledgerEntries(),
                (int) all.migrations().stream()
                        .filter(Registration::hasRollbackData)
                        .count());
    }

    /** Those that failed and were rolled back. */
    private static int undone(MigrationService.Overview all) {
        return (int) all.migrations().stream()
                .filter(migration -> migration.status() == MigrationStatus.ROLLED_BACK && migration.pending())
                .count();
    }

    private static int count(MigrationService.Overview all, MigrationStatus status) {
        return (int) all.migrations().stream()
                .filter(migration -> migration.status() == status)
                .count();
    }
}
