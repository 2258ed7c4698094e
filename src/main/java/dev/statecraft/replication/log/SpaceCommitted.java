package dev.statecraft.replication.log;

/**
 * A commit to a space, as a record of the log table's stream reports it.
 *
 * @param game the game of the space
 * @param space the name of the space
 * @param commit the entry of the space's log
 */
public record SpaceCommitted(String game, String space, LogEntry commit) {}
