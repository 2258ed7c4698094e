package dev.statecraft.replication.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.guard.Guard;
import dev.statecraft.replication.state.StateLimits;
import java.util.Optional;

/** The rules that every new state of an entity satisfies. */
public final class StateRules {

    private StateRules() {}

    /** The reason why an update may not be applied to a state because of its guard; empty if it may. */
    public static Optional<Rejection> violatedBefore(Guard guard, ObjectNode state) {
        return guard.violatedBefore(state).map(Rejection.GuardFailed::new);
    }

    /** The reason why the result of an update may not be stored; empty if it may. */
    public static Optional<Rejection> violatedBy(ObjectNode result, Guard guard) {
        Optional<Rejection> exceeded = StateLimits.exceeded(result).map(Rejection.TooLarge::new);
        return exceeded.isPresent() ? exceeded : guard.violatedAfter(result).map(Rejection.GuardFailed::new);
    }
}
