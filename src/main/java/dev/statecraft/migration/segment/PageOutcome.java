package dev.statecraft.migration.segment;

import dev.statecraft.migration.run.Quarantined;
import dev.statecraft.replication.state.EntityKey;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Result of a page of records.
 *
 * @param handled number of its records, from the first, that were processed
 * @param done how many of those were written
 * @param current how many of those were migrated or rolled back before
 * @param failed the records that failed in every attempt
 * @param quarantined records of the page that the run quarantined before
 * @param repaired which of those another writer has brought to the schema version of the run
 * @param attempts the largest number of attempts for one record
 * @param lost whether another worker has taken the lease over; nothing of the page counts then
 * @param violation the rule that a record violates that was migrated before and not written since, null if there is none
 */
public record PageOutcome(
        int handled,
        long done,
        long current,
        List<Quarantined> failed,
        Set<EntityKey> quarantined,
        List<EntityKey> repaired,
        int attempts,
        boolean lost,
        @Nullable String violation) {

    /** The outcome of a page without records. */
    static final PageOutcome EMPTY = new PageOutcome(0, 0, 0, List.of(), Set.of(), List.of(), 0, false, null);
}
