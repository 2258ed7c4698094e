package dev.statecraft.replication.feed;

import dev.statecraft.access.Caller;
import dev.statecraft.access.Scope;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.replication.entity.EntityProblems;
import dev.statecraft.replication.feed.SyncRequest.HeartbeatRequest;
import dev.statecraft.replication.session.HeartbeatService;
import dev.statecraft.replication.session.HeartbeatService.Heartbeat;
import dev.statecraft.replication.session.HeldSession;
import dev.statecraft.replication.session.SessionConfig;
import dev.statecraft.replication.state.EntityKey;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sessions of a sync: reads the heartbeats of a request and processes them. */
@ApplicationScoped
public class SyncSessions {

    private final HeartbeatService sessions;
    private final SessionConfig config;

    public SyncSessions(HeartbeatService sessions, SessionConfig config) {
        this.sessions = sessions;
        this.config = config;
    }

    /** The sessions of one request. Not safe for use by several threads. */
    public static final class Poll {

        private final HeartbeatService sessions;
        private final String game;
        private final @Nullable List<Heartbeat> heartbeats;
        private List<HeldSession> held = List.of();

        private Poll(HeartbeatService sessions, String game, @Nullable List<Heartbeat> heartbeats) {
            this.sessions = sessions;
            this.game = game;
            this.heartbeats = heartbeats;
        }

        /** Processes the heartbeats. Returns true if a session was lost or is wanted, or a message waits. */
        boolean read() {
            if (heartbeats == null) {
                return false;
            }
            held = sessions.process(game, heartbeats);
            return held.stream()
                    .anyMatch(session -> session.lost()
                            || session.wantedBy() != null
                            || !session.messages().isEmpty());
        }

        /** The state of each session at the last read, in the order of the request; null if it names no sessions. */
        @Nullable List<HeldSessionView> views() {
            return heartbeats == null
                    ? null
                    : held.stream().map(HeldSessionView::of).toList();
        }
    }

    /**
     * Checks the heartbeats of a request.
     *
     * @param connectionId the connection of the caller; null over HTTP
     * @throws ProblemException 400 if a heartbeat is malformed or there are too many; 403 if the caller may not write
     */
    Poll poll(Caller caller, @Nullable List<@Nullable HeartbeatRequest> requests, @Nullable String connectionId) {
        if (requests == null) {
            return new Poll(sessions, caller.game(), null);
        }
        caller.require(Scope.STATE_WRITE);
        if (caller.playerId() != null) {
            throw new ProblemException(
                    Problem.of(403, "forbidden", "Players hold no sessions", "Only servers hold sessions.")
                            .withField("sessions"));
        }
        if (requests.size() > config.heartbeatsPerSync()) {
            throw new ProblemException(
                    Problem.badRequest("sessions", "At most " + config.heartbeatsPerSync() + " sessions per request."));
        }
        List<Heartbeat> heartbeats = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            heartbeats.add(heartbeat(requests.get(i), "sessions[" + i + "]", connectionId));
        }
        return new Poll(sessions, caller.game(), heartbeats);
    }

    private static Heartbeat heartbeat(
            @Nullable HeartbeatRequest session, String field, @Nullable String connectionId) {
        if (session == null) {
            throw new ProblemException(Problem.badRequest(field, "A session is an object."));
        }
        Long fence = session.fence();
        if (fence == null || fence < 1) {
            throw new ProblemException(
                    Problem.badRequest(field + ".fence", "A fencing token is an integer of at least 1."));
        }
        String space =
                session.space() == null ? EntityProblems.DEFAULT_SPACE : Ids.check(field + ".space", session.space());
        EntityKey entity = new EntityKey(space, Ids.check(field + ".entityId", session.entityId()));
        return new Heartbeat(entity, fence, connectionId);
    }
}
