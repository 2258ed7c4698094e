package dev.statecraft.replication.commit;

import dev.statecraft.replication.session.MessagePosition;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.Space;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The state that a commit is planned on.
 *
 * @param space the head of the space
 * @param entities the entities by id; entities that never existed are missing
 * @param messages the messages that wait, of those that the commit removes
 */
record CommitSnapshot(Space space, Map<String, Entity> entities, Messages messages) {

    /** A snapshot for a commit that removes no message. */
    CommitSnapshot(Space space, Map<String, Entity> entities) {
        this(space, entities, Messages.NONE);
    }

    /** Messages that wait, by entity and id. */
    record Messages(Map<String, Map<String, MessagePosition>> byEntity) {

        static final Messages NONE = new Messages(Map.of());

        /** The position of a message; null if it does not wait. */
        @Nullable MessagePosition find(String entityId, String messageId) {
            return byEntity.getOrDefault(entityId, Map.of()).get(messageId);
        }
    }
}
