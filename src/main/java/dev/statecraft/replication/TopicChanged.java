package dev.statecraft.replication;

/**
 * That there is news for those who follow something; told within the process that made it, once it is stored.
 *
 * @param game the game
 * @param topic a space, or a player's feed as {@link Connection#playerTopic} names it
 */
public record TopicChanged(String game, String topic) {}
