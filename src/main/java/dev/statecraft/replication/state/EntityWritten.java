package dev.statecraft.replication.state;

/**
 * A version of an entity was written, as a record of the entities table's stream reports it.
 *
 * @param game the game of the entity
 * @param entity the entity after the write; it may be deleted
 */
public record EntityWritten(String game, Entity entity) {}
