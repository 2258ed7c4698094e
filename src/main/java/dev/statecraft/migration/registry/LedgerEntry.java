package dev.statecraft.migration.registry;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * One line of the ledger: what was done with a migration. Entries are never changed and never removed.
 *
 * @param seq its number, from 1 without gaps
 * @param at when
 * @param action what was done
 * @param version with which version
 * @param by by whom
 * @param reason why, as whoever did it said; null if nothing was said
 * @param checksum of the definition as it is since; null if a version was adopted without one
 * @param previousChecksum of the definition before, where it was replaced
 * @param run the run it is about, null if it is about none
 * @param error what went wrong, null if nothing did
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

    /** What can be done with a migration. */
    @Schema(name = "LedgerAction")
    public enum Action {
        REGISTERED,
        BASELINED,
        REPAIRED,
        /** A registration that no run had touched was removed. */
        WITHDRAWN,
        /** A run was begun in its turn. */
        STARTED,
        /** A run was begun out of its turn; the reason is given. */
        FORCED,
        /** A rollback was asked for; the reason is given. */
        ROLLBACK_STARTED,
        APPLIED,
        ROLLED_BACK,
        FAILED,
        CANCELLED,
        /** The records as they were before are not kept any more. */
        BACKUP_REMOVED
    }
}
