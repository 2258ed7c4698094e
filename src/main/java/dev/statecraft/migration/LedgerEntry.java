package dev.statecraft.migration;

import java.time.Instant;
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
 */
public record LedgerEntry(
        long seq,
        Instant at,
        Action action,
        String version,
        String by,
        @Nullable String reason,
        @Nullable String checksum,
        @Nullable String previousChecksum) {

    /** What can be done with a migration. */
    public enum Action {
        REGISTERED,
        BASELINED,
        REPAIRED
    }
}
