package dev.statecraft.replication.commit;

import dev.statecraft.replication.command.ParkedUpdates;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.commit.KeptConflict.Resolved;
import dev.statecraft.replication.commit.KeptConflict.Unresolved;
import dev.statecraft.replication.log.HistoryService;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityStore;
import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.runtime.RandomUuid;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Parks conflicting updates until a decision or a timeout resolves them. A repeated update is parked once. */
@ApplicationScoped
public class ConflictParking implements ParkedUpdates {

    private final ConflictStore conflicts;
    private final HistoryService history;
    private final EntityStore entities;
    private final ReplicationConfig config;
    private final Clock clock;
    private final RandomGenerator random;

    public ConflictParking(
            ConflictStore conflicts,
            HistoryService history,
            EntityStore entities,
            ReplicationConfig config,
            Clock clock,
            RandomGenerator random) {
        this.conflicts = conflicts;
        this.history = history;
        this.entities = entities;
        this.config = config;
        this.clock = clock;
        this.random = random;
    }

    /** How long a conflict stays parked. */
    Duration timeout() {
        return config.conflictResolutionTimeout();
    }

    /** Result of parking an update. Variants are listed in order of precedence. */
    public sealed interface Parking {}

    /** A different request was parked under the same id. */
    public record Reused() implements Parking {}

    /** The update is too large to be stored. */
    public record TooLarge() implements Parking {}

    /** The update is parked. {@code replayed} is true if an earlier request with the same mutation id parked it. */
    public record Parked(ParkedConflict conflict, boolean replayed) implements Parking {}

    /**
     * The update was parked and is resolved. {@code entity} is the resulting version; empty if nothing was changed or
     * the version is no longer stored.
     */
    public record AlreadyResolved(ConflictResolution resolution, Optional<Entity> entity) implements Parking {}

    /**
     * Parks an update. Cost: 2 WCU for each KB.
     *
     * @param met the entity that the update conflicts with
     * @param mutationId mutation id, which identifies a repeated update; null if it has none
     * @param body the whole request as text
     */
    public Parking park(
            String game,
            Entity met,
            Rejection.ManualConflict update,
            String by,
            @Nullable String mutationId,
            String body) {
        String id =
                mutationId == null ? "conflict_" + RandomUuid.next(random) : idOf(met.space(), met.id(), mutationId);
        long now = clock.millis();
        ParkedConflict conflict = ParkedConflict.of(
                id,
                met,
                update,
                by,
                ParkedConflict.hash(body),
                now,
                now + config.conflictResolutionTimeout().toMillis());
        Optional<KeptConflict> kept = conflicts.park(game, conflict);
        if (kept.isEmpty()) {
            return new TooLarge();
        }
        return kept.get() instanceof Unresolved unresolved
                        && unresolved.conflict().equals(conflict)
                ? new Parked(conflict, false)
                : replay(game, kept.get(), body);
    }

    /**
     * Returns the result of an update that was parked earlier. Cost: 1 RCU.
     *
     * @return empty if no such update was parked, or its resolution has expired
     */
    public Optional<Parking> findEarlier(String game, String space, String entityId, String mutationId, String body) {
        return conflicts.read(game, idOf(space, entityId, mutationId)).map(kept -> replay(game, kept, body));
    }

    @Override
    public boolean isParked(String game, String space, String entityId, String mutationId) {
        return conflicts.read(game, idOf(space, entityId, mutationId)).isPresent();
    }

    private Parking replay(String game, KeptConflict kept, String body) {
        if (!kept.body().equals(ParkedConflict.hash(body))) {
            return new Reused();
        }
        if (kept instanceof Unresolved unresolved) {
            return new Parked(unresolved.conflict(), true);
        }
        Resolved resolved = (Resolved) kept;
        return new AlreadyResolved(resolved.resolution(), resultingVersion(game, resolved));
    }

    /** Returns the version that the resolution made; empty if there is none, or it is no longer stored. */
    Optional<Entity> resultingVersion(String game, Resolved resolved) {
        ConflictResolution resolution = resolved.resolution();
        return resolved.version() == 0
                ? Optional.empty()
                : history.at(game, entities.read(game, resolution.space(), resolution.entityId()), resolved.version());
    }

    /** Conflict id of an update. A repeated update has the same id. */
    private static String idOf(String space, String entityId, String mutationId) {
        return "conflict_" + ParkedConflict.hash(space + "\n" + entityId + "\n" + mutationId);
    }
}
