package dev.statecraft.replication.socket;

import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.runtime.Ticker;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Caches connections and the subscribers of topics for {@code connection-cache}. Another instance may have advanced a
 * cursor after it was cached: the connection then receives some commits twice, but misses none.
 */
@ApplicationScoped
class KnownConnections {

    /** Maximum number of entries of each cache; a full cache is cleared. */
    private static final int MAX_CACHED = 1_000;

    private record Topic(String game, String name) {}

    private record Cached<T>(T value, long readAtNanos) {}

    private final long lifeNanos;
    private final Ticker ticker;
    private final Map<Topic, Cached<List<String>>> subscribers = new ConcurrentHashMap<>();
    private final Map<String, Cached<Connection>> connections = new ConcurrentHashMap<>();

    /** Creates caches whose entries expire {@code connection-cache} after they were read; 0 disables the caches. */
    KnownConnections(ReplicationConfig config, Ticker ticker) {
        this.ticker = ticker;
        this.lifeNanos = config.connectionCache().toNanos();
    }

    /** Returns the cached subscribers of a topic; empty if they are not cached. */
    Optional<List<String>> subscribers(String game, String topic) {
        return fresh(subscribers.get(new Topic(game, topic)));
    }

    /** Caches the subscribers of a topic. */
    void cacheSubscribers(String game, String topic, List<String> ids) {
        put(subscribers, new Topic(game, topic), ids);
    }

    /** Evicts the subscribers of a topic. */
    void evictSubscribers(String game, String topic) {
        subscribers.remove(new Topic(game, topic));
    }

    /** Returns a cached connection with its last sent cursors; empty if it is not cached. */
    Optional<Connection> connection(String id) {
        return fresh(connections.get(id));
    }

    /** Caches a connection. */
    void cache(Connection connection) {
        put(connections, connection.id(), connection);
    }

    /** Updates the cursors of a connection if it is cached. */
    void advance(String id, @Nullable String playerId, @Nullable String schemaVersion, Map<String, String> cursors) {
        connections.computeIfPresent(id, (key, cached) -> {
            Connection previous = cached.value();
            Map<String, String> all = new HashMap<>(previous.cursors());
            all.putAll(cursors);
            return new Cached<>(
                    new Connection(
                            id,
                            previous.opener(),
                            playerId == null ? previous.playerId() : playerId,
                            schemaVersion,
                            all),
                    cached.readAtNanos());
        });
    }

    /** Evicts a connection. */
    void evict(String id) {
        connections.remove(id);
    }

    private <T> Optional<T> fresh(@Nullable Cached<T> cached) {
        return cached == null || ticker.nanos() - cached.readAtNanos() >= lifeNanos
                ? Optional.empty()
                : Optional.of(cached.value());
    }

    private <K, T> void put(Map<K, Cached<T>> cache, K key, T value) {
        if (lifeNanos > 0) {
            if (cache.size() >= MAX_CACHED) {
                cache.clear();
            }
            cache.put(key, new Cached<>(value, ticker.nanos()));
        }
    }
}
