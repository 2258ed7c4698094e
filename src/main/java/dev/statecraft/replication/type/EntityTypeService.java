package dev.statecraft.replication.type;

import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.runtime.Deadline;
import dev.statecraft.runtime.Ticker;
import dev.statecraft.table.TransactionWrites;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Entity types of a game: the stored ones and the types that exist by default. Caches types for {@code type-cache}. */
@ApplicationScoped
public class EntityTypeService {

    /** Maximum number of cached types; a full cache is cleared. Callers can send any number of type names. */
    private static final int MAX_CACHED = 1_000;

    private record Name(String game, String type) {}

    private record CachedType(EntityType type, boolean stored, String schema, long sentAtNanos) {}

    private final EntityTypeStore types;
    private final ReplicationConfig config;
    private final Ticker ticker;
    private final Map<Name, CachedType> cache = new ConcurrentHashMap<>();

    public EntityTypeService(EntityTypeStore types, ReplicationConfig config, Ticker ticker) {
        this.types = types;
        this.config = config;
        this.ticker = ticker;
    }

    /**
     * Returns a type, at most {@code type-cache} old; the default settings if it is not stored. Cost: 1 RCU; none if
     * cached.
     */
    public EntityType find(String game, String name) {
        return cached(game, name).type();
    }

    /** Returns the current type; empty if it is neither stored nor one of the standard types. Cost: 1 RCU. */
    public Optional<EntityType> read(String game, String name) {
        cache.remove(new Name(game, name));
        CachedType type = cached(game, name);
        return type.stored() || EntityType.STANDARD.contains(name) ? Optional.of(type.type()) : Optional.empty();
    }

    /**
     * Returns the latest schema version of a type, at most {@code type-cache} old; {@link EntityType#FIRST_SCHEMA} if
     * no migration was applied. New entities have this schema version by default.
     */
    public String schemaVersion(String game, String name) {
        return cached(game, name).schema();
    }

    /**
     * Stores the latest schema version of a type in the same transaction as other writes. Returns after {@code
     * type-cache}, when every instance has the new version.
     *
     * @return false if a condition of the other writes failed; nothing was changed then
     */
    public boolean moveSchema(String game, String name, String schema, TransactionWrites writes) {
        if (!types.putSchema(game, name, schema, writes)) {
            return false;
        }
        cache.remove(new Name(game, name));
        waitForCaches();
        return true;
    }

    /** Stores a type and replaces its settings. Returns after {@code type-cache}, when every instance has them. */
    public void put(String game, EntityType type) {
        types.put(game, type);
        cache.remove(new Name(game, type.name()));
        waitForCaches();
    }

    private void waitForCaches() {
        Deadline.in(ticker, config.typeCache()).await();
    }

    /** Returns the stored and standard types after a name, in the order of their names; all from the start if null. */
    public Collection<EntityType> list(String game, @Nullable String after, int limit) {
        TreeMap<String, EntityType> all = new TreeMap<>();
        EntityType.STANDARD.stream()
                .filter(name -> after == null || name.compareTo(after) > 0)
                .forEach(name -> all.put(name, EntityType.standard(name)));
        types.list(game, after, limit).forEach(type -> all.put(type.name(), type));
        return all.values().stream().limit(limit).toList();
    }

    /** Returns the number of versions kept per entity of a type; 0 if {@code version-control} is off. */
    public int historyLimit(EntityType type) {
        if (!config.versionControl()) {
            return 0;
        }
        Integer limit = type.historyLimit();
        return limit == null ? config.maxStateHistory() : Math.min(limit, config.maxStateHistory());
    }

    private CachedType cached(String game, String name) {
        CachedType last = cache.get(new Name(game, name));
        if (last != null
                && ticker.nanos() - last.sentAtNanos() < config.typeCache().toNanos()) {
            return last;
        }
        // The age counts from the request: a response that is late may be older than a change that has been waited for.
        long sentAtNanos = ticker.nanos();
        EntityTypeStore.StoredType stored = types.read(game, name);
        String schema = stored.schema();
        CachedType loaded = new CachedType(
                stored.type().orElseGet(() -> EntityType.standard(name)),
                stored.type().isPresent(),
                schema == null ? EntityType.FIRST_SCHEMA : schema,
                sentAtNanos);
        if (cache.size() >= MAX_CACHED) {
            cache.clear();
        }
        cache.put(new Name(game, name), loaded);
        return loaded;
    }
}
