package dev.statecraft.replication.entity;

import dev.statecraft.replication.command.Command;
import dev.statecraft.replication.command.CommandDecider;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.command.Source;
import dev.statecraft.replication.command.TakeOver;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.commit.CommitResult.Done;
import dev.statecraft.replication.commit.CommitService;
import dev.statecraft.replication.session.HeldSession;
import dev.statecraft.replication.session.SessionConfig;
import dev.statecraft.replication.session.SessionNotice;
import dev.statecraft.replication.session.SessionObservations;
import dev.statecraft.replication.session.SessionObservations.SignOfLife;
import dev.statecraft.replication.session.SessionRecord;
import dev.statecraft.replication.session.SessionStore;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.replication.state.EntitySession;
import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.runtime.Ticker;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Grants and ends sessions of entities. */
@ApplicationScoped
public class SessionService {

    /** Grants that other servers may win before a request gives up with 503. */
    private static final int ATTEMPTS = 10;

    private final CommitService commits;
    private final CommandDecider decider;
    private final SessionStore sessions;
    private final SessionObservations observations;
    private final SessionConfig config;
    private final ReplicationConfig replication;
    private final Ticker ticker;
    private final Event<SessionNotice> notices;

    public SessionService(
            CommitService commits,
            CommandDecider decider,
            SessionStore sessions,
            SessionObservations observations,
            SessionConfig config,
            ReplicationConfig replication,
            Ticker ticker,
            Event<SessionNotice> notices) {
        this.notices = notices;
        this.commits = commits;
        this.decider = decider;
        this.sessions = sessions;
        this.observations = observations;
        this.config = config;
        this.replication = replication;
        this.ticker = ticker;
    }

    /**
     * A request for a session.
     *
     * @param steal whether to take the session over from a server that holds it
     * @param entity creates the entity if it does not exist; null to reject the request then
     * @param schemaVersion the schema version that the server uses; null for the latest one of the type
     * @param waitMillis maximum time to wait for the hand-over, limited by {@code longest-wait}
     */
    public record SessionRequest(
            String holder,
            int ttlSeconds,
            boolean steal,
            Command.@Nullable NewState entity,
            @Nullable String schemaVersion,
            long waitMillis) {}

    /** Result of a request for a session. Variants are listed in order of precedence. */
    public sealed interface Start {}

    /** The commit was rejected for a reason that is not the session, or gave up. */
    public record NotStarted(CommitResult result) implements Start {}

    /**
     * Another server holds the session.
     *
     * @param sinceMillis when the session was granted, Unix milliseconds
     * @param expiresInMillis time after which it may be taken over without a sign of life of its holder
     */
    public record HeldByOther(String holder, long sinceMillis, long expiresInMillis) implements Start {}

    /** The server holds the session. {@code created} if the entity was created for it. */
    public record Started(Entity entity, boolean created) implements Start {}

