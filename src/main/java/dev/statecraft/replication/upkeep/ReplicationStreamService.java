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

/** What records of the streams of log, entities and conflicts mean, for others who follow them. */
@ApplicationScoped
public class ReplicationStreamService {

    private static final int PAGE = 500;

    private final LogStore log;

    ReplicationStreamService(LogStore log) {
        this.log = log;
    }

    /** The commit that a record of the log's stream tells of; nothing if it is about something else. */
    public Optional<SpaceCommitted> commit(ItemChange change) {
        return LogStore.committed(change);
    }

    /** The version that a record of the entities' stream tells of. */
    public Optional<EntityWritten> entity(ItemChange change) {
        return EntityItems.versioned(change);
    }

    /** What a record of the replication table's stream tells of a conflict; nothing if it is about something else. */
    public Optional<ConflictChange> conflict(ItemChange change) {
        return ConflictItems.change(change);
    }

    /**
     * The commits of a space between two, neither included, in order; those that have expired are missing. 1 RCU for
     * 4 KB.
     */
    public List<SpaceCommitted> between(String game, String space, long after, long before) {
        List<SpaceCommitted> found = new ArrayList<>();
        long at = after;
        while (at < before - 1) {
            LogStore.LogPart part = log.after(game, space, at, PAGE);
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
