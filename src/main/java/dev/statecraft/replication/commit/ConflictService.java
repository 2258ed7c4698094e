package dev.statecraft.replication.commit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.commit.CommitService.Result;
import dev.statecraft.replication.commit.ConflictResolution.Choice;
import dev.statecraft.replication.commit.ConflictStore.ConflictPage;
import dev.statecraft.replication.commit.KeptConflict.Resolved;
import dev.statecraft.replication.commit.KeptConflict.Waiting;
import dev.statecraft.replication.merge.Conflict;
import dev.statecraft.replication.merge.Merge;
import dev.statecraft.replication.merge.MergeBase;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityStore;
import dev.statecraft.replication.state.JsonValues;
import dev.statecraft.replication.state.StateLimits;
import dev.statecraft.replication.state.StatePath;
import dev.statecraft.replication.state.Strategy;
import dev.statecraft.replication.type.EntityType;
import dev.statecraft.replication.type.EntityTypeService;
import dev.statecraft.replication.type.SchemaService;
import dev.statecraft.table.CanonicalJson;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Updates that conflict and wait for somebody to decide. Each is settled exactly once: by the first decision, or by the
 * fallback strategy of its type when its time is up, whichever comes first; what it comes to is committed in the same
 * transaction that settles it.
 */
@ApplicationScoped
public class ConflictService {

    /** Conflicts settled at a time; each is a transaction of its own. */
    private static final int PAGE = 25;

    private static final long LOOK_NANOS = 1_000_000_000L;

    private final ConflictStore conflicts;
    private final ConflictParking parking;
    private final CommitService commits;
    private final EntityStore entities;
    private final EntityTypeService types;
    private final SchemaService schemas;
    private final Clock clock;
    private final Map<String, Long> lastLooks = new ConcurrentHashMap<>();

    public ConflictService(
            ConflictStore conflicts,
            ConflictParking parking,
            CommitService commits,
            EntityStore entities,
            EntityTypeService types,
            SchemaService schemas,
            Clock clock) {
        this.conflicts = conflicts;
        this.parking = parking;
        this.commits = commits;
        this.entities = entities;
        this.types = types;
        this.schemas = schemas;
        this.clock = clock;
    }

    /** What a decision comes to; in order of precedence. */
    public sealed interface Decided {}

    /** There is no such conflict, or its outcome is not remembered any more. */
    public record Unknown() implements Decided {}

    /** It was settled before, and not by this decision. */
    public record Late(ConflictResolution settlement) implements Decided {}

    /** The decision cannot be carried out; the conflict goes on waiting. */
    public record Impossible(Rejection refusal, Entity current) implements Decided {}

    /** Others change the entity all the time; nothing was done. */
    public record Busy() implements Decided {}

    /**
     * It is settled.
     *
     * @param entity the entity after that; nothing if it is not known any more
     * @param changed whether that is a new version
     * @param replayed whether the same decision had been made before
     */
    public record Done(ConflictResolution settlement, Optional<Entity> entity, boolean changed, boolean replayed)
            implements Decided {}

    /** Whether a text may be a place in the list, such as a page names to go on after. */
    public static boolean isPlace(String text) {
        return ConflictItems.isPlace(text);
    }

    /** Lists the conflicts that wait, those with the nearest deadlines first. Those that are over are settled first. */
    public ConflictPage list(String game, @Nullable String after, int limit) {
        settleDue(game);
        return conflicts.list(game, after, limit);
    }

    /**
     * Carries out a decision, unless the conflict is settled or its time is up.
     *
     * @param state what the entity is to be, if that is the choice
     */
    public Decided decide(String game, String id, Choice choice, @Nullable ObjectNode state, String by) {
        String decision = ParkedConflict.hash(choice + "\n" + (state == null ? "" : CanonicalJson.of(state)));
        Optional<KeptConflict> kept = conflicts.read(game, id);
        if (kept.isPresent()
                && kept.get() instanceof Waiting waiting
                && waiting.conflict().deadline() <= clock.millis()) {
            timeOut(game, waiting.conflict());
            kept = conflicts.read(game, id);
        }
        if (kept.isEmpty()) {
            return new Unknown();
        }
        if (kept.get() instanceof Waiting waiting) {
            ParkedConflict conflict = waiting.conflict();
            return settle(game, conflict, ConflictResolution.of(conflict, choice, decision, by, clock.millis()), state);
        }
        Resolved resolved = (Resolved) kept.get();
        // Decisions of less than conflict-retention ago may have been hashed in the order of their keys.
        String legacy = ParkedConflict.hash(choice + "\n" + (state == null ? "" : JsonValues.canonical(state)));
        return settledBefore(game, resolved, resolved.settlement().decision().equals(legacy) ? legacy : decision);
    }

    /**
     * Settles what is over, some at a time: for requests that are about to look at entities such updates wait for. 1 RCU
     * if there is nothing.
     *
     * @return how many were settled
     */
    public int settleDue(String game) {
        int settled = 0;
        for (ParkedConflict conflict : conflicts.due(game, clock.millis(), PAGE)) {
            if (timeOut(game, conflict) instanceof Done) {
                settled++;
            }
        }
        return settled;
    }

    /** As {@link #settleDue(String)}, at most once a second an instance: for requests that come all the time. */
    public void settleDueNowAndThen(String game) {
        long now = System.nanoTime();
        Long last = lastLooks.get(game);
        if (last == null || now - last >= LOOK_NANOS) {
            lastLooks.put(game, now);
            settleDue(game);
        }
    }

