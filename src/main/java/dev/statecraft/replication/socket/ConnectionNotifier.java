package dev.statecraft.replication.socket;

import dev.statecraft.access.key.KeyService;
import dev.statecraft.http.Ids;
import dev.statecraft.http.ProblemException;
import dev.statecraft.replication.feed.FeedCursor;
import dev.statecraft.replication.feed.FeedCursors;
import dev.statecraft.replication.feed.PlayerFeed;
import dev.statecraft.replication.feed.SyncService;
import dev.statecraft.replication.log.FeedChanged;
import dev.statecraft.replication.log.LogStore;
import dev.statecraft.replication.session.SessionNotice;
import dev.statecraft.replication.socket.Sockets.Delivery;
import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.runtime.Threads;
import dev.statecraft.table.ItemChange;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Pushes commits to the connections that subscribe to them. The instance that commits notifies a few connections
 * immediately; the stream of the commit log notifies all others. A connection receives every commit after its cursor,
 * in order and at least once. The client recognizes a repeated commit by its sequence number.
 */
@ApplicationScoped
public class ConnectionNotifier {

    private static final Logger LOG = Logger.getLogger(ConnectionNotifier.class);

    /** Maximum number of frames per notification; the next change continues with the rest. */
    private static final int MAX_FRAMES = 100;

    private final ConnectionService service;
    private final ConnectionStore connections;
    private final Sockets sockets;
    private final SyncService sync;
    private final Frames frames;
    private final KeyService keys;
    private final KnownConnections known;
    private final ReplicationConfig config;
    private final Threads threads;

    private final Map<String, Gate> gates = new ConcurrentHashMap<>();

    /**
     * Lets one thread at a time notify a connection of changes to a topic. {@code queued} is true if another thread
     * waits; {@code users} is the number of threads that use the gate.
     */
    private record Gate(Lock lock, AtomicBoolean queued, AtomicInteger users) {}

    ConnectionNotifier(
            ConnectionService service,
            ConnectionStore connections,
            Sockets sockets,
            SyncService sync,
            Frames frames,
            KeyService keys,
            KnownConnections known,
            ReplicationConfig config,
            Threads threads) {
        this.service = service;
        this.connections = connections;
        this.sockets = sockets;
        this.sync = sync;
        this.frames = frames;
        this.keys = keys;
        this.known = known;
        this.config = config;
        this.threads = threads;
    }

    /**
     * Notifies up to {@code direct-pushes} subscribers of a topic. The stream of the commit log notifies the others.
     */
    void changed(@Observes FeedChanged changed) {
        try {
            for (String id : directSubscribers(changed)) {
                notifyConnection(changed.game(), changed.topic(), id);
            }
        } catch (RuntimeException e) {
            LOG.warnf(e, "Direct push failed; the stream pushes the changes: game %s", changed.game());
        }
    }

    /** Pushes the state of a session to its holder. The next sync of the holder has it too, so the push may fail. */
    void sessionChanged(@Observes SessionNotice notice) {
        try {
            Delivery delivery = sockets.send(notice.connectionId(), frames.session(notice.session()));
            LOG.debugf("session pushed to its holder: %s", delivery);
        } catch (RuntimeException e) {
            LOG.warnf(e, "The push of a session failed; its next sync returns it: game %s", notice.game());
        }
    }

    /**
     * Notifies the subscribers of the spaces in a batch of the commit log's stream. Cost: 1 RCU per space and a few
     * RCU and WCU per connection.
     *
     * @return sequence number of the first record that must be delivered again; empty if all subscribers were notified
     */
    public Optional<String> notifySubscribers(List<ItemChange> batch) {
        try {
            for (FeedChanged space : LogStore.spaces(batch)) {
                notifySubscribers(space);
            }
            return Optional.empty();
        } catch (RuntimeException e) {
            String first = batch.get(0).sequence();
            LOG.warnf(e, "Push failed; the batch is retried: %d records from sequence %s", batch.size(), first);
            return Optional.of(first);
        }
    }

    private void notifySubscribers(FeedChanged space) {
        String after = null;
        do {
            List<String> ids = connections.subscribers(space.game(), space.topic(), after, config.connectionsPerRead());
            ids.forEach(id -> notifyConnection(space.game(), space.topic(), id));
            after = ids.size() < config.connectionsPerRead() ? null : ids.get(ids.size() - 1);
        } while (after != null);
    }

    /** Returns up to {@code direct-pushes} subscribers of a topic, from the cache or the connections table. */
    private List<String> directSubscribers(FeedChanged changed) {
        return known.subscribers(changed.game(), changed.topic()).orElseGet(() -> {
            List<String> ids = connections.subscribers(changed.game(), changed.topic(), null, config.directPushes());
            known.cacheSubscribers(changed.game(), changed.topic(), ids);
            return ids;
        });
    }

