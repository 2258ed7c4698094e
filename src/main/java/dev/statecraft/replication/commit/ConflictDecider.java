package dev.statecraft.replication.commit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.command.StateRules;
import dev.statecraft.replication.commit.ConflictResolution.Choice;
import dev.statecraft.replication.guard.Guard;
import dev.statecraft.replication.merge.Conflict;
import dev.statecraft.replication.merge.Merge;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.StatePath;
import dev.statecraft.replication.state.Strategy;
import dev.statecraft.replication.type.EntityType;
import dev.statecraft.replication.type.EntityTypeService;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Evaluates decisions on parked conflicts. It writes nothing. */
@ApplicationScoped
public class ConflictDecider {

    private final EntityTypeService types;

    public ConflictDecider(EntityTypeService types) {
        this.types = types;
    }

    /**
     * Evaluates a decision on the current entity. The guard of the parked update applies to a decision that applies the
     * update, not to a given state. Returns {@link Rejection.Lost} if the stored state is kept.
     *
     * @param state the new state of the entity if the choice is STATE; null otherwise
     */
    Mutation.Decision decide(
            String game,
            ParkedConflict conflict,
            ConflictResolution resolution,
            @Nullable ObjectNode state,
            Entity entity) {
        if (entity.deleted()) {
            return new Mutation.Reject(new Rejection.NotFound());
        }
        EntityType type = types.find(game, entity.type());
        ObjectNode after;
        List<Conflict> resolved;
        if (state != null) {
            after = state;
            resolved = conflict.conflicts().stream()
                    .map(open -> ofGivenState(open, state))
                    .toList();
        } else {
            Strategy strategy = Objects.requireNonNull(resolution.strategy());
            Merge.Merged merged = Merge.merge(type, strategy, entity.json(), conflict.update());
            if (merged instanceof Merge.Impossible impossible) {
                return new Mutation.Reject(
                        new Rejection.Invalid(impossible.path().toString(), impossible.reason()));
            }
            if (!(merged instanceof Merge.Accepted accepted)
                    || accepted.effective().isEmpty()) {
                return new Mutation.Reject(new Rejection.Lost(List.of(), strategy));
            }
            Optional<Rejection> violated = StateRules.violatedBefore(conflict.guard(), entity.json());
            if (violated.isPresent()) {
                return new Mutation.Reject(violated.get());
            }
            after = accepted.state();
            resolved = accepted.conflicts();
        }
        Optional<Rejection> refused = StateRules.violatedBy(after, type, state == null ? conflict.guard() : Guard.NONE);
        if (refused.isPresent()) {
            return new Mutation.Reject(refused.get());
        }
        boolean timedOut = resolution.choice() == Choice.TIMEOUT;
        return new Mutation.Write(
                entity.type(),
                after,
                entity.schemaVersion(),
                entity.owner(),
                timedOut ? conflict.by() : resolution.by(),
                timedOut ? resolution.strategy() : Strategy.MANUAL,
                resolved,
                types.historyLimit(type));
    }

    private static Conflict ofGivenState(Conflict open, ObjectNode state) {
        return new Conflict(
                open.path(),
                open.base(),
                open.ours(),
                open.theirs(),
                null,
                StatePath.parse(open.path()).orElseThrow().in(state));
    }
}
