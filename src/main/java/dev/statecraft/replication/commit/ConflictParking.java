package dev.statecraft.replication.commit;

import dev.statecraft.replication.commit.KeptConflict.Resolved;
import dev.statecraft.replication.commit.KeptConflict.Waiting;
import dev.statecraft.replication.log.HistoryService;
import dev.statecraft.replication.merge.Merge;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityStore;
import dev.statecraft.replication.state.ReplicationConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Parks conflicting updates until a decision or a timeout resolves them. A repeated update is parked once. */
@ApplicationScoped
public class ConflictParking {

    private final ConflictStore conflicts;
    private final HistoryService history;
    private final EntityStore entities;
    private final ReplicationConfig config;
    private final Clock clock;

    public ConflictParking(
            ConflictStore conflicts,
            HistoryService history,
            EntityStore entities,
            ReplicationConfig config,
            Clock clock) {
        this.conflicts = conflicts;
        this.history = history;
        this.entities = entities;
        this.config = config;
        this.clock = clock;
    }

    /** Result of parking an update, in order of precedence. */
    public sealed interface Parking {}

    /** A different request was parked under the same id. */
    public record Reused() implements Parking {}

    /** The update is too large to be stored. */
    public record TooLarge() implements Parking {}

    /** The update is parked; {@code replayed} if an earlier request parked it. */
    public record Parked(ParkedConflict conflict, boolean replayed) implements Parking {}

    /** The update was parked and resolved; {@code entity} is the resulting version, nothing if nothing was changed. */
    public record Past(ConflictResolution settlement, Optional<Entity> entity) implements Parking {}

    /**
     * Parks an update; 2 WCU for each KB.
     *
     * @param met the entity that the update conflicts with
     * @param mutationId the id under which a repeated update is recognized; null if it has none
     * @param body the whole request as text
     */
    public Parking park(
            String game, Entity met, Merge.Update update, String by, @Nullable String mutationId, String body) {
        String id = mutationId == null ? "conflict_" + UUID.randomUUID() : idOf(met.space(), met.id(), mutationId);
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
        return kept.get() instanceof Waiting waiting && waiting.conflict().equals(conflict)
                ? new Parked(conflict, false)
                : again(game, kept.get(), body);
    }

    /**
     * The result of an update that was parked before; 1 RCU.
     *
     * @return nothing if no such update was parked, or its outcome has expired
     */
    public Optional<Parking> earlier(String game, String space, String entityId, String mutationId, String body) {
        return conflicts.read(game, idOf(space, entityId, mutationId)).map(kept -> again(game, kept, body));
    }

    private Parking again(String game, KeptConflict kept, String body) {
        if (!kept.body().equals(ParkedConflict.hash(body))) {
            return new Reused();
        }
        if (kept instanceof Waiting waiting) {
            return new Parked(waiting.conflict(), true);
        }
        Resolved resolved = (Resolved) kept;
        return new Past(resolved.settlement(), made(game, resolved));
    }

    /** The version that resolving a conflict produced; nothing if there is none, or it is no longer kept. */
    Optional<Entity> made(String game, Resolved resolved) {
        ConflictResolution settlement = resolved.settlement();
        return resolved.version() == 0
                ? Optional.empty()
                : history.at(game, entities.read(game, settlement.space(), settlement.entityId()), resolved.version());
    }

    /** The same update of the same entity is the same conflict, however often it is sent. */
    private static String idOf(String space, String entityId, String mutationId) {
        return "conflict_" + ParkedConflict.hash(space + "\n" + entityId + "\n" + mutationId);
    }
}
