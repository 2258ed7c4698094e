package dev.statecraft.replication.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.merge.Conflict;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntitySession;
import dev.statecraft.replication.state.MutationReceipt;
import dev.statecraft.replication.state.Strategy;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A requested change of one entity that can be evaluated. It is re-evaluated against the current entity after every lost
 * race.
 *
 * @param entityId the entity
 * @param id mutation id, which identifies repeated requests; null if the request is not repeated
 * @param bodyHash hash of the whole request; the same id with a different hash is rejected
 * @param view converts the stored entity to the form that {@code decide} reads: the stored or the latest schema
 *     version
 * @param decide evaluates the mutation on the converted entity. A function without side effects that does not read the
 *     clock. An entity that does not exist has version 0 or is deleted.
 * @param command the change as data, which any instance can evaluate; null if only this instance can: a page of a
 *     migration and the resolution of a parked conflict are written together with items of their own
 */
public record Mutation(
        String entityId,
        @Nullable String id,
        int bodyHash,
        UnaryOperator<Entity> view,
        Function<Entity, Decision> decide,
        @Nullable Command command) {

    /** A mutation that only this instance evaluates. */
    public Mutation(
            String entityId,
            @Nullable String id,
            String body,
            UnaryOperator<Entity> view,
            Function<Entity, Decision> decide) {
        this(entityId, id, MutationReceipt.bodyHash(body), view, decide, null);
    }

    /** A mutation that only this instance evaluates, on the stored schema version. */
    public Mutation(String entityId, @Nullable String id, String body, Function<Entity, Decision> decide) {
        this(entityId, id, body, UnaryOperator.identity(), decide);
    }

    /** Ids of the messages that are removed in the same commit. */
    public List<String> acknowledged() {
        return command instanceof Command.Update update
                ? update.update().session().acknowledged()
                : List.of();
    }

    /** Result of evaluating a mutation. Variants are listed in order of precedence. */
    public sealed interface Decision {}

    /** The mutation is rejected. */
    public record Reject(Rejection rejection) implements Decision {}

    /**
     * The mutation makes a new version, even if the state is unchanged.
     *
     * @param state the new state; null to delete the entity
     * @param historyLimit number of versions to store; 0 stores only the current one
     * @param session the session of the new version; null for the session of the version before. A deletion ends it
     */
    public record Write(
            String type,
            @Nullable ObjectNode state,
            String schemaVersion,
            @Nullable String owner,
            String by,
            @Nullable Strategy strategy,
            List<Conflict> conflicts,
            int historyLimit,
            @Nullable EntitySession session)
            implements Decision {

        /** A write that does not change the session. */
        public Write(
                String type,
                @Nullable ObjectNode state,
                String schemaVersion,
                @Nullable String owner,
                String by,
                @Nullable Strategy strategy,
                List<Conflict> conflicts,
                int historyLimit) {
            this(type, state, schemaVersion, owner, by, strategy, conflicts, historyLimit, null);
        }

        /** This write with another session. */
        Write with(EntitySession session) {
            return new Write(type, state, schemaVersion, owner, by, strategy, conflicts, historyLimit, session);
        }
    }
}
