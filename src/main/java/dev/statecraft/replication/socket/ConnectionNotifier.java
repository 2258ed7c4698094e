package dev.statecraft.replication.socket;

import dev.statecraft.access.key.KeyService;
import dev.statecraft.http.Ids;
import dev.statecraft.replication.feed.FeedCursor;
import dev.statecraft.replication.feed.FeedCursors;
import dev.statecraft.replication.feed.PlayerFeed;
import dev.statecraft.replication.feed.SyncService;
import dev.statecraft.replication.log.FeedChanged;
import dev.statecraft.replication.log.LogStore;
import dev.statecraft.replication.socket.Sockets.Delivery;
import dev.statecraft.replication.state.ReplicationConfig;
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
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sends open connections the commits to what they follow. The instance that commits notifies a few connections at once;
 * the stream of the log notifies all others. A connection gets every commit after those it has, in order and at least
 * once; a commit that is sent twice has a number that the client knows.
 */
@ApplicationScoped
public class ConnectionNotifier {

    private static final Logger LOG = Logger.getLogger(ConnectionNotifier.class);

    /** The most frames sent at once; the next change brings the rest. */
    private static final int MOST_FRAMES = 100;

    private final ConnectionService service;
    private final ConnectionStore connections;
    private final Sockets sockets;
    private final SyncService sync;
    private final Frames frames;
    private final KeyService keys;
    private final KnownConnections known;
    private final ReplicationConfig config;

    private final Map<String, Gate> gates = new ConcurrentHashMap<>();

    /**
     * Lets one thread at a time notify a connection of changes to a topic; {@code queued} is whether another thread
     * waits, {@code users} the number of threads.
     */
    private record Gate(ReentrantLock lock, AtomicBoolean queued, AtomicInteger users) {}

    ConnectionNotifier(
            ConnectionService service,
            ConnectionStore connections,
            Sockets sockets,
            SyncService sync,
            Frames frames,
            KeyService keys,
            KnownConnections known,
            ReplicationConfig config) {
        this.service = service;
        this.connections = connections;
        this.sockets = sockets;
        this.sync = sync;
        this.frames = frames;
        this.keys = keys;
        this.known = known;
        this.config = config;
    }

    /** Notifies some of the connections that follow a topic. The stream of the log notifies the others. */
    void changed(@Observes FeedChanged changed) {
        try {
            for (String id : directSubscribers(changed)) {
                notifyConnection(changed.game(), changed.topic(), id);
            }
        } catch (RuntimeException e) {
            LOG.warnf(e, "news was left to the stream: %s", changed.topic());
        }
    }

