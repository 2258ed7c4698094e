package dev.statecraft.replication.session;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a session besides the entity's item: heartbeats, a server that waits for the session, and the number
 * of waiting messages. Only the entity's item decides who may write.
 *
 * @param fence fencing token of the session; 0 if the entity never had one
 * @param holder the server that holds the session; null if it has ended
 * @param ttlSeconds time to live in seconds
 * @param since when the session was granted or ended, Unix milliseconds
 * @param beat number of heartbeats that were stored
 * @param beatAt time of the last stored heartbeat by the clock of the instance that stored it, Unix milliseconds
 * @param connectionId the WebSocket connection that the last stored heartbeat came over; null over HTTP
 * @param wantedBy a server that waits for the session; null if there is none
 * @param waiting number of messages that wait
 * @param nextMessage number of the next message, from 1
 */
public record SessionRecord(
        long fence,
        @Nullable String holder,
        int ttlSeconds,
        long since,
        long beat,
        long beatAt,
        @Nullable String connectionId,
        @Nullable String wantedBy,
        int waiting,
        long nextMessage) {

    /** The entity never had a session or a message. */
    static final SessionRecord NONE = new SessionRecord(0, null, 0, 0, 0, 0, null, null, 0, 1);
}
