package dev.statecraft.replication;

import dev.statecraft.access.Caller;
import dev.statecraft.access.KeyService;
import dev.statecraft.access.PlayerPass;
import dev.statecraft.access.Scope;
import dev.statecraft.entry.Ids;
import dev.statecraft.entry.Problem;
import dev.statecraft.entry.ProblemException;
import dev.statecraft.replication.Sockets.Delivery;
import dev.statecraft.table.ItemChange;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Open connections: what each follows, and telling it of news. Who commits tells a few connections at once; the stream
 * of the log tells all that were not. A connection is told of commits right behind those it was told of last, at least
 * once; commits that come twice have numbers it knows.
 */
@ApplicationScoped
public class ConnectionService {

    private static final Logger LOG = Logger.getLogger(ConnectionService.class);

    /** Most frames told at once; what is left comes with the next news. */
    private static final int MOST_FRAMES = 100;

    private final ConnectionStore connections;
    private final Sockets sockets;
    private final SyncService sync;
    private final Frames frames;
    private final KeyService keys;
    private final ReplicationConfig config;
    private final Clock clock;
    private final KnownConnections known;

    private final Map<String, Teller> tellers = new ConcurrentHashMap<>();

    /** Lets one at a time tell a connection; {@code queued} is whether another waits, {@code users} how many there are. */
    private record Teller(ReentrantLock lock, AtomicBoolean queued, AtomicInteger users) {}

    ConnectionService(
            ConnectionStore connections,
            Sockets sockets,
            SyncService sync,
            Frames frames,
            KeyService keys,
            ReplicationConfig config,
            Clock clock) {
        this.keys = keys;
        this.connections = connections;
        this.sockets = sockets;
        this.sync = sync;
        this.frames = frames;
        this.config = config;
        this.clock = clock;
        this.known = new KnownConnections(config.connectionCache());
    }

    /**
     * Remembers a connection that was opened; 1 WCU. A player has so many of them; those it opened first are forgotten
     * for new ones, rather than that these are refused, as nobody tells for certain that a client is gone. That is 1 RCU
     * and 1 WCU more.
     */
    public void open(String id, Caller caller) {
        connections.open(new Connection(id, opener(caller), null, Map.of()), clock.instant(), expiresAtSeconds());
        String player = caller.playerId();
        if (player != null) {
            List<String> all = connections.openedBy(caller.game(), player);
            all.subList(0, Math.max(0, all.size() - config.connectionsPerPlayer()))
                    .forEach(old -> {
                        close(old);
                        connections.disown(caller.game(), player, old);
                        sockets.close(old, Sockets.Closing.REPLACED);
                    });
        }
    }

    private static Connection.Opener opener(Caller caller) {
        PlayerPass pass = caller.pass();
        return new Connection.Opener(
                caller.game(),
                caller.name(),
                caller.keyId(),
                caller.scopes().stream().map(Scope::text).collect(Collectors.toSet()),
                pass == null ? null : pass.playerId(),
                pass == null ? Set.of() : pass.spaces(),
                caller.expiresAt());
    }

    /** Who opened a connection, as it was let in then. */
    static Caller caller(Connection connection) {
        Connection.Opener opener = connection.opener();
        String player = opener.playerId();
        return new Caller(
                opener.game(),
                opener.by(),
                opener.keyId(),
                true,
                opener.scopes().stream()
                        .flatMap(scope -> Scope.of(scope).stream())
                        .collect(Collectors.toSet()),
                player == null ? null : new PlayerPass(player, opener.spaces(), Set.of()),
                opener.expiresAt());
    }

    /** Forgets a connection that was closed; nothing happens if it is not known. */
    public void close(String id) {
        known.forget(id);
        connections.close(id);
    }

    /**
     * A connection; 1 RCU. Nothing if it is not open, or the key behind it is not good any more.
     *
     * @throws ProblemException 401, if the token it was opened with has ended; it is forgotten then
     */
    public Optional<Connection> find(String id) {
        Optional<Connection> open =
                connections.read(id).filter(found -> keys.isGood(found.opener().keyId()));
        if (open.filter(this::isOver).isPresent()) {
            close(id);
            throw new ProblemException(over());
        }
        return open;
    }

    private static Problem over() {
        return Problem.unauthorized("The token that the connection was opened with has ended. Connect with a new one.");
    }

