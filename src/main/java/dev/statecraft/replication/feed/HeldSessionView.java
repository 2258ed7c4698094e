package dev.statecraft.replication.feed;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.replication.session.HeldSession;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * API representation of a session for its holder.
 *
 * @param lost true if the session has ended or another server has taken it over; null otherwise
 * @param wantedBy a server that waits for the session
 * @param messages messages for the holder, the oldest first, until an update acknowledges them
 */
public record HeldSessionView(
        String entityId,
        String space,
        long fence,
        @Nullable Boolean lost,
        @Nullable String wantedBy,
        List<MessageView> messages) {

    /** A message for the holder of a session. */
    public record MessageView(String id, JsonNode body, Instant at) {}

    /** The view of a session. */
    public static HeldSessionView of(HeldSession session) {
        return new HeldSessionView(
                session.entity().id(),
                session.entity().space(),
                session.fence(),
                session.lost() ? Boolean.TRUE : null,
                session.wantedBy(),
                session.messages().stream()
                        .map(message ->
                                new MessageView(message.id(), message.body(), Instant.ofEpochMilli(message.at())))
                        .toList());
    }
}
