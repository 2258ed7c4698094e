package dev.statecraft.replication.session;

/**
 * The holder of a session, which is connected by WebSocket, has to learn something of it. An event of this instance.
 *
 * @param connectionId the connection of the holder
 */
public record SessionNotice(String game, String connectionId, HeldSession session) {}
