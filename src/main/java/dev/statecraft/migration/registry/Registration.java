package dev.statecraft.migration.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Run;
import dev.statecraft.table.CanonicalJson;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A migration as it is registered.
 *
 * @param version its version
 * @param kind who or what transforms the records
 * @param source its definition as JSON
 * @param checksum of the source
 * @param status how far it is
 * @param seq the entry of the ledger that it was registered with
 * @param outOfOrder whether it was registered though a later one was current
 * @param registeredAt when
 * @param registeredBy by whom
 * @param application what runs made of it
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
     * What runs made of a migration.
     *
     * @param at when it was applied or adopted, null if it is not
     * @param seq the entry of the ledger that says it is applied; 0 if none does
     * @param run the last run, null if there was none
     * @param backups the runs whose backups lead back
     * @param error what the last run ended with, null if it succeeded or was wanted
     */
    public record Application(
            @Nullable Instant at,
            long seq,
            @Nullable String run,
            List<Run.Source> backups,
            @Nullable String error) {

        /** Nothing was made of it. */
        public static final Application NONE = new Application(null, 0, null, List.of(), null);

        /** Copies the backups. */
        public Application {
            backups = List.copyOf(backups);
        }
    }

    /** When it was applied or adopted, null if it is not. */
    public @Nullable Instant appliedAt() {
        return application.at();
    }

    /** Whether records as they were before are kept. */
    public boolean hasRollbackData() {
        return !application.backups().isEmpty();
    }

    /** Whether its records went through it, rather than being taken to have. */
    public boolean ran() {
        return status == MigrationStatus.APPLIED && application.seq() > 0;
    }

    /**
     * Whether it is to be applied when all are that are not: those that somebody took back or cancelled are not.
     */
    public boolean pending() {
        return switch (status) {
            case PENDING, FAILED -> true;
            case ROLLED_BACK -> application.error() != null;
            case RUNNING, PAUSED, VALIDATING, APPLIED, ROLLING_BACK, CANCELLED -> false;
        };
    }

    /** One that is new. */
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
     * Whether a definition has the registered content. Not by the stored checksum alone: it was computed by the release
     * that registered the migration, and a release may write numbers differently.
     */
    boolean hasContent(Definition definition) {
        return checksum.equals(definition.checksum())
                || CanonicalJson.of(source).equals(CanonicalJson.of(definition.source()));
    }

    /** What it does, for people. */
    public String description() {
        return source.path("description").asText();
    }

    /** The type of the entities it is for. */
    public String entityType() {
        return source.path("target").path("entityType").asText();
    }

    /** As it is to be seen: one that a baseline has taken in counts as applied then. */
    public Registration under(Registry registry) {
        SemanticVersion baseline = registry.baseline();
        return status == MigrationStatus.PENDING
                        && baseline != null
                        && version.compareTo(baseline) <= 0
                        && seq < registry.baselineSeq()
                ? with(MigrationStatus.APPLIED, new Application(registry.baselineAt(), 0, null, List.of(), null))
                : this;
    }

    /** With another status, and what runs made of it. */
    public Registration with(MigrationStatus status, Application application) {
        return new Registration(
                version, kind, source, checksum, status, seq, outOfOrder, registeredAt, registeredBy, application);
    }

    /** With another definition in place of its own. */
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
