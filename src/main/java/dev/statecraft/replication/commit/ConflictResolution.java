package dev.statecraft.replication.commit;

import dev.statecraft.replication.state.Strategy;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Resolution of a parked conflict.
 *
 * @param conflictId the conflict
 * @param space space of the entity
 * @param entityId the entity
 * @param deadline deadline of the conflict, in Unix milliseconds
 * @param choice the decision
 * @param decision hash of the whole decision, which identifies a repeated decision
 * @param strategy the merge strategy of the decision; null if a state was given
 * @param by the caller that decided, or {@code timeout}
 * @param at time of the resolution, in Unix milliseconds
 */
public record ConflictResolution(
        String conflictId,
        String space,
        String entityId,
        long deadline,
        Choice choice,
        String decision,
        @Nullable Strategy strategy,
        String by,
        long at) {

    /** Recorded as the caller if the deadline has passed. */
    private static final String TIMEOUT_CALLER = "timeout";

    /**
     * A decision about a parked conflict.
     *
     * @param decision hash of the whole decision
     */
    static ConflictResolution of(ParkedConflict conflict, Choice choice, String decision, String by, long at) {
        return of(conflict, choice, decision, strategy(choice), by, at);
    }

    /** The resolution of a conflict by a strategy after its deadline. */
    static ConflictResolution timedOut(ParkedConflict conflict, Strategy fallback, long at) {
        return of(conflict, Choice.TIMEOUT, ParkedConflict.hash(TIMEOUT_CALLER), fallback, TIMEOUT_CALLER, at);
    }

    private static ConflictResolution of(
            ParkedConflict conflict, Choice choice, String decision, @Nullable Strategy strategy, String by, long at) {
        return new ConflictResolution(
                conflict.id(),
                conflict.space(),
                conflict.entityId(),
                conflict.deadline(),
                choice,
                decision,
                strategy,
                by,
                at);
    }

    private static @Nullable Strategy strategy(Choice choice) {
        return switch (choice) {
            case SERVER, TIMEOUT -> Strategy.SERVER_WINS;
            case CLIENT -> Strategy.CLIENT_WINS;
            case MERGE -> Strategy.MERGE;
            case STATE -> null;
        };
    }

    /** Decision on a parked conflict. */
    @Schema(name = "ConflictChoice")
    public enum Choice {
        /** Keeps the stored state. The update is dropped. */
        SERVER,
        /** Applies the update. Its values win. */
        CLIENT,
        /** Applies the update, merged by the rules of the entity type. */
        MERGE,
        /** Replaces the state by a given one. */
        STATE,
        /** The deadline has passed. The fallback strategy of the entity type applies. */
        TIMEOUT
    }
}
