package dev.statecraft.migration.segment;

import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.Segment;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityKey;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * The records of a page that the run quarantined before. Only validation scans records again: some fail again, some were
 * repaired by another writer.
 */
final class QuarantinedPage {

    /** A page without quarantined records. */
    static final QuarantinedPage NONE = new QuarantinedPage(Set.of(), records -> Set.of());

    /**
     * Maximum number of records of a commit of such a page. The transaction removes the migrated records from the
     * quarantine, and has at most 100 items.
     */
    private static final int MOST_RECORDS = 45;

    private final Set<EntityKey> records;
    private final Function<Collection<EntityKey>, Set<EntityKey>> stored;
    private final Set<EntityKey> current = new LinkedHashSet<>();

    private QuarantinedPage(Set<EntityKey> records, Function<Collection<EntityKey>, Set<EntityKey>> stored) {
        this.records = records;
        this.stored = stored;
    }

    /**
     * Finds the quarantined records of a page. A segment scans the same records in each pass.
     *
     * @param stored returns which records are quarantined
     */
    static QuarantinedPage of(
            Run run, Segment lease, List<EntityKey> keys, Function<Collection<EntityKey>, Set<EntityKey>> stored) {
        return keys.isEmpty()
                        || run.phase() != Run.Phase.VALIDATING
                        || lease.main().failed() == 0
                ? NONE
                : new QuarantinedPage(stored.apply(keys), stored);
    }

    Set<EntityKey> records() {
        return records;
    }

    int mostPerCommit(int most) {
        return records.isEmpty() ? most : Math.min(most, MOST_RECORDS);
    }

    /** Which of the records of a commit were quarantined. */
    List<EntityKey> migrated(List<Entity> changed) {
        return changed.stream().map(Entity::place).filter(records::contains).toList();
    }

    /** A record of the page has the schema version of the run. */
    void foundCurrent(EntityKey record) {
        if (records.contains(record)) {
            current.add(record);
        }
    }

    /** The records that another writer has migrated. A commit of the page removes those that it migrates. */
    List<EntityKey> repaired() {
        if (current.isEmpty()) {
            return List.of();
        }
        Set<EntityKey> left = stored.apply(current);
        return current.stream().filter(left::contains).toList();
    }
}