    /** Notifies a connection. Returns immediately if another thread already waits: that thread finds all changes. */
    private void notifyConnection(String game, String topic, String id) {
        Gate gate = Objects.requireNonNull(gates.compute(id + '#' + topic, (key, known) -> {
            Gate used = known == null ? new Gate(threads.newLock(), new AtomicBoolean(), new AtomicInteger()) : known;
            used.users().incrementAndGet();
            return used;
        }));
        try {
            if (gate.queued().compareAndSet(false, true)) {
                gate.lock().lock();
                try {
                    gate.queued().set(false);
                    notifyNow(game, topic, id);
                } finally {
                    gate.lock().unlock();
                }
            }
        } finally {
            gates.computeIfPresent(id + '#' + topic, (key, used) -> used.users().decrementAndGet() == 0 ? null : used);
        }
    }

    /**
     * Pushes recent commits of this instance from memory if they directly follow the connection's cursor; otherwise
     * pulls the changes from the tables.
     */
    private void notifyNow(String game, String topic, String id) {
        Optional<Connection> cached = known.connection(id).filter(this::isAuthorized);
        if (cached.isPresent()) {
            SyncService.Feeds recent = recent(cached.get(), topic);
            if (!recent.isEmpty()) {
                push(cached.get(), topic, recent);
                return;
            }
        }
        Optional<Connection> stored =
                connections.read(id).filter(found -> found.game().equals(game));
        Optional<Connection> open = stored.filter(this::isAuthorized);
        if (open.isEmpty()) {
            // A client that sends no requests would otherwise not learn that its token has expired.
            stored.filter(service::isExpired)
                    .ifPresent(expired -> sockets.send(id, frames.problem(null, ConnectionService.expired())));
            service.remove(game, topic, id);
            stored.ifPresent(closed -> sockets.close(id, Sockets.Closing.CREDENTIAL_ENDED));
            return;
        }
        known.cache(open.get());
        try {
            SyncService.Feeds recent = recent(open.get(), topic);
            push(open.get(), topic, recent.isEmpty() ? pull(open.get(), topic) : recent);
        } catch (ProblemException e) {
            if (e.problem().status() != 409) {
                throw e;
            }
            // The schema version of the client is no longer available. A repetition would not change that.
            sockets.send(id, frames.problem(null, e.problem()));
        }
    }

    /** Returns true if the API key of a connection is valid and its token has not expired. */
    private boolean isAuthorized(Connection connection) {
        return !service.isExpired(connection)
                && keys.isValid(connection.opener().keyId());
    }

    private SyncService.Feeds recent(Connection connection, String topic) {
        SyncService.SyncCursors cursors = cursors(connection, topic);
        FeedCursor cursor = cursors.playerId() == null ? cursors.spaces().get(topic) : null;
        // Recent commits are in memory in the schema version in which they were made.
        return cursor == null || connection.schemaVersion() != null
                ? SyncService.Feeds.NONE
                : sync.recent(connection.game(), topic, cursor, frames.changesBytes());
    }

    private SyncService.Feeds pull(Connection connection, String topic) {
        SyncService.SyncCursors cursors = cursors(connection, topic);
        return cursors.spaces().isEmpty() && cursors.playerId() == null
                ? SyncService.Feeds.NONE
                : sync.pull(connection.game(), cursors, SyncService.Wait.NONE, frames.changesBytes());
    }

    /** Pushes changes, and the later ones if there are more. Stores the cursor after each frame. */
    private void push(Connection connection, String topic, SyncService.Feeds feeds) {
        Connection current = connection;
        SyncService.Feeds next = feeds;
        for (int frame = 0; frame < MAX_FRAMES && !next.isEmpty(); frame++) {
            Frames.Frame pushed = frames.changes(next);
            Delivery delivery = sockets.send(current.id(), pushed.text());
            if (delivery == Delivery.GONE) {
                service.remove(current.game(), topic, current.id());
            }
            if (delivery != Delivery.SENT || !pushed.complete()) {
                return;
            }
            current = service.advance(current, null, current.schemaVersion(), next);
            if (!next.hasMore()) {
                return;
            }
            next = pull(current, topic);
        }
    }

    private SyncService.SyncCursors cursors(Connection connection, String topic) {
        Map<String, @Nullable FeedCursor> spaces = new HashMap<>();
        String spaceCursor = connection.cursors().get(topic);
        if (spaceCursor != null) {
            FeedCursors.readSpace(spaceCursor, Ids::isStored).ifPresent(cursor -> spaces.put(topic, cursor));
        }
        String playerId = connection.playerId();
        PlayerFeed.Cursor player = Optional.ofNullable(connection.cursors().get(Connection.PLAYER))
                .flatMap(service::readPlayer)
                .orElse(null);
        boolean playerFeed = playerId != null
                && player != null
                && (topic.equals(FeedChanged.playerTopic(playerId))
                        || player.spaces().containsKey(topic));
        return playerFeed
                ? new SyncService.SyncCursors(spaces, playerId, player, connection.schemaVersion())
                : new SyncService.SyncCursors(spaces, null, null, connection.schemaVersion());
    }
}
