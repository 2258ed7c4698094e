package dev.statecraft.replication.commit;

import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.session.MessagePosition;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.Space;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
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

    /** What a commit reads: entities by id, and by entity the ids of the messages that it removes. */
    record Reads(Set<String> entities, Map<String, Set<String>> messages) {

        /** The entities and messages of mutations. */
        static Reads of(Collection<Mutation> mutations) {
            Set<String> entities = new HashSet<>();
            Map<String, Set<String>> messages = new HashMap<>();
            for (Mutation mutation : mutations) {
                entities.add(mutation.entityId());
                if (!mutation.acknowledged().isEmpty()) {
                    messages.computeIfAbsent(mutation.entityId(), id -> new HashSet<>())
                            .addAll(mutation.acknowledged());
                }
            }
            return new Reads(entities, messages);
        }
    }

    /** What a commit reads of a space. */
    record SpaceRead(String space, Reads reads) {}
}
