package dev.statecraft.replication.entity;

import dev.statecraft.replication.session.SessionRecord;
import dev.statecraft.replication.state.EntityKey;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * API representation of a session that a server holds.
 *
 * @param since when the session was granted
 * @param wantedBy a server that waits for the session
 * @param waitingMessages number of messages that wait for the holder
 */
public record SessionView(
        String entityId,
        String space,
        long fence,
        @Nullable String holder,
        Instant since,
        int ttlSeconds,
        @Nullable String wantedBy,
        int waitingMessages) {

    /** The view of a session. */
    static SessionView of(EntityKey entity, SessionRecord session) {
        return new SessionView(
                entity.id(),
                entity.space(),
                session.fence(),
                session.holder(),
                Instant.ofEpochMilli(session.since()),
                session.ttlSeconds(),
                session.wantedBy(),
                session.waiting());
    }
}
