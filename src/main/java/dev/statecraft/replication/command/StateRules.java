package dev.statecraft.replication.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.guard.Guard;
import dev.statecraft.replication.guard.StateSchema;
import dev.statecraft.replication.state.StateLimits;
import dev.statecraft.replication.type.EntityType;
import java.util.Optional;

/** The rules that every new state of an entity satisfies: the limits of a state, and the rules of its entity type. */
public final class StateRules {

    private StateRules() {}

    /** The reason why an update may not be applied to a state because of its guard; empty if it may. */
    public static Optional<Rejection> violatedBefore(Guard guard, ObjectNode state) {
        return guard.violatedBefore(state).map(Rejection.GuardFailed::new);
    }

    /**
     * The reason why the result of an update may not be stored; empty if it may.
     *
     * @param guard the guard of the update
     */
    public static Optional<Rejection> violatedBy(ObjectNode result, EntityType type, Guard guard) {
        Optional<Rejection> exceeded = StateLimits.exceeded(result).map(Rejection.TooLarge::new);
        if (exceeded.isPresent()) {
            return exceeded;
        }
        Optional<Guard.Violation> violated = guard.violatedAfter(result);
        return violated.isPresent() ? violated.map(Rejection.GuardFailed::new) : violatedOfType(result, type);
    }

    /** The reason why the rules of its entity type do not permit a state; empty if they do. */
    public static Optional<Rejection> violatedOfType(ObjectNode state, EntityType type) {
        Optional<Guard.Violation> violated = type.guards().violatedBy(state);
        StateSchema schema = type.schema();
        return violated.isPresent() || schema == null
                ? violated.map(Rejection.GuardFailed::new)
                : schema.violation(state).map(Rejection.SchemaViolated::new);
    }
}
