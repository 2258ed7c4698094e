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

    /** Deletes an entity. {@code required} is the version that it must be at; null for any. */
    record Delete(@Nullable Long required, Source source) implements Command {}

    /** Writes the state of a stored version as a new version. */
    record Revert(long version, Source source) implements Command {}
}