    /**
     * Notifies the connections that follow the spaces of a batch of the log's stream and were not notified yet; 1 RCU a
     * space, and a few for each connection.
     *
     * @return nothing if all were notified; otherwise the sequence number of the first record to deliver again
     */
    public Optional<String> notifySubscribers(List<ItemChange> batch) {
        try {
            for (FeedChanged space : LogStore.spaces(batch)) {
                notifySubscribers(space);
            }
            return Optional.empty();
        } catch (RuntimeException e) {
            String first = batch.get(0).sequence();
            LOG.warnf(e, "news of %d records from %s are to be delivered again", batch.size(), first);
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

    /** The connections that follow a topic, as this instance last read them. */
    private List<String> directSubscribers(FeedChanged changed) {
        return known.subscribers(changed.game(), changed.topic()).orElseGet(() -> {
            List<String> ids = connections.subscribers(changed.game(), changed.topic(), null, config.directPushes());
            known.cacheSubscribers(changed.game(), changed.topic(), ids);
            return ids;
        });
    }

    /** Notifies a connection. Returns at once if another thread waits to: that thread will find all changes. */
    private void notifyConnection(String game, String topic, String id) {
        Gate gate = Objects.requireNonNull(gates.compute(id + '#' + topic, (key, known) -> {
            Gate used = known == null ? new Gate(new ReentrantLock(), new AtomicBoolean(), new AtomicInteger()) : known;
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
            gates.computeIfPresent(
                    id + '#' + topic, (key, used) -> used.users().decrementAndGet() == 0 ? null : used);
        }
    }

    /**
     * Sends what this process has just committed from memory if it directly follows the connection's cursor; reads
     * everything else from the tables.
     */
    private void notifyNow(String game, String topic, String id) {
        Optional<Connection> remembered = known.connection(id).filter(this::isAuthorized);
        if (remembered.isPresent()) {
            SyncService.Feeds recent = recent(remembered.get(), topic);
            if (!recent.isEmpty()) {
                deliver(remembered.get(), topic, recent);
                return;
            }
        }
        Optional<Connection> stored =
                connections.read(id).filter(found -> found.game().equals(game));
        Optional<Connection> open = stored.filter(this::isAuthorized);
        if (open.isEmpty()) {
            // A client that only listens would otherwise not learn that its token has ended.
            stored.filter(service::isExpired)
                    .ifPresent(ended -> sockets.send(id, frames.problem(null, ConnectionService.expired())));
            service.remove(game, topic, id);
            stored.ifPresent(ended -> sockets.close(id, Sockets.Closing.CREDENTIAL_ENDED));
            return;
        }
        known.cache(open.get());
        SyncService.Feeds recent = recent(open.get(), topic);
        deliver(open.get(), topic, recent.isEmpty() ? pull(open.get(), topic) : recent);
    }

    /** Whether the key that a connection was opened with is still valid, and its token has not ended. */
    private boolean isAuthorized(Connection connection) {
        return !service.isExpired(connection) && keys.isValid(connection.opener().keyId());
    }

    private SyncService.Feeds recent(Connection connection, String topic) {
        SyncService.SyncCursors wanted = wanted(connection, topic);
        FeedCursor cursor = wanted.playerId() == null ? wanted.spaces().get(topic) : null;
        return cursor == null
                ? SyncService.Feeds.NONE
                : sync.recent(connection.game(), topic, cursor, frames.changesBytes());
    }

    private SyncService.Feeds pull(Connection connection, String topic) {
        SyncService.SyncCursors wanted = wanted(connection, topic);
        return wanted.spaces().isEmpty() && wanted.playerId() == null
                ? SyncService.Feeds.NONE
                : sync.pull(connection.game(), wanted, SyncService.Wait.NONE, frames.changesBytes());
    }

    /** Sends changes, and all later ones if these are not the last. */
    private void deliver(Connection connection, String topic, SyncService.Feeds news) {
        Connection now = connection;
        SyncService.Feeds next = news;
        for (int frame = 0; frame < MOST_FRAMES && !next.isEmpty(); frame++) {
            Frames.Frame text = frames.changes(next);
            Delivery delivery = sockets.send(now.id(), text.text());
            if (delivery == Delivery.GONE) {
                service.remove(now.game(), topic, now.id());
            }
            if (delivery != Delivery.SENT || !text.whole()) {
                return;
            }
            now = service.advance(now, null, next);
            if (!next.hasMore()) {
                return;
            }
            next = pull(now, topic);
        }
    }

    private SyncService.SyncCursors wanted(Connection connection, String topic) {
        Map<String, @Nullable FeedCursor> spaces = new HashMap<>();
        String space = connection.cursors().get(topic);
        if (space != null) {
            FeedCursors.readSpace(space, Ids::isStored).ifPresent(cursor -> spaces.put(topic, cursor));
        }
        String playerId = connection.playerId();
        PlayerFeed.Cursor player = Optional.ofNullable(connection.cursors().get(Connection.PLAYER))
                .flatMap(service::readPlayer)
                .orElse(null);
        boolean players = playerId != null
                && player != null
                && (topic.equals(FeedChanged.playerTopic(playerId))
                        || player.spaces().containsKey(topic));
        return players ? new SyncService.SyncCursors(spaces, playerId, player) : new SyncService.SyncCursors(spaces, null, null);
    }
}
