package dev.statecraft.replication;

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

    /** A commit to a space of a game. */
    public record Committed(String game, String space, LogEntry commit) {}

    /** A version of an entity of a game, deleted or not. */
    public record Versioned(String game, Entity entity) {}

    /** What became of an update that nobody could decide about at once. */
    public sealed interface ConflictNews {}

    /** It was parked. */
    public record ConflictParked(String game, ParkedConflict conflict) implements ConflictNews {}

    /** It was settled; {@code version} is that of the entity after it, 0 if nothing was changed. */
    public record ConflictSettled(String game, Settlement settlement, long version) implements ConflictNews {}

    /** The commit that a record of the log's stream tells of; nothing if it is about something else. */
    public Optional<Committed> commit(ItemChange change) {
        return LogStore.committed(change);
    }

    /** The version that a record of the entities' stream tells of. */
    public Optional<Versioned> entity(ItemChange change) {
        return EntityStore.versioned(change);
    }

    /** What a record of the replication table's stream tells of a conflict; nothing if it is about something else. */
    public Optional<ConflictNews> conflict(ItemChange change) {
        return ConflictStore.news(change);
    }

    /**
     * The commits of a space between two, neither included, in order; those that have expired are missing. 1 RCU for
     * 4 KB.
     */
    public List<Committed> between(String game, String space, long after, long before) {
        List<Committed> found = new ArrayList<>();
        long at = after;
        while (at < before - 1) {
            LogStore.LogPart part = log.after(game, space, at, PAGE);
            part.entries().stream()
                    .filter(commit -> commit.seq() < before)
                    .forEach(commit -> found.add(new Committed(game, space, commit)));
            if (!part.more() || part.entries().isEmpty()) {
                return found;
            }
            at = part.entries().get(part.entries().size() - 1).seq();
        }
        return found;
    }
}
