package dev.statecraft.replication.commit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.merge.Conflict;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.Strategy;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants of one entity, decided anew each time the entity turns out to have changed meanwhile.
 *
 * @param entityId the entity
 * @param id what makes a repetition known as such; null if it is not going to be repeated
 * @param body all that was asked for, as text: the same id with another body is a mistake
 * @param view how the entity is shown to who decides: the state as it is stored or in its newest shape
 * @param decide what becomes of the entity as it is shown; asks no clock and changes nothing. An entity that does not
 *     exist has version 0 or is deleted.
 */
public record Mutation(
        String entityId,
        @Nullable String id,
        String body,
        UnaryOperator<Entity> view,
        Function<Entity, Decision> decide) {

    /** A mutation that is decided on the state as it is stored. */
    public Mutation(String entityId, @Nullable String id, String body, Function<Entity, Decision> decide) {
        this(entityId, id, body, UnaryOperator.identity(), decide);
    }

    /** What is decided; in order of precedence. */
    public sealed interface Decision {}

    /** Nothing is done. */
    public record Refuse(Rejection refusal) implements Decision {}

    /**
     * A new version is made, even if its state is the one before.
     *
     * @param state null to delete the entity
     * @param historyLimit how many versions are to be kept; 0 keeps none but the current one
     */
    public record Write(
            String type,
            @Nullable ObjectNode state,
            String schemaVersion,
            @Nullable String owner,
            String by,
            @Nullable Strategy strategy,
            List<Conflict> conflicts,
            int historyLimit)
            implements Decision {}
}
