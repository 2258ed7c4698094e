package dev.statecraft.migration.registry;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.run.MigrationStatus;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A migration as callers see it.
 *
 * @param version its version
 * @param description what it does, for people
 * @param kind who or what transforms the records
 * @param status how far it is
 * @param appliedAt when it was applied or adopted
 * @param hasRollbackData whether records as they were before are kept
 * @param checksum SHA-256 over the canonical JSON of its definition
 * @param registeredAt when it was registered
 * @param registeredBy by whom
 * @param outOfOrder whether it was registered though a later one was current
 * @param drift whether the code says something else than what is registered
 * @param details what else is told of one that is asked for by its version
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record MigrationView(
        String version,
        String description,
        Definition.Kind kind,
        MigrationStatus status,
        @Nullable Instant appliedAt,
        boolean hasRollbackData,
        String checksum,
        Instant registeredAt,
        String registeredBy,
        boolean outOfOrder,
        boolean drift,
        @Nullable Details details) {

    /**
     * What else is told of a migration.
     *
     * @param definition as it was registered
     * @param reversible whether going down is claimed to give back exactly what there was
     * @param idempotent whether doing it twice is claimed to be doing it once
     * @param hasDown whether there is a way down, given or derived
     * @param lost the paths of which something is lost but for the backup
     */
    @Schema(name = "MigrationDetails")
    public record Details(
            JsonNode definition, boolean reversible, boolean idempotent, boolean hasDown, List<String> lost) {}

    static MigrationView of(Registration registration, boolean drift, @Nullable Definition definition) {
        return new MigrationView(
                registration.version().toString(),
                registration.description(),
                registration.kind(),
                registration.status(),
                registration.appliedAt(),
                registration.hasRollbackData(),
                registration.checksum(),
                registration.registeredAt(),
                registration.registeredBy(),
                registration.outOfOrder(),
                drift,
                definition == null
                        ? null
                        : new Details(
                                registration.source(),
                                definition.reversible(),
                                definition.idempotent(),
                                definition.down() != null,
                                definition.lost()));
    }
}
