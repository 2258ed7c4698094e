package dev.statecraft.replication.socket;

import dev.statecraft.replication.state.ReplicationConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What an instance remembers of connections for a moment: which follow a space, and how far each was told. What it
 * remembers may be behind what others did meanwhile: a connection is then told of some commits twice, never of too few.
 */
@ApplicationScoped
class KnownConnections {

    /** When there are more, all are forgotten: it is a moment's memory. */
    private static final int MAX_CACHED = 1_000;

    private record Topic(String game, String name) {}

    private record Cached<T>(T value, long readAtNanos) {}

    private final long lifeNanos;
    private final Map<Topic, Cached<List<String>>> subscribers = new ConcurrentHashMap<>();
    private final Map<String, Cached<Connection>> connections = new ConcurrentHashMap<>();

    /** Keeps what was read for {@code connection-cache}, counted from the read; 0 keeps nothing. */
    KnownConnections(ReplicationConfig config) {
        this.lifeNanos = config.connectionCache().toNanos();
    }

    /** Those who follow a space or a player. */
    Optional<List<String>> subscribers(String game, String topic) {
        return fresh(subscribers.get(new Topic(game, topic)));
    }

    /** Takes down who follows a space or a player, as it was read. */
    void cacheSubscribers(String game, String topic, List<String> ids) {
        put(subscribers, new Topic(game, topic), ids);
    }

    /** Forgets who follows a space or a player. */
    void evictSubscribers(String game, String topic) {
        subscribers.remove(new Topic(game, topic));
    }

    /** A connection, with the cursors it has been told. */
    Optional<Connection> connection(String id) {
        return fresh(connections.get(id));
    }

    /** Takes down a connection, as it was read. */
    void cache(Connection connection) {
        put(connections, connection.id(), connection);
    }

    /** Moves cursors of a connection, if it is remembered. */
    void advance(String id, @Nullable String playerId, Map<String, String> cursors) {
        connections.computeIfPresent(id, (key, known) -> {
            Connection before = known.value();
            Map<String, String> all = new HashMap<>(before.cursors());
            all.putAll(cursors);
            return new Cached<>(
                    new Connection(id, before.opener(), playerId == null ? before.playerId() : playerId, all),
                    known.readAtNanos());
        });
    }

    /** Forgets a connection. */
    void evict(String id) {
        connections.remove(id);
    }

    private <T> Optional<T> fresh(@Nullable Cached<T> known) {
        return known == null || System.nanoTime() - known.readAtNanos() >= lifeNanos
                ? Optional.empty()
                : Optional.of(known.value());
    }

    private <K, T> void put(Map<K, Cached<T>> cache, K key, T value) {
        if (lifeNanos > 0) {
            if (cache.size() >= MAX_CACHED) {
                cache.clear();
            }
            cache.put(key, new Cached<>(value, System.nanoTime()));
        }
    }
}
