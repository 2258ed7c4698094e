package dev.statecraft.migration.run;

import dev.statecraft.migration.definition.SemanticVersion;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * One application of a migration, or one rollback.
 *
 * @param id of which a later run has a greater one
 * @param version the migration
 * @param entityType whose entities it is about
 * @param direction whether it began as an application or as a rollback
 * @param status how far it is, but for a pause
 * @param phase what is being done
 * @param paused whether nothing is done until somebody says so
 * @param stopping what it is to end as once it is undone, FAILED or CANCELLED; null if nothing went wrong
 * @param order who wanted it, and how
 * @param options how it goes about it
 * @param schemas what the type's schema is without the migration and with it
 * @param keepsBackup whether states are kept as they were
 * @param sources whose backups lead back: those of earlier runs of the migration, and its own
 * @param segments how many parts there are; 0 until that is decided
 * @param canary how many records are migrated before the other segments begin
 * @param total how many records there were when it was planned; once it has ended, how many it was about
 * @param revision rises with every change
 * @param startedAt when it was begun
 * @param finishedAt when it ended, null while it goes on
 * @param error why it did not succeed, null if it did
 * @param outcome what it came to, null while it goes on
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
        Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable String error,
        @Nullable Progress outcome) {

    /** Copies the sources. */
    public Run {
        sources = List.copyOf(sources);
    }

    /** Whether a run began as an application or as a rollback. */
    @Schema(name = "RunDirection")
    public enum Direction {
        UP,
        DOWN
    }

    /** How a rollback treats records that were written since. */
    @Schema(name = "RollbackMode")
    public enum Mode {
        /** They are passed through {@code down}, so nothing is lost. */
        SMART,
        /** They too become what they were, and what was written since is lost but for the history and the backup. */
        EXACT
    }

    /** What a run is doing. */
    @Schema(name = "RunPhase")
    public enum Phase {
        /** Counts the records and decides about segments. */
        PLANNING(0),
        /** Migrates the first few, in one segment. */
        CANARY(1),
        /** Migrates all segments. */
        MIGRATING(1),
        /** Looks through all records as they are stored now, and migrates those that were created meanwhile. */
        VALIDATING(2),
        /** Brings records back that nobody has written since. */
        RESTORING(3),
        /** Looks for records that are still in the new shape and takes them down. */
        SWEEPING(4),
        /** Nothing more. */
        FINISHED(5);

        private final int pass;

        Phase(int pass) {
            this.pass = pass;
        }

        /** What segments are looked through for; phases of the same pass go on where the one before stopped. */
        public int pass() {
            return pass;
        }

        /** Whether this is part of the way back. */
        public boolean back() {
            return this == RESTORING || this == SWEEPING;
        }

        /** Whether segments are worked on. */
        public boolean working() {
            return this != PLANNING && this != FINISHED;
        }
    }

    /** Who wanted a run and how; {@code forced} out of its turn. */
    public record Order(
            Mode mode, boolean forced, String by, @Nullable String reason) {}

    /** Schemas of a type, before and after a migration. */
    public record Schemas(String before, String after) {}

    /** A run that kept backups, in so many segments. */
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

    /** The id of the run that an entry of the ledger begins. */
    public static String idOf(long seq) {
        return String.format(Locale.ROOT, "run-%08d", seq);
    }

    /** What its writes name as who made them. */
    public String signature() {
        return "migration:" + id;
    }

    /** Whether it has not ended. */
    public boolean active() {
        return phase != Phase.FINISHED;
    }

    /** How far it is, as it is told. */
    public MigrationStatus told() {
        return active() && paused ? MigrationStatus.PAUSED : status;
    }

    /** Whether a run of this direction and phase takes records down. */
    public boolean goesBack() {
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
        return copy(status, phase, paused, stopping, options, sources, segments, canary, total, null, error, null);
    }

    public Run planned(MigrationStatus status, Phase phase, int segments, long canary, long total) {
        List<Source> own = keepsBackup && direction == Direction.UP
                ? Stream.concat(sources.stream(), Stream.of(new Source(id, segments)))
                        .toList()
                : sources;
        return copy(status, phase, paused, stopping, options, own, segments, canary, total, null, error, null);
    }

    public Run paused(boolean paused) {
        return copy(status, phase, paused, stopping, options, sources, segments, canary, total, null, error, null);
    }

    public Run stopping(MigrationStatus stopping, String error) {
        // Whoever was to resume it has nothing to resume any more.
        return copy(status, phase, false, stopping, options, sources, segments, canary, total, null, error, null);
    }

    public Run throttled(int maxCapacity) {
        RunOptions throttled = options.throttled(maxCapacity);
        return copy(status, phase, paused, stopping, throttled, sources, segments, canary, total, null, error, null);
    }

    public Run withoutBackup() {
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
                false,
                sources,
                segments,
                canary,
                total,
                revision + 1,
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
                startedAt,
                finishedAt,
                error,
                outcome);
    }
}
