package dev.statecraft.replication.commit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.command.StateRules;
import dev.statecraft.replication.commit.ConflictResolution.Choice;
import dev.statecraft.replication.commit.ConflictStore.ConflictPage;
import dev.statecraft.replication.commit.KeptConflict.Resolved;
import dev.statecraft.replication.commit.KeptConflict.Unresolved;
import dev.statecraft.replication.merge.Merge;
import dev.statecraft.replication.merge.MergeBase;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityStore;
import dev.statecraft.replication.state.JsonValues;
import dev.statecraft.replication.state.Strategy;
import dev.statecraft.replication.type.EntityTypeService;
import dev.statecraft.replication.type.SchemaService;
import dev.statecraft.runtime.Ticker;
import dev.statecraft.table.CanonicalJson;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lists and resolves parked conflicts. Each conflict is resolved exactly once: by the first decision, or by the
 * fallback strategy of the entity type after the deadline. The resulting commit and the resolution are one
 * transaction.
 */
@ApplicationScoped
public class ConflictService {

    /** Conflicts read at a time. Each is resolved in its own transaction. */
    private static final int PAGE = 25;

    private static final long RETRY_NANOS = 1_000_000_000L;

    private final ConflictStore conflicts;
    private final ConflictParking parking;
    private final ConflictDecider decider;
    private final CommitService commits;
    private final EntityStore entities;
    private final EntityTypeService types;
    private final SchemaService schemas;
    private final Clock clock;
    private final Ticker ticker;
    private final Map<String, Long> nextChecks = new ConcurrentHashMap<>();

    public ConflictService(
            ConflictStore conflicts,
            ConflictParking parking,
            ConflictDecider decider,
            CommitService commits,
            EntityStore entities,
            EntityTypeService types,
            SchemaService schemas,
            Clock clock,
            Ticker ticker) {
        this.conflicts = conflicts;
        this.parking = parking;
        this.decider = decider;
        this.commits = commits;
        this.entities = entities;
        this.types = types;
        this.schemas = schemas;
        this.clock = clock;
        this.ticker = ticker;
    }

    /** CommitResult of a decision. Variants are listed in order of precedence. */
    public sealed interface ResolveResult {}

    /** The conflict never existed, or its resolution has expired. */
    public record Unknown() implements ResolveResult {}

    /** The conflict was already resolved by a different decision, returned as {@code resolution}. */
    public record ResolvedDifferently(ConflictResolution resolution) implements ResolveResult {}

    /** The decision does not apply to the current entity. The conflict is still parked. */
    public record Impossible(Rejection rejection, Entity current) implements ResolveResult {}

    /** Gave up after {@code commit-attempts} conflicting writes. Nothing was changed. The caller may retry. */
    public record Busy() implements ResolveResult {}

    /**
     * The conflict is resolved.
     *
     * @param entity the entity after the decision; empty if that version is no longer stored
     * @param changed true if the decision made a new version
     * @param replayed true if an earlier request made the same decision
     */
    public record Done(ConflictResolution resolution, Optional<Entity> entity, boolean changed, boolean replayed)
            implements ResolveResult {}

    /** True if the text has the form of a position in the list of conflicts. */
    public static boolean isPosition(String text) {
        return ConflictItems.isPosition(text);
    }

    /** Lists the parked conflicts, nearest deadline first. Resolves overdue conflicts first. */
    public ConflictPage list(String game, @Nullable String after, int limit) {
        resolveOverdue(game);
        return conflicts.list(game, after, limit);
    }

    /**
     * Applies a decision if the conflict is parked and its deadline has not passed.
     *
     * @param state the new state of the entity if the choice is STATE; null otherwise
     */
    public ResolveResult resolve(String game, String id, Choice choice, @Nullable ObjectNode state, String by) {
        String decision = ParkedConflict.hash(choice + "\n" + (state == null ? "" : CanonicalJson.of(state)));
        Optional<KeptConflict> kept = conflicts.read(game, id);
        if (kept.isPresent()
                && kept.get() instanceof Unresolved unresolved
                && unresolved.conflict().deadline() <= clock.millis()) {
            timeOut(game, unresolved.conflict());
            kept = conflicts.read(game, id);
        }
        if (kept.isEmpty()) {
            return new Unknown();
        }
        if (kept.get() instanceof Unresolved unresolved) {
            ParkedConflict conflict = unresolved.conflict();
            return apply(game, conflict, ConflictResolution.of(conflict, choice, decision, by, clock.millis()), state);
        }
        Resolved resolved = (Resolved) kept.get();
        // Earlier releases hashed the keys of a state in their given order. Such resolutions expire after
        // conflict-retention.
        String legacy = ParkedConflict.hash(choice + "\n" + (state == null ? "" : JsonValues.canonical(state)));
        return resolvedEarlier(game, resolved, resolved.resolution().decision().equals(legacy) ? legacy : decision);
    }

    /**
     * Resolves a page of overdue conflicts. Requests call it before they read entities with parked updates. Cost: 1
     * RCU if there are none.
     *
     * @return number of resolved conflicts
     */
    public int resolveOverdue(String game) {
        int resolved = 0;
        for (ParkedConflict conflict : conflicts.due(game, clock.millis(), PAGE)) {
            if (timeOut(game, conflict) instanceof Done) {
                resolved++;
            }
        }
        return resolved;
    }

