package dev.statecraft.replication.session;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Configuration of sessions of entities and of the messages to their holders. */
@ConfigMapping(prefix = "statecraft.session")
public interface SessionConfig {

    /** Time without a heartbeat after which another server may take a session over, if a request names no time. */
    @WithDefault("60s")
    Duration ttl();

    /** Shortest time to live that a request may name. */
    @WithDefault("10s")
    Duration shortestTtl();

    /** Longest time to live that a request may name. */
    @WithDefault("10m")
    Duration longestTtl();

    /** Pause between two reads of a request that waits for the hand-over of a session. */
    @WithDefault("250ms")
    Duration handOverPoll();

    /** Maximum number of heartbeats in one sync. */
    @WithDefault("200")
    int heartbeatsPerSync();

    /**
     * Number of sessions for which an instance keeps the time since their last heartbeat. If it forgets one, another
     * server waits up to one time to live longer for the session.
     */
    @WithDefault("10000")
    int observedSessions();

    /** Maximum number of messages that wait for the holder of an entity. Further ones are rejected with 429. */
    @WithDefault("1000")
    int waitingMessages();

    /** Maximum size of the body of a message, in bytes of JSON. */
    @WithDefault("8192")
    int messageBytes();

    /** Maximum number of messages of an entity in the response to a sync; the oldest ones. */
    @WithDefault("25")
    int messagesPerAnswer();

    /** How long the id of an acknowledged or expired message is stored. A repeated message is recognized for this time. */
    @WithDefault("7d")
    Duration messageRetention();
}
