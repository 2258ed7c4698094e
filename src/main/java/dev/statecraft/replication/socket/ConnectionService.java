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

/** Opens and closes connections, and stores the subscriptions and cursors of each connection. */
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
     * Stores a new connection. A player has at most {@code connections-per-player} connections: the oldest ones are
     * closed, because a lost client may leave its connection open. Cost: 1 WCU; for a player 1 RCU and 1 WCU more.
     */
    public void open(String id, Caller caller) {
        connections.open(new Connection(id, opener(caller), null, null, Map.of()), clock.instant(), expiresAtSeconds());
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

    /** Returns the caller that opened a connection, with the permissions it had then. */
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

    /** Deletes a connection that was closed. Does nothing if it is not stored. */
    public void close(String id) {
        known.evict(id);
        connections.close(id);
    }

    /**
     * Returns a connection; empty if it is not open or its API key is no longer valid. Cost: 1 RCU.
     *
     * @throws ProblemException 401 if the token of the connection has expired; the connection is deleted then
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

    /** Returns the problem for a connection whose token has expired. */
    static Problem expired() {
        return Problem.unauthorized(
                "The credential of the connection has expired or was revoked. Connect with a new one.");
    }

    /**
     * Subscribes a connection to spaces and a player feed. Must be called before the feeds are read, so that no commit
     * in between is missed. Cost: 1 WCU per new subscription.
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

    /**
     * Stores the cursors of feeds that were sent to a connection, and subscribes the connection to the spaces of the
     * player feed. Cost: 1 WCU, and 1 WCU per new subscription.
     *
     * @param playerId the player of the feeds; null to keep the player of the connection
     * @param schemaVersion the schema version of the client; null for the latest one
     * @return the connection with the new cursors
     */
    Connection advance(
            Connection connection, @Nullable String playerId, @Nullable String schemaVersion, SyncService.Feeds feeds) {
        Map<String, String> cursors = new HashMap<>();
        feeds.spaces().forEach((space, feed) -> cursors.put(space, FeedCursors.write(feed.cursor())));
        PlayerFeed player = feeds.player();
        if (player != null) {
            cursors.put(Connection.PLAYER, FeedCursors.write(player.cursor()));
            subscribePlayerSpaces(connection, player);
        }
        Map<String, String> all = new HashMap<>(connection.cursors());
        all.putAll(cursors);
        if (connections.advance(connection.id(), playerId, schemaVersion, cursors)) {
            known.advance(connection.id(), playerId, schemaVersion, cursors);
        } else {
            known.evict(connection.id());
        }
        return new Connection(
                connection.id(),
                connection.opener(),
                playerId == null ? connection.playerId() : playerId,
                schemaVersion,
                all);
    }

    /**
     * Subscribes a connection to the spaces of the player feed, because a commit to any of them may change the feed.
     */
    private void subscribePlayerSpaces(Connection connection, PlayerFeed player) {
        Set<String> spaces = new HashSet<>(player.cursor().spaces().keySet());
        String previous = connection.cursors().get(Connection.PLAYER);
        if (previous != null) {
            readPlayer(previous)
                    .ifPresent(cursor -> spaces.removeAll(cursor.spaces().keySet()));
        }
        spaces.removeAll(connection.cursors().keySet());
        if (!spaces.isEmpty()) {
            connections.subscribe(connection, spaces, expiresAtSeconds());
            spaces.forEach(space -> known.evictSubscribers(connection.game(), space));
        }
    }

    /** Returns true if the token of the connection has expired. */
    boolean isExpired(Connection connection) {
        return connection.isExpired(clock.instant());
    }

    /** Parses the cursor of a player feed; empty if it is not valid. */
    Optional<PlayerFeed.Cursor> readPlayer(String cursor) {
        return FeedCursors.readPlayer(cursor, Ids::isStored, config.playerCursorSpaces());
    }

    /** Deletes a closed connection and its subscription to a topic. */
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
