package dev.statecraft.replication.session;

import dev.statecraft.replication.session.SessionObservations.SignOfLife;
import dev.statecraft.replication.state.EntityKey;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Processes the heartbeats of servers that hold sessions, and delivers the messages to them. */
@ApplicationScoped
public class HeartbeatService {

    /** A heartbeat is stored after this part of the time to live, so that two of three may be lost. */
    private static final int STORED_PER_TTL = 3;

    private final SessionStore sessions;
    private final MessageStore messages;
    private final SessionObservations observations;
    private final SessionConfig config;
    private final Clock clock;

    public HeartbeatService(
            SessionStore sessions,
            MessageStore messages,
            SessionObservations observations,
            SessionConfig config,
            Clock clock) {
        this.sessions = sessions;
        this.messages = messages;
        this.observations = observations;
        this.config = config;
        this.clock = clock;
    }

    /**
     * The fencing token under which a server holds the session of an entity.
     *
     * @param connectionId the WebSocket connection of the server; null over HTTP
     */
    public record Heartbeat(
            EntityKey entity, long fence, @Nullable String connectionId) {}

    /**
     * Processes heartbeats. Cost: 0.5 RCU for each, 1 WCU for those whose last stored one is older than a third of the time
     * to live, and a query if messages wait.
     *
     * @return the state of each session, in order
     */
    public List<HeldSession> process(String game, List<Heartbeat> heartbeats) {
        Map<EntityKey, SessionRecord> records = sessions.readAll(
                game, heartbeats.stream().map(Heartbeat::entity).toList());
        List<HeldSession> held = new ArrayList<>();
        for (Heartbeat heartbeat : heartbeats) {
            EntityKey entity = heartbeat.entity();
            SessionRecord session = records.getOrDefault(entity, SessionRecord.NONE);
            if (session.fence() < heartbeat.fence()) {
                // The read is eventually consistent, and the session may just have been granted.
                session = sessions.read(game, entity);
            }
            held.add(process(game, heartbeat, session));
        }
        return held;
    }

    private HeldSession process(String game, Heartbeat heartbeat, SessionRecord session) {
        EntityKey entity = heartbeat.entity();
        long fence = heartbeat.fence();
        boolean lost = session.fence() != fence || session.holder() == null;
        boolean moved = !Objects.equals(heartbeat.connectionId(), session.connectionId());
        if (!lost && (isDue(game, entity, session) || moved)) {
            lost = !sessions.beat(game, entity, fence, clock.millis(), heartbeat.connectionId());
            observations.unchangedMillis(game, entity, new SignOfLife(fence, session.beat() + 1, 0));
        }
        return lost
                ? new HeldSession(entity, fence, true, null, List.of())
                : new HeldSession(
                        entity,
                        fence,
                        false,
                        session.wantedBy(),
                        session.waiting() > 0 ? waiting(game, entity) : List.of());
    }

    /**
     * Whether a heartbeat is stored. The clocks of the instances decide this together with the observation of this one: a
     * clock that is wrong makes heartbeats more frequent, and cannot end a session, because another server waits for the time
     * to live by its own clock.
     */
    private boolean isDue(String game, EntityKey entity, SessionRecord session) {
        long interval = session.ttlSeconds() * 1000L / STORED_PER_TTL;
        long unchanged = observations.unchangedMillis(game, entity, new SignOfLife(session.fence(), session.beat(), 0));
        return unchanged >= interval || Math.abs(clock.millis() - session.beatAt()) >= interval;
    }

    private List<Message> waiting(String game, EntityKey entity) {
        long now = clock.millis();
        List<WaitingMessage> all = messages.waiting(game, entity, config.messagesPerAnswer());
        List<WaitingMessage> expired =
                all.stream().filter(message -> message.message().isExpired(now)).toList();
        if (!expired.isEmpty()) {
            messages.remove(game, entity, expired, now);
        }
        return all.stream()
                .map(WaitingMessage::message)
                .filter(message -> !message.isExpired(now))
                .toList();
    }
}
