package dev.statecraft.replication.upkeep;

import dev.statecraft.replication.commit.ConflictChange;
import dev.statecraft.replication.commit.ConflictItems;
import dev.statecraft.replication.log.LogStore;
import dev.statecraft.replication.log.SpaceCommitted;
import dev.statecraft.replication.state.EntityItems;
import dev.statecraft.replication.state.EntityWritten;
import dev.statecraft.table.ItemChange;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Interprets stream records of commits, entities and conflicts for other features. */
@ApplicationScoped
public class ReplicationStreamService {

    private static final int PAGE_SIZE = 500;

    private final LogStore log;

    public ReplicationStreamService(LogStore log) {
        this.log = log;
    }

    /** Returns the commit of a record of the commit log's stream; empty if the record is not a commit. */
    public Optional<SpaceCommitted> commit(ItemChange change) {
        return LogStore.committed(change);
    }

    /** Returns the entity version of a record of the entities table's stream; empty if the record has none. */
    public Optional<EntityWritten> entity(ItemChange change) {
        return EntityItems.versioned(change);
    }

    /** Returns the parked or resolved conflict of a record of the replication table's stream; empty if it has none. */
    public Optional<ConflictChange> conflict(ItemChange change) {
        return ConflictItems.change(change);
    }

    /**
     * Returns the commits of a space between two sequence numbers, both exclusive, in order. Expired commits are
     * missing. Cost: 1 RCU per 4 KB.
     */
    public List<SpaceCommitted> between(String game, String space, long after, long before) {
        List<SpaceCommitted> found = new ArrayList<>();
        long at = after;
        while (at < before - 1) {
            LogStore.LogPart part = log.after(game, space, at, PAGE_SIZE);
            part.entries().stream()
                    .filter(commit -> commit.seq() < before)
                    .forEach(commit -> found.add(new SpaceCommitted(game, space, commit)));
            if (!part.more() || part.entries().isEmpty()) {
                return found;
            }
            at = part.entries().get(part.entries().size() - 1).seq();
        }
        return found;
    }
}
