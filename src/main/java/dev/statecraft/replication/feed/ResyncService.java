package dev.statecraft.replication.feed;

import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.runtime.Ticker;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes all clients of a game resync from a snapshot after a migration run and after a system synchronization. A cursor
 * contains the time it was issued; cursors issued before the requested resync are no longer valid.
 */
@ApplicationScoped
public class ResyncService {

    /** Maximum number of cached games; a full cache is cleared. */
    private static final int MAX_CACHED = 1_000;

    private record Cached(long beforeMillis, long readAtNanos) {}

    private final ResyncStore store;
    private final ReplicationConfig config;
    private final Ticker ticker;
    private final Map<String, Cached> cache = new ConcurrentHashMap<>();

    public ResyncService(ResyncStore store, ReplicationConfig config, Ticker ticker) {
        this.store = store;
        this.config = config;
        this.ticker = ticker;
    }

    /**
     * Invalidates all cursors that were issued before a time. Other instances apply it within {@code resync-cache}.
     * Idempotent. Cost: 1 WCU.
     *
     * @return false if cursors before this or a later time were already invalid
     */
    public boolean requireResync(String game, Instant before) {
        boolean raised = store.raise(game, before.toEpochMilli());
        cache.remove(game);
        return raised;
    }

    /**
     * Returns the time before which issued cursors are invalid, in Unix milliseconds; 0 if there is none. Cost: 1 RCU;
     * none if cached.
     */
    long resyncBefore(String game) {
        Cached last = cache.get(game);
        if (last != null
                && ticker.nanos() - last.readAtNanos() < config.resyncCache().toNanos()) {
            return last.beforeMillis();
        }
        Cached loaded = new Cached(store.read(game), ticker.nanos());
        if (cache.size() >= MAX_CACHED) {
            cache.clear();
        }
        cache.put(game, loaded);
        return loaded.beforeMillis();
    }
}