    /**
     * Has a connection follow what it did not; before it is told how things are, so that nothing happens unnoticed in
     * between.
     */
    void follow(Connection connection, Collection<String> spaces, @Nullable String playerId) {
        Set<String> topics = new HashSet<>(spaces);
        topics.removeAll(connection.cursors().keySet());
        if (playerId != null && !playerId.equals(connection.playerId())) {
            topics.add(TopicChanged.playerTopic(playerId));
        }
        if (!topics.isEmpty()) {
            connections.follow(connection, topics, expiresAtSeconds());
            topics.forEach(topic -> known.forgetFollowers(connection.game(), topic));
        }
    }

    /** Keeps how far a connection was told. */
    Connection told(Connection connection, @Nullable String playerId, SyncService.News news) {
        Map<String, String> cursors = new HashMap<>();
        news.spaces().forEach((space, feed) -> cursors.put(space, FeedCursors.write(feed.cursor())));
        PlayerFeed player = news.player();
        if (player != null) {
            cursors.put(Connection.PLAYER, FeedCursors.write(player.cursor()));
            followPlayersSpaces(connection, player);
        }
        Map<String, String> all = new HashMap<>(connection.cursors());
        all.putAll(cursors);
        if (connections.advance(connection.id(), playerId, cursors)) {
            known.told(connection.id(), playerId, cursors);
        } else {
            known.forget(connection.id());
        }
        return new Connection(
                connection.id(), connection.opener(), playerId == null ? connection.playerId() : playerId, all);
    }

    /** A player's feed spans spaces: what is committed to any of them may be news. */
    private void followPlayersSpaces(Connection connection, PlayerFeed player) {
        Set<String> spaces = new HashSet<>(player.cursor().spaces().keySet());
        String before = connection.cursors().get(Connection.PLAYER);
        if (before != null) {
            readPlayer(before)
                    .ifPresent(cursor -> spaces.removeAll(cursor.spaces().keySet()));
        }
        spaces.removeAll(connection.cursors().keySet());
        if (!spaces.isEmpty()) {
            connections.follow(connection, spaces, expiresAtSeconds());
            spaces.forEach(space -> known.forgetFollowers(connection.game(), space));
        }
    }

    /** Tells a few of those who follow something at once. What cannot be done now is left to the stream of the log. */
    void changed(@Observes TopicChanged changed) {
        try {
            for (String id : few(changed)) {
                tell(changed.game(), changed.topic(), id);
            }
        } catch (RuntimeException e) {
            LOG.warnf(e, "news was left to the stream: %s", changed.topic());
        }
    }

    /**
     * Tells all who follow the spaces that a batch of the log's stream is about and were not told yet; 1 RCU a space, and
     * a few for each who follows it.
     *
     * @return nothing if that is done; otherwise the sequence number of the first record to deliver again
     */
    public Optional<String> tellAll(List<ItemChange> batch) {
        try {
            for (TopicChanged space : LogStore.spaces(batch)) {
                tellAll(space);
            }
            return Optional.empty();
        } catch (RuntimeException e) {
            String first = batch.get(0).sequence();
            LOG.warnf(e, "news of %d records from %s are to be delivered again", batch.size(), first);
            return Optional.of(first);
        }
    }

    private void tellAll(TopicChanged space) {
        String after = null;
        do {
            List<String> ids = connections.following(space.game(), space.topic(), after, config.connectionsPerRead());
            ids.forEach(id -> tell(space.game(), space.topic(), id));
            after = ids.size() < config.connectionsPerRead() ? null : ids.get(ids.size() - 1);
        } while (after != null);
    }

    /** Those who follow something, as this instance last knew. */
    private List<String> few(TopicChanged changed) {
        return known.followers(changed.game(), changed.topic()).orElseGet(() -> {
            List<String> ids = connections.following(changed.game(), changed.topic(), null, config.directPushes());
            known.followedBy(changed.game(), changed.topic(), ids);
            return ids;
        });
    }

    /** Tells a connection. Whoever comes while another waits to need not wait as well: that one will find all news. */
    private void tell(String game, String topic, String id) {
        Teller teller = Objects.requireNonNull(tellers.compute(id + '#' + topic, (key, known) -> {
            Teller used =
                    known == null ? new Teller(new ReentrantLock(), new AtomicBoolean(), new AtomicInteger()) : known;
            used.users().incrementAndGet();
            return used;
        }));
        try {
            if (teller.queued().compareAndSet(false, true)) {
                teller.lock().lock();
                try {
                    teller.queued().set(false);
                    tellNow(game, topic, id);
                } finally {
                    teller.lock().unlock();
                }
            }
        } finally {
            tellers.computeIfPresent(
                    id + '#' + topic, (key, used) -> used.users().decrementAndGet() == 0 ? null : used);
        }
    }