    /**
     * Like {@link #resolveOverdue(String)}, for frequent requests: reads the nearest deadline again when it has passed. A
     * conflict that is parked later has a deadline after {@code conflict-resolution-timeout}.
     */
    public void resolveOverdueThrottled(String game) {
        long now = ticker.nanos();
        Long next = nextChecks.get(game);
        if (next == null || now - next >= 0) {
            nextChecks.put(game, now + parking.timeout().toNanos());
            Optional<Instant> deadline = conflicts.firstDeadline(game);
            if (deadline.isPresent() && resolveOverdue(game) > 0) {
                deadline = conflicts.firstDeadline(game);
            }
            deadline.ifPresent(first -> nextChecks.merge(game, now + nanosUntil(first), Math::min));
        }
    }

    /** The time until a deadline; a second if it has passed, because its conflict could not be resolved yet. */
    private long nanosUntil(Instant deadline) {
        Duration left = Duration.between(clock.instant(), deadline);
        return left.isNegative() || left.isZero() ? RETRY_NANOS : left.toNanos();
    }

    /**
     * Resolves all overdue conflicts.
     *
     * @param timeLeft checked before each conflict; the next run resolves the rest
     * @return number of resolved conflicts
     */
    public int resolveOverdue(String game, BooleanSupplier timeLeft) {
        int resolved = 0;
        while (true) {
            List<ParkedConflict> due = conflicts.due(game, clock.millis(), PAGE);
            int before = resolved;
            for (ParkedConflict conflict : due) {
                if (!timeLeft.getAsBoolean()) {
                    return resolved;
                }
                if (timeOut(game, conflict) instanceof Done) {
                    resolved++;
                }
            }
            if (resolved == before) {
                return resolved;
            }
        }
    }

    /** Returns the nearest deadline of a parked conflict; empty if the game has none. Cost: 1 RCU. */
    public Optional<Instant> nextDue(String game) {
        return conflicts.firstDeadline(game);
    }

    /**
     * Merges two states like a commit of {@code client} over {@code server}.
     *
     * @param base common base of the states; null if it is not known
     */
    public Merge.Merged preview(
            String game, String type, @Nullable ObjectNode base, ObjectNode server, ObjectNode client) {
        MergeBase basis = new MergeBase(new TreeMap<>(), base);
        return Merge.merge(types.find(game, type), server, Merge.Update.ofState(client, basis, server));
    }

    /** The reason why the rules of its type do not permit the result of a merge; empty if they do. */
    public Optional<Rejection> violation(String game, String type, ObjectNode merged) {
        return StateRules.violatedOfType(merged, types.find(game, type));
    }

    /** Resolves a conflict by the fallback strategy. Keeps the stored state if the strategy does not apply. */
    private ResolveResult timeOut(String game, ParkedConflict conflict) {
        Strategy fallback = types.find(game, conflict.type()).fallback();
        ConflictResolution resolution = ConflictResolution.timedOut(conflict, fallback, clock.millis());
        ResolveResult result = apply(game, conflict, resolution, null);
        return result instanceof Impossible
                ? unchanged(
                        game,
                        ConflictResolution.timedOut(conflict, Strategy.SERVER_WINS, clock.millis()),
                        read(game, conflict.space(), conflict.entityId()))
                : result;
    }

    private ResolveResult apply(
            String game, ParkedConflict conflict, ConflictResolution resolution, @Nullable ObjectNode state) {
        if (resolution.choice() == Choice.SERVER) {
            return unchanged(game, resolution, read(game, conflict.space(), conflict.entityId()));
        }
        // The transaction resolves the conflict only once, so the mutation needs no id.
        Mutation mutation = new Mutation(
                conflict.entityId(),
                null,
                "",
                stored -> schemas.newest(game, stored),
                entity -> decider.decide(game, conflict, resolution, state, entity));
        Optional<CommitResult> result = commits.commitResolving(game, conflict.space(), mutation, resolution);
        if (result.isEmpty()) {
            return lostRace(game, resolution);
        }
        if (result.get() instanceof CommitResult.Done done) {
            return new Done(resolution, Optional.of(done.entity()), true, false);
        }
        if (result.get() instanceof CommitResult.Refused refused) {
            return refused.rejection() instanceof Rejection.Lost
                    ? unchanged(game, resolution, refused.current())
                    : new Impossible(refused.rejection(), refused.current());
        }
        return new Busy();
    }

    private Entity read(String game, String space, String id) {
        return schemas.newest(game, entities.read(game, space, id));
    }

    private ResolveResult unchanged(String game, ConflictResolution resolution, Entity current) {
        return conflicts.resolveUnchanged(game, resolution)
                ? new Done(resolution, Optional.of(current), false, false)
                : lostRace(game, resolution);
    }

    private ResolveResult lostRace(String game, ConflictResolution resolution) {
        return conflicts
                .read(game, resolution.conflictId())
                .filter(Resolved.class::isInstance)
                .map(kept -> resolvedEarlier(game, (Resolved) kept, resolution.decision()))
                .orElseGet(Busy::new);
    }

    private ResolveResult resolvedEarlier(String game, Resolved resolved, String decision) {
        if (!resolved.resolution().decision().equals(decision)) {
            return new ResolvedDifferently(resolved.resolution());
        }
        Optional<Entity> entity = resolved.version() > 0
                ? parking.resultingVersion(game, resolved)
                : Optional.of(read(
                        game,
                        resolved.resolution().space(),
                        resolved.resolution().entityId()));
        return new Done(resolved.resolution(), entity, resolved.version() > 0, true);
    }
}
