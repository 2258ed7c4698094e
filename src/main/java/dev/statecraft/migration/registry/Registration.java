package dev.statecraft.migration.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.MigrationTarget;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Run;
import dev.statecraft.table.CanonicalJson;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A registered migration.
 *
 * @param version semantic version of the migration
 * @param kind how the records are transformed
 * @param source the definition as JSON
 * @param checksum SHA-256 of the canonical JSON of the source
 * @param status stored status; see {@link #under} for the effect of a baseline
 * @param seq number of the history entry of the registration
 * @param outOfOrder whether the version was lower than the current one when it was registered
 * @param registeredAt time of the registration
 * @param registeredBy name of the caller that registered the migration
 * @param application results of its runs
 */
public record Registration(
        SemanticVersion version,
        Definition.Kind kind,
        ObjectNode source,
        String checksum,
        MigrationStatus status,
        long seq,
        boolean outOfOrder,
        Instant registeredAt,
        String registeredBy,
        Application application) {

    /**
     * Results of the runs of a migration.
     *
     * @param at time when the migration was applied or adopted; null if neither
     * @param seq number of the history entry of the successful run; 0 if there is none
     * @param run the last run; null if there was none
     * @param backups the runs whose backups can restore the pre-migration states
     * @param error error of the last run; null if it succeeded or was a requested rollback
     */
    public record Application(
            @Nullable Instant at,
            long seq,
            @Nullable String run,
            List<Run.Source> backups,
            @Nullable String error) {

        /** No run has started. */
        public static final Application NONE = new Application(null, 0, null, List.of(), null);

        /** Copies the backups. */
        public Application {
            backups = List.copyOf(backups);
        }
    }

    /** Time when the migration was applied or adopted; null if neither. */
    public @Nullable Instant appliedAt() {
        return application.at();
    }

    /** Whether a backup of the pre-migration states is stored. */
    public boolean hasRollbackData() {
        return !application.backups().isEmpty();
    }

    /** Whether a run applied the migration; false if a baseline adopted it. */
    public boolean ran() {
        return status == MigrationStatus.APPLIED && application.seq() > 0;
    }

    /**
     * Whether applying all pending migrations includes this one. Failed and automatically rolled back migrations are
     * included; migrations that were cancelled or rolled back on request are not.
     */
    public boolean pending() {
        return switch (status) {
            case PENDING, FAILED -> true;
            case ROLLED_BACK -> application.error() != null;
            case RUNNING, PAUSED, VALIDATING, APPLIED, ROLLING_BACK, CANCELLED -> false;
        };
    }

    /** A new registration with the status PENDING. */
    static Registration of(Definition definition, long seq, boolean outOfOrder, Instant at, String by) {
        return new Registration(
                definition.version(),
                definition.kind(),
                definition.source(),
                definition.checksum(),
                MigrationStatus.PENDING,
                seq,
                outOfOrder,
                at,
                by,
                Application.NONE);
    }

    /**
     * Whether a definition has the registered content. The stored checksum alone is not sufficient: another release
     * computed it and may have formatted numbers differently.
     */
    boolean hasContent(Definition definition) {
        return checksum.equals(definition.checksum())
                || CanonicalJson.of(source).equals(CanonicalJson.of(definition.source()));
    }

    /** Human-readable description. */
    public String description() {
        return source.path("description").asText();
    }

    /** The type of the migrated entities, or another target as in {@link MigrationTarget}. */
    public String entityType() {
        return MigrationTarget.of(source);
    }

    /** The registration with the effect of a baseline: a PENDING migration that the baseline adopted is APPLIED. */
    public Registration under(Registry registry) {
        SemanticVersion baseline = registry.baseline();
        return status == MigrationStatus.PENDING
                        && baseline != null
                        && version.compareTo(baseline) <= 0
                        && seq < registry.baselineSeq()
                ? with(MigrationStatus.APPLIED, new Application(registry.baselineAt(), 0, null, List.of(), null))
                : this;
    }

    /** A copy with another status and other results of runs. */
    public Registration with(MigrationStatus status, Application application) {
        return new Registration(
                version, kind, source, checksum, status, seq, outOfOrder, registeredAt, registeredBy, application);
    }

    /** A copy with another definition. */
    Registration repaired(Definition definition) {
        return new Registration(
                version,
                definition.kind(),
                definition.source(),
                definition.checksum(),
                status,
                seq,
                outOfOrder,
                registeredAt,
                registeredBy,
                application);
    }
}
