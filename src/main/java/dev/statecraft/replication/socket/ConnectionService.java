package dev.statecraft.replication.socket;

import dev.statecraft.access.Caller;
import dev.statecraft.access.PlayerTokenClaims;
import dev.statecraft.access.Scope;
import dev.statecraft.access.key.KeyService;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.replication.feed.FeedCursors;
import dev.statecraft.replication.feed.PlayerFeed;
import dev.statecraft.replication.feed.SyncService;
import dev.statecraft.replication.log.FeedChanged;
import dev.statecraft.replication.state.ReplicationConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Opens and closes connections, and keeps what each follows and how far it was notified. */
@ApplicationScoped
public class ConnectionService {

    private final ConnectionStore connections;
    private final Sockets sockets;
    private final KeyService keys;
    private final ReplicationConfig config;
    private final Clock clock;
    private final KnownConnections known;

    ConnectionService(
            ConnectionStore connections,
            Sockets sockets,
            KeyService keys,
            KnownConnections known,
            ReplicationConfig config,
            Clock clock) {
        this.keys = keys;
        this.connections = connections;
        this.sockets = sockets;
        this.config = config;
        this.clock = clock;
        this.known = known;
    }

    /**
     * Remembers a connection that was opened; 1 WCU. A player has so many of them; those it opened first are forgotten
     * for new ones, rather than that these are refused, as nobody tells for certain that a client is gone. That is 1
     * RCU and 1 WCU more.
     */
    public void open(String id, Caller caller) {
        connections.open(new Connection(id, opener(caller), null, Map.of()), clock.instant(), expiresAtSeconds());
        String player = caller.playerId();
        if (player != null) {
            List<String> all = connections.openedBy(caller.game(), player);
            all.subList(0, Math.max(0, all.size() - config.connectionsPerPlayer()))
                    .forEach(old -> {
                        close(old);
                        connections.deleteOwned(caller.game(), player, old);
                        sockets.close(old, Sockets.Closing.REPLACED);
                    });
        }
    }

    private static Connection.Opener opener(Caller caller) {
        PlayerTokenClaims pass = caller.pass();
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
                player == null ? null : new PlayerTokenClaims(player, opener.spaces(), Set.of()),
                opener.expiresAt());
    }

    /** Forgets a connection that was closed; nothing happens if it is not known. */
    public void close(String id) {
        known.evict(id);
        connections.close(id);
    }

    /**
     * A connection; 1 RCU. Nothing if it is not open, or the key behind it is not good any more.
     *
     * @throws ProblemException 401, if the token it was opened with has ended; it is forgotten then
     */
    public Optional<Connection> find(String id) {
        Optional<Connection> open =
                connections.read(id).filter(found -> keys.isValid(found.opener().keyId()));
        if (open.filter(this::isExpired).isPresent()) {
            close(id);
            throw new ProblemException(expired());
        }
        return open;
    }

    /** The problem that a connection gets whose token has ended. */
    static Problem expired() {
        return Problem.unauthorized("The credential of the connection has expired or was revoked. Connect with a new one.");
    }

    /**
     * Has a connection follow what it did not; before it is told how things are, so that nothing happens unnoticed in
     * between.
     */
    void subscribe(Connection connection, Collection<String> spaces, @Nullable String playerId) {
        Set<String> topics = new HashSet<>(spaces);
        topics.removeAll(connection.cursors().keySet());
        if (playerId != null && !playerId.equals(connection.playerId())) {
            topics.add(FeedChanged.playerTopic(playerId));
        }
        if (!topics.isEmpty()) {
            connections.subscribe(connection, topics, expiresAtSeconds());
            topics.forEach(topic -> known.evictSubscribers(connection.game(), topic));
        }
    }

    /** Keeps how far a connection was told. */
    Connection advance(Connection connection, @Nullable String playerId, SyncService.Feeds news) {
        Map<String, String> cursors = new HashMap<>();
        news.spaces().forEach((space, feed) -> cursors.put(space, FeedCursors.write(feed.cursor())));
        PlayerFeed player = news.player();
        if (player != null) {
            cursors.put(Connection.PLAYER, FeedCursors.write(player.cursor()));
            subscribePlayerSpaces(connection, player);
        }
        Map<String, String> all = new HashMap<>(connection.cursors());
        all.putAll(cursors);
        if (connections.advance(connection.id(), playerId, cursors)) {
            known.advance(connection.id(), playerId, cursors);
        } else {
            known.evict(connection.id());
        }
        return new Connection(
                connection.id(), connection.opener(), playerId == null ? connection.playerId() : playerId, all);
    }

    /** A player's feed spans spaces: what is committed to any of them may be news. */
    private void subscribePlayerSpaces(Connection connection, PlayerFeed player) {
        Set<String> spaces = new HashSet<>(player.cursor().spaces().keySet());
        String before = connection.cursors().get(Connection.PLAYER);
        if (before != null) {
            readPlayer(before)
                    .ifPresent(cursor -> spaces.removeAll(cursor.spaces().keySet()));
        }
        spaces.removeAll(connection.cursors().keySet());
        if (!spaces.isEmpty()) {
            connections.subscribe(connection, spaces, expiresAtSeconds());
            spaces.forEach(space -> known.evictSubscribers(connection.game(), space));
        }
    }

    /** Whether the token that a connection was opened with has ended. */
    boolean isExpired(Connection connection) {
        return connection.isExpired(clock.instant());
    }

    /** Reads the cursor of a player's feed; nothing if it is not valid. */
    Optional<PlayerFeed.Cursor> readPlayer(String cursor) {
        return FeedCursors.readPlayer(cursor, Ids::isStored, config.playerCursorSpaces());
    }

    /** Removes a connection that is closed, and its subscription to a topic. */
    void remove(String game, String topic, String id) {
        connections.close(id);
        connections.unsubscribe(game, topic, id);
        known.evict(id);
        known.evictSubscribers(game, topic);
    }

    private long expiresAtSeconds() {
        return clock.instant().plus(config.connectionLife()).getEpochSecond();
    }
}
