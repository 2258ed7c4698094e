package dev.statecraft.replication.commit;

import dev.statecraft.replication.state.Strategy;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * How a parked conflict was settled.
 *
 * @param conflictId the conflict
 * @param space the space of the entity it is about
 * @param entityId that entity
 * @param deadline when the conflict was to be settled at the latest, epoch milliseconds
 * @param choice what was decided
 * @param decision hash of all that was decided, which tells a repeated decision from another one
 * @param strategy what that meant for the values, null if a state was given
 * @param by who decided
 * @param at when, epoch milliseconds
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

    /** The name under which a conflict is resolved that nobody resolved in time. */
    private static final String NOBODY = "timeout";

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
        return of(conflict, Choice.TIMEOUT, ParkedConflict.hash(NOBODY), fallback, NOBODY, at);
    }

    private static ConflictResolution of(
            ParkedConflict conflict,
            Choice choice,
            String decision,
            @Nullable Strategy strategy,
            String by,
            long at) {
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

    /** What can be decided about a parked conflict. */
    @Schema(name = "ConflictChoice")
    public enum Choice {
        /** The stored state stays as it is; the update is dropped. */
        SERVER,
        /** The update is done, and its values win. */
        CLIENT,
        /** The update is done, merged by the rules of the type. */
        MERGE,
        /** A state that somebody gave. */
        STATE,
        /** Nobody decided in time; the fallback strategy of the type did. */
        TIMEOUT
    }
}
