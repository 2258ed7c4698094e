package dev.statecraft.replication;

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
public record Settlement(
        String conflictId,
        String space,
        String entityId,
        long deadline,
        Choice choice,
        String decision,
        @Nullable Strategy strategy,
        String by,
        long at) {

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
