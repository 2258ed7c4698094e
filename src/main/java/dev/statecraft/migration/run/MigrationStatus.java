package dev.statecraft.migration.run;

/** The status of a migration, and of the run that applies it or rolls it back. */
public enum MigrationStatus {
    PENDING,
    RUNNING,
    PAUSED,
    VALIDATING,
    APPLIED,
    ROLLING_BACK,
    ROLLED_BACK,
    FAILED,
    CANCELLED
}
