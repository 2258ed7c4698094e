package dev.statecraft.replication.session;

/**
 * The place of a message in the order of the messages of its entity.
 *
 * @param id id of the message
 * @param number its number, from 1
 */
public record MessagePosition(String id, long number) {}
