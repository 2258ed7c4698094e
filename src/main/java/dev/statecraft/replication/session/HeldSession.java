package dev.statecraft.replication.session;

import dev.statecraft.replication.state.EntityKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state of a session for its holder.
 *
 * @param lost whether the session is no longer held under the fencing token
 * @param wantedBy a server that waits for the session; null if there is none
 * @param messages the oldest messages that wait, in order
 */
public record HeldSession(
        EntityKey entity,
        long fence,
        boolean lost,
        @Nullable String wantedBy,
        List<Message> messages) {

    /** Copies the messages. */
    public HeldSession {
        messages = List.copyOf(messages);
    }
}
