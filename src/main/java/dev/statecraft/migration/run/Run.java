package dev.statecraft.migration.run;

import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.table.PaddedNumber;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A run: applies a migration to all entities of its type, or rolls it back.
 *
 * @param id unique id; a later run has a greater one
 * @param version version of the migration
 * @param entityType entity type whose entities the run processes; empty for a script
 * @param direction whether the run was started to apply the migration or to roll it back
 * @param status status of the run, regardless of a pause
 * @param phase current phase
 * @param paused whether work is suspended until the run is resumed
 * @param stopping why the run is being stopped: FAILED or CANCELLED; null if it is not. A FAILED run that was rolled
 *     back ends as ROLLED_BACK.
 * @param order who started the run, and with which options of the request
 * @param options failure threshold, canary, segments and limits
 * @param schemas schema version of the type without the migration and with it
 * @param keepsBackup whether the states before the run are stored
 * @param sources runs whose backups a rollback restores: earlier runs of the migration, and this run if it applies the
 *     migration and stores a backup
 * @param segments number of segments; 0 until planning is complete
 * @param canary number of records that are migrated before the other segments start
 * @param total number of records that planning counted; after the end, number of records that the run processed
 * @param revision number of the current revision; increases with every change
 * @param settlingSince when a worker first saw the last change of the type's schema version by this run; null before
 * @param startedAt time of the start
 * @param finishedAt time of the end, null while the run is active
 * @param error why the run failed or was cancelled, null if it was not
 * @param outcome final progress, null while the run is active
 */
