package dev.statecraft.replication.feed;

import dev.statecraft.replication.state.ReplicationConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Has the readers of a game begin anew with a snapshot, whatever they had: when a migration has ended, and when everything
 * is synchronized. Cursors say when they were given out, so those of before are worth nothing then.
 */
@ApplicationScoped
public class ResyncService {

    /** What instances remember is forgotten when it is so many. */
    private static final int MAX_CACHED = 1_000;

    private record Cached(long beforeMillis, long readAtNanos) {}

    private final ResyncStore store;
    private final ReplicationConfig config;
    private final Map<String, Cached> cache = new ConcurrentHashMap<>();

    public ResyncService(ResyncStore store, ReplicationConfig config) {
        this.store = store;
        this.config = config;
    }

    /**
     * Has everybody begin anew whose cursor is from before a moment. Other instances learn of it within
     * {@code resync-cache}. Saying it again, or of an earlier moment, changes nothing; 1 WCU.
     *
     * @return whether this made a difference
     */
    public boolean requireResync(String game, Instant before) {
        boolean raised = store.raise(game, before.toEpochMilli());
        cache.remove(game);
        return raised;
    }

    /** Cursors that were given out before are worth nothing, epoch milliseconds; no read, or 1 RCU. */
    long resyncBefore(String game) {
        Cached last = cache.get(game);
        if (last != null
                && System.nanoTime() - last.readAtNanos() < config.resyncCache().toNanos()) {
            return last.beforeMillis();
        }
        Cached loaded = new Cached(store.read(game), System.nanoTime());
        if (cache.size() >= MAX_CACHED) {
            cache.clear();
        }
        cache.put(game, loaded);
        return loaded.beforeMillis();
    }
}