    /**
     * What this process has just committed is told from memory where it is right behind what the connection was told
     * last, as far as that is known or read; everything else is pulled.
     */
    private void tellNow(String game, String topic, String id) {
        Optional<Connection> remembered = known.connection(id).filter(this::isLetIn);
        if (remembered.isPresent()) {
            SyncService.News recent = recent(remembered.get(), topic);
            if (!recent.isEmpty()) {
                deliver(remembered.get(), topic, recent);
                return;
            }
        }
        Optional<Connection> stored =
                connections.read(id).filter(found -> found.game().equals(game));
        Optional<Connection> open = stored.filter(this::isLetIn);
        if (open.isEmpty()) {
            // Who only listens would otherwise not learn that there is nothing more to come.
            stored.filter(this::isOver).ifPresent(ended -> sockets.send(id, frames.problem(null, over())));
            gone(game, topic, id);
            stored.ifPresent(ended -> sockets.close(id, Sockets.Closing.CREDENTIAL_ENDED));
            return;
        }
        known.read(open.get());
        SyncService.News recent = recent(open.get(), topic);
        deliver(open.get(), topic, recent.isEmpty() ? pull(open.get(), topic) : recent);
    }

    /**
     * Whoever was let in with a key that was revoked since, or with a token that has ended, is told nothing any more, like
     * one who is gone.
     */
    private boolean isLetIn(Connection connection) {
        return !isOver(connection) && keys.isGood(connection.opener().keyId());
    }

    private boolean isOver(Connection connection) {
        return connection.isOver(clock.instant());
    }

    private SyncService.News recent(Connection connection, String topic) {
        SyncService.Wanted wanted = wanted(connection, topic);
        FeedCursor cursor = wanted.playerId() == null ? wanted.spaces().get(topic) : null;
        return cursor == null
                ? SyncService.News.NONE
                : sync.recent(connection.game(), topic, cursor, frames.newsBytes());
    }

    private SyncService.News pull(Connection connection, String topic) {
        SyncService.Wanted wanted = wanted(connection, topic);
        return wanted.spaces().isEmpty() && wanted.playerId() == null
                ? SyncService.News.NONE
                : sync.pull(connection.game(), wanted, SyncService.Wait.NONE, frames.newsBytes());
    }

    /** Sends news, and whatever else is new if they are not all. */
    private void deliver(Connection connection, String topic, SyncService.News news) {
        Connection now = connection;
        SyncService.News next = news;
        for (int frame = 0; frame < MOST_FRAMES && !next.isEmpty(); frame++) {
            Frames.Frame text = frames.changes(next);
            Delivery delivery = sockets.send(now.id(), text.text());
            if (delivery == Delivery.GONE) {
                gone(now.game(), topic, now.id());
            }
            if (delivery != Delivery.SENT || !text.whole()) {
                return;
            }
            now = told(now, null, next);
            if (!next.hasMore()) {
                return;
            }
            next = pull(now, topic);
        }
    }

    private Optional<PlayerFeed.Cursor> readPlayer(String cursor) {
        return FeedCursors.readPlayer(cursor, Ids::isStored, config.playerCursorSpaces());
    }

    private SyncService.Wanted wanted(Connection connection, String topic) {
        Map<String, @Nullable FeedCursor> spaces = new HashMap<>();
        String space = connection.cursors().get(topic);
        if (space != null) {
            FeedCursors.readSpace(space, Ids::isStored).ifPresent(cursor -> spaces.put(topic, cursor));
        }
        String playerId = connection.playerId();
        PlayerFeed.Cursor player = Optional.ofNullable(connection.cursors().get(Connection.PLAYER))
                .flatMap(this::readPlayer)
                .orElse(null);
        boolean players = playerId != null
                && player != null
                && (topic.equals(TopicChanged.playerTopic(playerId))
                        || player.spaces().containsKey(topic));
        return players ? new SyncService.Wanted(spaces, playerId, player) : new SyncService.Wanted(spaces, null, null);
    }

    private void gone(String game, String topic, String id) {
        connections.close(id);
        connections.forget(game, topic, id);
        known.forget(id);
        known.forgetFollowers(game, topic);
    }

    private long expiresAtSeconds() {
        return clock.instant().plus(config.connectionLife()).getEpochSecond();
    }
}
