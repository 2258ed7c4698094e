package dev.statecraft.migration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
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
 * @param appliedAt when it was applied, null if it is not
 * @param hasRollbackData whether records as they were before are kept
 */
public record Registration(
        SemanticVersion version,
        Definition.Kind kind,
        ObjectNode source,
        String checksum,
        Status status,
        long seq,
        boolean outOfOrder,
        Instant registeredAt,
        String registeredBy,
        @Nullable Instant appliedAt,
        boolean hasRollbackData) {

    /** How far a migration is. */
    public enum Status {
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

    /** One that is new. */
    static Registration of(Definition definition, long seq, boolean outOfOrder, Instant at, String by) {
        return new Registration(
                definition.version(),
                definition.kind(),
                definition.source(),
                definition.checksum(),
                Status.PENDING,
                seq,
                outOfOrder,
                at,
                by,
                null,
                false);
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
    Registration under(Registry registry) {
        SemanticVersion baseline = registry.baseline();
        return status == Status.PENDING
                        && baseline != null
                        && version.compareTo(baseline) <= 0
                        && seq < registry.baselineSeq()
                ? new Registration(
                        version,
                        kind,
                        source,
                        checksum,
                        Status.APPLIED,
                        seq,
                        outOfOrder,
                        registeredAt,
                        registeredBy,
                        registry.baselineAt(),
                        hasRollbackData)
                : this;
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
                appliedAt,
                hasRollbackData);
    }
}
