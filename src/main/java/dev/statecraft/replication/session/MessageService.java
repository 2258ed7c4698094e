package dev.statecraft.replication.session;

import dev.statecraft.replication.session.MessageStore.LostRace;
import dev.statecraft.replication.session.MessageStore.Repeated;
import dev.statecraft.replication.session.MessageStore.Sending;
import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.table.Backoff;
import dev.statecraft.table.ScanPage;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sends messages to the servers that hold sessions, now or next. */
@ApplicationScoped
public class MessageService {

    private static final int ATTEMPTS = 20;
    private static final long FIRST_PAUSE_MILLIS = 5;

    private final SessionStore sessions;
    private final MessageStore messages;
    private final SessionConfig config;
    private final Backoff backoff;
    private final Clock clock;
    private final Event<SessionNotice> notices;

    public MessageService(
            SessionStore sessions,
            MessageStore messages,
            SessionConfig config,
            Backoff backoff,
            Clock clock,
            Event<SessionNotice> notices) {
        this.notices = notices;
        this.sessions = sessions;
        this.messages = messages;
        this.config = config;
        this.backoff = backoff;
        this.clock = clock;
    }

    /** Result of sending a message. Variants are listed in order of precedence. */
    public sealed interface Result {}

    /** The id was already used for another message. */
    public record Reused() implements Result {}

    /** {@code waiting-messages} wait already. */
    public record Full() implements Result {}

    /** Gave up after conflicting writes; nothing was sent. */
    public record Busy() implements Result {}

    /** The message waits or was received. {@code replayed} if an earlier request sent it. */
    public record Accepted(boolean replayed) implements Result {}

    /**
     * Sends a message. Messages of an entity are delivered in the order in which they were accepted. Cost: 1 RCU and 6 WCU.
     *
     * @param hash hash of the request; the same id with a different hash is rejected
     */
    public Result send(String game, EntityKey entity, Message message, int hash) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            backoff.pauseBefore(attempt, FIRST_PAUSE_MILLIS);
            SessionRecord session = sessions.read(game, entity);
            if (session.waiting() >= config.waitingMessages() && !removeExpired(game, entity)) {
                return messages.earlier(game, entity, message.id(), hash)
                        .map(MessageService::result)
                        .orElseGet(Full::new);
            }
            Sending sending = messages.send(game, entity, session.nextMessage(), message, hash);
            if (sending instanceof Repeated repeated) {
                return result(repeated);
            }
            if (!(sending instanceof LostRace)) {
                notifyHolder(game, entity, session, message);
                return new Accepted(false);
            }
        }
        return new Busy();
    }

    /** A holder that is not connected, or whose connection has failed, receives the message with its next sync. */
    private void notifyHolder(String game, EntityKey entity, SessionRecord session, Message message) {
        String connection = session.connectionId();
        if (connection != null) {
            notices.fire(new SessionNotice(
                    game,
                    connection,
                    new HeldSession(entity, session.fence(), false, session.wantedBy(), List.of(message))));
        }
    }

    private static Result result(Repeated repeated) {
        return repeated.same() ? new Accepted(true) : new Reused();
    }

    /**
     * Deletes all messages of an entity. Idempotent.
     *
     * @return number of deleted items
     */
    public long erase(String game, EntityKey entity) {
        return messages.erase(game, entity);
    }

    /**
     * Scans the next sessions of the game and deletes all messages of the entities with an id, in every space, whether they
     * exist or not. Idempotent. Cost: 128 RCU, and 1 WCU per KB of deleted messages.
     *
     * @param cursor cursor of the previous page; null to start
     */
    public ScanPage eraseAll(String game, String entityId, @Nullable String cursor) {
        SessionStore.AddressedPage page = sessions.addressed(game, entityId, cursor);
        long deleted = 0;
        for (EntityKey entity : page.entities()) {
            deleted += messages.erase(game, entity);
        }
        return new ScanPage(page.next(), deleted);
    }

    private boolean removeExpired(String game, EntityKey entity) {
        long now = clock.millis();
        List<WaitingMessage> expired = messages.waiting(game, entity, config.messagesPerAnswer()).stream()
                .filter(message -> message.message().isExpired(now))
                .toList();
        if (expired.isEmpty()) {
            return false;
        }
        messages.remove(game, entity, expired, now);
        return true;
    }
}
