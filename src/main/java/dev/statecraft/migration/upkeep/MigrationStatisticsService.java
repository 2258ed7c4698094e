package dev.statecraft.migration.upkeep;

import dev.statecraft.migration.registry.MigrationService;
import dev.statecraft.migration.registry.Registration;
import dev.statecraft.migration.run.MigrationStatus;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Implements {@code getMigrationStats} of the original Luau API. */
@ApplicationScoped
public class MigrationStatisticsService {

    private final MigrationService migrations;

    public MigrationStatisticsService(MigrationService migrations) {
        this.migrations = migrations;
    }

    /**
     * The statistics of a game.
     *
     * @param currentVersion latest version that is applied, or the baseline
     * @param totalMigrations number of registered migrations
     * @param appliedMigrations number of migrations that are applied or covered by the baseline
     * @param failedMigrations number of failed migrations
     * @param pendingMigrations number of pending migrations
     * @param migrationHistorySize number of ledger entries
     * @param backupCount number of migrations with a backup
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

    /** Computes the statistics of a game. Cost: 1 RCU per 4 KB of its migrations. */
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

    /** Number of migrations that failed and were rolled back automatically. */
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
