package dev.statecraft.replication.state;

import org.jspecify.annotations.Nullable;

/**
 * The session of an entity: the server that may write it, and the fencing token of that permission. The entity's item
 * stores it, so every commit of the entity is conditional on it.
 *
 * @param fence fencing token of the last session that was granted, from 1; 0 if there was none. It never decreases
 * @param holder the server that holds the session; null if the session has ended
 * @param previousHolder the server that the session was taken over from; null if it was free
 * @param ttlSeconds time without a heartbeat after which another server may take the session over
 * @param renewed version of the entity that was last written by the holder; a sign of life like a heartbeat
 */
public record EntitySession(
        long fence, @Nullable String holder, @Nullable String previousHolder, int ttlSeconds, long renewed) {

    /** The entity never had a session. */
    public static final EntitySession NONE = new EntitySession(0, null, null, 0, 0);

    /** Whether a server holds the session. */
    public boolean isHeld() {
        return holder != null;
    }

    /** Whether a server holds the session under a fencing token. */
    public boolean isHeldUnder(long token) {
        return holder != null && fence == token;
    }

    /** The next session, granted by the version {@code version} of the entity. */
    public EntitySession grantedTo(String server, int ttlSeconds, long version) {
        return new EntitySession(fence + 1, server, holder, ttlSeconds, version);
    }

    /** The session after its holder wrote a version of the entity. */
    public EntitySession renewedBy(long version) {
        return new EntitySession(fence, holder, previousHolder, ttlSeconds, version);
    }

    /** The session after its end. The fencing token stays, so that a later session has a greater one. */
    public EntitySession ended() {
        return holder == null ? this : new EntitySession(fence, null, null, 0, 0);
    }
}
