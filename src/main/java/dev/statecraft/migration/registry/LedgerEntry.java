package dev.statecraft.migration.registry;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the migration history. Entries are never changed and never deleted.
 *
 * @param seq number of the entry, from 1 without gaps
 * @param at time of the action
 * @param action the action
 * @param version the migration
 * @param by name of the caller
 * @param reason reason given by the caller; null if none was given
 * @param checksum checksum of the definition after the action; null for a baseline
 * @param previousChecksum checksum of the replaced definition; null if none was replaced
 * @param run the run; null if the action concerns none
 * @param error error of the run; null if it succeeded
 */
public record LedgerEntry(
        long seq,
        Instant at,
        Action action,
        String version,
        String by,
        @Nullable String reason,
        @Nullable String checksum,
        @Nullable String previousChecksum,
        @Nullable String run,
        @Nullable String error) {

    /** Action of an entry. */
    @Schema(name = "LedgerAction")
    public enum Action {
        REGISTERED,
        BASELINED,
        REPAIRED,
        /** A registration without a run was removed. */
        WITHDRAWN,
        /** A run started in the order of versions. */
        STARTED,
        /** A run started out of order; the reason is given. */
        FORCED,
        /** A rollback started; the reason is given. */
        ROLLBACK_STARTED,
        APPLIED,
        ROLLED_BACK,
        FAILED,
        CANCELLED,
        /** The backup of the pre-migration states was deleted. */
        BACKUP_REMOVED
    }
}