public record Run(
        String id,
        SemanticVersion version,
        String entityType,
        Direction direction,
        MigrationStatus status,
        Phase phase,
        boolean paused,
        @Nullable MigrationStatus stopping,
        Order order,
        RunOptions options,
        Schemas schemas,
        boolean keepsBackup,
        List<Source> sources,
        int segments,
        long canary,
        long total,
        long revision,
        @Nullable Instant settlingSince,
        Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable String error,
        @Nullable Progress outcome) {

    /** Copies the list. */
    public Run {
        sources = List.copyOf(sources);
    }

    /** Whether a run was started as an application or as a rollback. */
    @Schema(name = "RunDirection")
    public enum Direction {
        UP,
        DOWN
    }

    /** How a rollback treats records that were written after the migration. */
    @Schema(name = "RollbackMode")
    public enum Mode {
        /** Such records are downgraded with {@code down}, so no write is lost. */
        SMART,
        /**
         * Such records are restored from the backup too. The later writes remain only in the history and in the backup
         * of the rollback.
         */
        EXACT
    }

    /** Phase of a run. */
    @Schema(name = "RunPhase")
    public enum Phase {
        /** Counts the records and chooses the number of segments. */
        PLANNING(0),
        /** Migrates the canary records, one segment at a time. */
        CANARY(1),
        /** Migrates the records of all segments in parallel. */
        MIGRATING(1),
        /**
         * Scans all records again with consistent reads. Migrates records that were created during the run, and checks
         * the rules of migrated records.
         */
        VALIDATING(2),
        /**
         * Restores records from the backup. In mode SMART, records that were written after the migration are left for
         * SWEEPING.
         */
        RESTORING(3),
        /** Scans all records and downgrades those that still have the schema version of the migration. */
        SWEEPING(4),
        /** The run has ended. */
        FINISHED(5);

        private final int pass;

        Phase(int pass) {
            this.pass = pass;
        }

        /**
         * Number of the pass over the segments. A phase continues from the checkpoints of a phase with the same number.
         */
        public int pass() {
            return pass;
        }

        /** Whether this phase rolls records back. */
        public boolean back() {
            return this == RESTORING || this == SWEEPING;
        }

        /** Whether segments are processed in this phase. */
        public boolean working() {
            return this != PLANNING && this != FINISHED;
        }

        /** Whether this phase starts with a change of the schema version of the type. */
        boolean changesSchema() {
            return this == VALIDATING || this == RESTORING;
        }

        /** Whether this phase scans all records last, so that it must find every record of the other schema version. */
        public boolean scansLast() {
            return this == VALIDATING || this == SWEEPING;
        }
    }

    /** Who started a run and how. {@code forced} is false if the run was started by applying all pending migrations. */
    public record Order(
            Mode mode, boolean forced, String by, @Nullable String reason) {}

    /** Schema versions of a type before and after a migration. */
    public record Schemas(String before, String after) {}

    /** A run with a backup, and the number of its segments. */
    public record Source(String run, int segments) {

        @Override
        public String toString() {
            return run + ":" + segments;
        }

        public static Source of(String text) {
            int colon = text.indexOf(':');
            return new Source(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
        }
    }

    /** The id of the run that the ledger entry with this number starts. */
    public static String idOf(long seq) {
        return "run-" + PaddedNumber.of(seq, 8);
    }

    /** Author name of the entity versions that the run writes. */
    public String signature() {
        return "migration:" + id;
    }

    /** Whether the run has not ended. */
    public boolean active() {
        return phase != Phase.FINISHED;
    }

    /** Status in the API: PAUSED for an active run that is paused. */
    public MigrationStatus visibleStatus() {
        return active() && paused ? MigrationStatus.PAUSED : status;
    }

    /** Whether the run rolls records back in its current phase. */
    public boolean isRollingBack() {
        return direction == Direction.DOWN || phase.back();
    }

    /** Whether an application is being undone, which is counted apart from its direction. */
    public boolean undoing() {
        return direction == Direction.UP && phase.back();
    }

    /**
     * The final progress of this run. Records that were never reached count as skipped. A rollback scans every record once
     * more at the end, so those that it restored before are subtracted from the skipped ones.
     *
     * @param complete whether all records were reached
     */
    public Progress ended(Progress progress, boolean complete) {
        RunCounts main = progress.main();
        long rest = main.skipped();
        if (direction == Direction.DOWN) {
            rest = Math.max(0, main.skipped() - main.done() - main.failed());
        } else if (!complete) {
            rest = Math.max(main.skipped(), total - main.done() - main.failed());
        }
        return new Progress(
                new RunCounts(main.done(), main.done(), rest, main.failed()),
                progress.back(),
                progress.attempts(),
                progress.units(),
                progress.sums());
    }

    public Run at(MigrationStatus status, Phase phase) {
        return copy(status, phase, paused, stopping, options, sources, segments, canary, total, null, error, null)
                .with(keepsBackup, phase.changesSchema() ? null : settlingSince, revision + 1);
    }

    /** The run after a worker has seen its change of the type's schema version. */
    public Run settling(@Nullable Instant since) {
        return with(keepsBackup, since, revision + 1);
    }

    public Run planned(MigrationStatus status, Phase phase, int segments, long canary, long total) {
        List<Source> own = keepsBackup ? sourcesWith(segments) : sources;
        return copy(status, phase, paused, stopping, options, own, segments, canary, total, null, error, null);
    }

    public Run paused(boolean paused) {
        return copy(status, phase, paused, stopping, options, sources, segments, canary, total, null, error, null);
    }

    public Run stopping(MigrationStatus stopping, String error) {
        // A run that is being stopped is not paused: its rollback starts at once.
        return copy(status, phase, false, stopping, options, sources, segments, canary, total, null, error, null);
    }

    public Run throttled(int maxCapacity) {
        RunOptions throttled = options.throttled(maxCapacity);
        return copy(status, phase, paused, stopping, throttled, sources, segments, canary, total, null, error, null);
    }

    public Run withoutBackup() {
        return with(false, settlingSince, revision + 1);
    }

    /** This revision of a run of a script that has stored a backup, which later rollbacks restore. */
    public Run backedUp() {
        List<Source> own = sourcesWith(segments);
        return copy(status, phase, paused, stopping, options, own, segments, canary, total, finishedAt, error, outcome)
                .with(true, settlingSince, revision);
    }

    private List<Source> sourcesWith(int ownSegments) {
        Stream<Source> own = Stream.of(new Source(id, ownSegments));
        return direction == Direction.UP ? Stream.concat(sources.stream(), own).toList() : sources;
    }

    /** Whether one game server performs the migration as a whole, and no entities are processed. */
    public boolean isScript() {
        return entityType.isEmpty();
    }

    private Run with(boolean backup, @Nullable Instant settling, long nextRevision) {
        return new Run(
                id,
                version,
                entityType,
                direction,
                status,
                phase,
                paused,
                stopping,
                order,
                options,
                schemas,
                backup,
                sources,
                segments,
                canary,
                total,
                nextRevision,
                settling,
                startedAt,
                finishedAt,
                error,
                outcome);
    }

    public Run finished(MigrationStatus status, Progress outcome, Instant at, @Nullable String error) {
        return copy(
                status,
                Phase.FINISHED,
                false,
                stopping,
                options,
                sources,
                segments,
                canary,
                outcome.handled(),
                at,
                error,
                outcome);
    }

    private Run copy(
            MigrationStatus status,
            Phase phase,
            boolean paused,
            @Nullable MigrationStatus stopping,
            RunOptions options,
            List<Source> sources,
            int segments,
            long canary,
            long total,
            @Nullable Instant finishedAt,
            @Nullable String error,
            @Nullable Progress outcome) {
        return new Run(
                id,
                version,
                entityType,
                direction,
                status,
                phase,
                paused,
                stopping,
                order,
                options,
                schemas,
                keepsBackup,
                sources,
                segments,
                canary,
                total,
                revision + 1,
                settlingSince,
                startedAt,
                finishedAt,
                error,
                outcome);
    }
}
