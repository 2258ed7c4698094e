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
 * API representation of a migration.
 *
 * @param version semantic version of the migration
 * @param description human-readable description
 * @param kind how the records are transformed
 * @param status current status
 * @param appliedAt time when the migration was applied or adopted by a baseline; null if neither
 * @param hasRollbackData whether a backup of the pre-migration states is stored
 * @param checksum SHA-256 of the canonical JSON of the definition
 * @param registeredAt time of the registration
 * @param registeredBy name of the caller that registered the migration
 * @param outOfOrder whether the version was lower than the current one when it was registered
 * @param drift whether the definition in the Java code differs from the registered one
 * @param details definition and derived properties; null in lists
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
     * Definition of a migration and its derived properties.
     *
     * @param definition the registered definition
     * @param reversible whether the definition claims that {@code down} restores the exact state
     * @param idempotent whether the definition claims that applying it twice has the effect of applying it once
     * @param hasDown whether there is a {@code down} transformation, given or derived
     * @param lost paths of values that are lost except for the backup
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