    /**
     * Grants the session of an entity to a server. A server that already holds it keeps it under the same fencing token.
     * Another holder learns with its next heartbeat that the session is wanted. Cost: 1 read and 1 transaction of 4 items;
     * while another server holds the session, 1 RCU for each {@code hand-over-poll}, and 1 WCU.
     */
    public Start start(String game, EntityKey entity, SessionRequest request, Source source) {
        long waitMillis =
                Math.min(request.waitMillis(), replication.longestWait().toMillis());
        long until = ticker.nanos() + waitMillis * 1_000_000;
        TakeOver takeOver = request.steal() ? new TakeOver.Steal() : new TakeOver.Never();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            CommitResult result = commit(game, entity, request, takeOver, source);
            if (result instanceof Done done) {
                Entity granted = done.entity();
                observe(game, granted, 0);
                return new Started(granted, granted.createdSeq() == granted.seq());
            }
            if (!(result instanceof CommitResult.Refused refused)) {
                return new NotStarted(result);
            }
            if (refused.rejection() instanceof Rejection.SessionUnchanged) {
                return new Started(refused.current(), false);
            }
            if (!(refused.rejection() instanceof Rejection.SessionHeld)) {
                return new NotStarted(result);
            }
            Free free = await(game, refused.current(), request.holder(), until);
            if (free.held() != null) {
                return free.held();
            }
            takeOver = free.takeOver();
        }
        return new NotStarted(new CommitResult.Busy());
    }

    private CommitResult commit(
            String game, EntityKey entity, SessionRequest request, TakeOver takeOver, Source source) {
        Command command = new Command.StartSession(
                request.holder(), request.ttlSeconds(), takeOver, request.entity(), request.schemaVersion(), source);
        return commits.commit(
                game,
                entity.space(),
                decider.mutation(game, entity.id(), new IdempotencyKey(null, "start session"), command));
    }

    /** Whether a session became free: the permission to take it over, or the holder that still has it. */
    private record Free(TakeOver takeOver, @Nullable HeldByOther held) {}

    /** Waits until the holder ends the session or stops to give signs of life. */
    private Free await(String game, Entity current, String wanting, long untilNanos) {
        EntitySession held = current.session();
        EntityKey entity = current.place();
        while (true) {
            SessionRecord session = sessions.read(game, entity);
            if (session.fence() > held.fence() || (session.fence() == held.fence() && session.holder() == null)) {
                return new Free(new TakeOver.Never(), null);
            }
            long expiresInMillis = held.ttlSeconds() * 1000L - observe(game, current, session.beat());
            if (expiresInMillis <= 0) {
                return new Free(new TakeOver.Expired(held.fence(), held.renewed()), null);
            }
            if (!wanting.equals(session.wantedBy())) {
                sessions.want(game, entity, held.fence(), wanting);
                notifyHolder(game, entity, session, wanting);
            }
            long left = untilNanos - ticker.nanos();
            if (left <= 0) {
                String holder = held.holder();
                return new Free(
                        new TakeOver.Never(),
                        new HeldByOther(holder == null ? "" : holder, session.since(), expiresInMillis));
            }
            ticker.sleep(Math.min(left, Math.min(config.handOverPoll().toNanos(), expiresInMillis * 1_000_000)));
        }
    }

    private void notifyHolder(String game, EntityKey entity, SessionRecord session, String wanting) {
        String connection = session.connectionId();
        if (connection != null) {
            notices.fire(new SessionNotice(
                    game, connection, new HeldSession(entity, session.fence(), false, wanting, List.of())));
        }
    }

    private long observe(String game, Entity entity, long beat) {
        EntitySession session = entity.session();
        return observations.unchangedMillis(
                game, entity.place(), new SignOfLife(session.fence(), beat, session.renewed()));
    }

    /**
     * Ends a session. A session that has already ended under the fencing token stays ended. Cost: 1 read and 1 transaction
     * of 4 items.
     *
     * @return empty if the session has ended, otherwise the reason why it was not ended
     */
    public Optional<CommitResult> end(String game, EntityKey entity, long fence, Source source) {
        CommitResult result = commits.commit(
                game,
                entity.space(),
                decider.mutation(
                        game,
                        entity.id(),
                        new IdempotencyKey(null, "end session"),
                        new Command.EndSession(fence, source)));
        boolean ended = result instanceof Done
                || (result instanceof CommitResult.Refused refused
                        && refused.rejection() instanceof Rejection.SessionUnchanged);
        return ended ? Optional.empty() : Optional.of(result);
    }

    /** Reads the session of an entity; empty if no server holds it. Cost: 1 RCU. */
    public Optional<SessionRecord> find(String game, EntityKey entity) {
        return Optional.of(sessions.read(game, entity)).filter(session -> session.holder() != null);
    }

    /** Lists the sessions of a space that are held, in the order of the entities. */
    public SessionStore.SessionPage list(String game, String space, @Nullable String after, int limit) {
        return sessions.list(game, space, after, limit);
    }
}
