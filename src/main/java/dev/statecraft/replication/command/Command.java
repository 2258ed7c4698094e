package dev.statecraft.replication.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * A requested change of one entity as data. {@link CommandDecider} evaluates it; {@link CommandJson} is its stored form, so
 * that another instance can evaluate it.
 */
public sealed interface Command {

    /** The source of the change. */
    Source source();

    /** Creates an entity. {@code owner} is the player that owns it; null for an unowned entity. */
    record Create(String type, ObjectNode state, @Nullable String owner, Source source) implements Command {}

    /** Updates an existing entity. */
    record Update(EntityUpdate update, Source source) implements Command {}

    /**
     * Deletes an entity.
     *
     * @param required the version that it must be at; null for any
     * @param fence fencing token of the session that the sender holds; null if it holds none
     */
    record Delete(@Nullable Long required, @Nullable Long fence, Source source) implements Command {}

    /**
     * Writes the state of a stored version as a new version.
     *
     * @param fence fencing token of the session that the sender holds; null if it holds none
     */
    record Revert(long version, @Nullable Long fence, Source source) implements Command {}

    /**
     * Grants the session of an entity to a server.
     *
     * @param holder the server
     * @param ttlSeconds time to live without a heartbeat
     * @param takeOver whether the session may be taken over from another server
     * @param entity creates the entity if it does not exist; null to reject the command then
     * @param schemaVersion the schema version that the server uses; null for the latest one of the type
     */
    record StartSession(
            String holder,
            int ttlSeconds,
            TakeOver takeOver,
            @Nullable NewState entity,
            @Nullable String schemaVersion,
            Source source)
            implements Command {}

    /** Ends the session that was granted with a fencing token. */
    record EndSession(long fence, Source source) implements Command {}

    /** Type and state of an entity that is created. */
    record NewState(String type, ObjectNode state) {}
}