    /**
     * Settles what is over.
     *
     * @param timeLeft asked before each; what is left undone is due again at the next run
     * @return how many were settled
     */
    public int settleDue(String game, BooleanSupplier timeLeft) {
        int settled = 0;
        while (true) {
            List<ParkedConflict> due = conflicts.due(game, clock.millis(), PAGE);
            int before = settled;
            for (ParkedConflict conflict : due) {
                if (!timeLeft.getAsBoolean()) {
                    return settled;
                }
                if (timeOut(game, conflict) instanceof Done) {
                    settled++;
                }
            }
            if (settled == before) {
                return settled;
            }
        }
    }

    /** Merges two states as a commit of {@code client} over {@code server} would; null if the base is not known. */
    public Merge.Merged preview(
            String game, String type, @Nullable ObjectNode base, ObjectNode server, ObjectNode client) {
        MergeBase basis = new MergeBase(new TreeMap<>(), base);
        return Merge.merge(types.find(game, type), server, Merge.Update.ofState(client, basis, server));
    }

    /** Has the fallback strategy decide; where it cannot be carried out, the stored state stays. */
    private Decided timeOut(String game, ParkedConflict conflict) {
        Strategy fallback = types.find(game, conflict.type()).fallback();
        ConflictResolution settlement = ConflictResolution.timedOut(conflict, fallback, clock.millis());
        Decided decided = settle(game, conflict, settlement, null);
        return decided instanceof Impossible
                ? unchanged(
                        game,
                        ConflictResolution.timedOut(conflict, Strategy.SERVER_WINS, clock.millis()),
                        read(game, conflict.space(), conflict.entityId()))
                : decided;
    }

    private Decided settle(String game, ParkedConflict conflict, ConflictResolution settlement, @Nullable ObjectNode state) {
        if (settlement.choice() == Choice.SERVER) {
            return unchanged(game, settlement, read(game, conflict.space(), conflict.entityId()));
        }
        // The settlement makes it happen once, so it needs no id to be told apart by.
        Mutation mutation = new Mutation(
                conflict.entityId(),
                null,
                "",
                stored -> schemas.newest(game, stored),
                entity -> decision(game, conflict, settlement, state, entity));
        Optional<Result> result = commits.commitSettling(game, conflict.space(), mutation, settlement);
        if (result.isEmpty()) {
            return overtaken(game, settlement);
        }
        if (result.get() instanceof CommitService.Done done) {
            return new Done(settlement, Optional.of(done.entity()), true, false);
        }
        if (result.get() instanceof CommitService.Refused refused) {
            return refused.refusal() instanceof Rejection.Lost
                    ? unchanged(game, settlement, refused.current())
                    : new Impossible(refused.refusal(), refused.current());
        }
        return new Busy();
    }

    /** What a decision makes of the entity as it is; {@link Rejection.Lost} if the stored state stays. */
    private Mutation.Decision decision(
            String game, ParkedConflict conflict, ConflictResolution settlement, @Nullable ObjectNode state, Entity entity) {
        if (entity.deleted()) {
            return new Mutation.Refuse(new Rejection.NotFound());
        }
        EntityType type = types.find(game, entity.type());
        ObjectNode after;
        List<Conflict> resolved;
        if (state != null) {
            after = state;
            resolved = conflict.conflicts().stream()
                    .map(open -> given(open, state))
                    .toList();
        } else {
            Strategy strategy = Objects.requireNonNull(settlement.strategy());
            Merge.Merged merged = Merge.merge(type, strategy, entity.json(), conflict.update());
            if (merged instanceof Merge.Impossible impossible) {
                return new Mutation.Refuse(new Rejection.Unfit(impossible.path().toString(), impossible.reason()));
            }
            if (!(merged instanceof Merge.Accepted accepted)
                    || accepted.effective().isEmpty()) {
                return new Mutation.Refuse(new Rejection.Lost(List.of(), strategy));
            }
            after = accepted.state();
            resolved = accepted.conflicts();
        }
        Optional<String> exceeded = StateLimits.exceeded(after);
        if (exceeded.isPresent()) {
            return new Mutation.Refuse(new Rejection.TooLarge(exceeded.get()));
        }
        return new Mutation.Write(
                entity.type(),
                after,
                entity.schemaVersion(),
                entity.owner(),
                settlement.choice() == Choice.TIMEOUT ? conflict.by() : settlement.by(),
                settlement.choice() == Choice.TIMEOUT ? settlement.strategy() : Strategy.MANUAL,
                resolved,
                types.historyLimit(type));
    }

    private Entity read(String game, String space, String id) {
        return schemas.newest(game, entities.read(game, space, id));
    }

    private static Conflict given(Conflict open, ObjectNode state) {
        return new Conflict(
                open.path(),
                open.base(),
                open.ours(),
                open.theirs(),
                null,
                StatePath.parse(open.path()).orElseThrow().in(state));
    }

    private Decided unchanged(String game, ConflictResolution settlement, Entity current) {
        return conflicts.settle(game, settlement)
                ? new Done(settlement, Optional.of(current), false, false)
                : overtaken(game, settlement);
    }

    private Decided overtaken(String game, ConflictResolution settlement) {
        return conflicts
                .read(game, settlement.conflictId())
                .filter(Resolved.class::isInstance)
                .map(kept -> settledBefore(game, (Resolved) kept, settlement.decision()))
                .orElseGet(Busy::new);
    }

    private Decided settledBefore(String game, Resolved resolved, String decision) {
        if (!resolved.settlement().decision().equals(decision)) {
            return new Late(resolved.settlement());
        }
        Optional<Entity> entity = resolved.version() > 0
                ? parking.made(game, resolved)
                : Optional.of(read(
                        game, resolved.settlement().space(), resolved.settlement().entityId()));
        return new Done(resolved.settlement(), entity, resolved.version() > 0, true);
    }
}
