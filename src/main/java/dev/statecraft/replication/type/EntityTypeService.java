package dev.statecraft.replication.type;

import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.table.TransactionWrites;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The entity types of a game: those somebody has stored, and the seed's. */
@ApplicationScoped
public class EntityTypeService {

    /** What instances remember is forgotten when it is so many: names of types come from callers. */
    private static final int MAX_CACHED = 1_000;

    private record Name(String game, String type) {}

    private record CachedType(EntityType type, boolean stored, String schema, long readAtNanos) {}

    private final EntityTypeStore types;
    private final ReplicationConfig config;
    private final Map<Name, CachedType> cache = new ConcurrentHashMap<>();

    public EntityTypeService(EntityTypeStore types, ReplicationConfig config) {
        this.types = types;
        this.config = config;
    }

    /**
     * The type as it is to be obeyed, at most {@code type-cache} old; no read, or 1 RCU. One that nobody has stored is
     * the standard one for its name.
     */
    public EntityType find(String game, String name) {
        return cached(game, name).type();
    }

    /** The type if there is one: somebody has stored it, or the seed names it. */
    public Optional<EntityType> read(String game, String name) {
        cache.remove(new Name(game, name));
        CachedType type = cached(game, name);
        return type.stored() || EntityType.STANDARD.contains(name) ? Optional.of(type.type()) : Optional.empty();
    }

    /**
     * The migration that the newest states of a type have gone through, {@link EntityType#FIRST_SCHEMA} if there was
     * none; at most {@code type-cache} old. What is created without saying otherwise is taken to be in this shape.
     */
    public String schemaVersion(String game, String name) {
        return cached(game, name).schema();
    }

    /**
     * Says which migration the newest states of a type have gone through, in one transaction with writes of somebody else.
     * Answers when every instance has seen it.
     *
     * @return false if a condition of those writes did not hold; nothing was changed then
     */
    public boolean moveSchema(String game, String name, String schema, TransactionWrites writes) {
        if (!types.putSchema(game, name, schema, writes)) {
            return false;
        }
        cache.remove(new Name(game, name));
        waitForCaches();
        return true;
    }

    /** Stores a type in place of the one before. Answers when every instance has seen it. */
    public void put(String game, EntityType type) {
        types.put(game, type);
        cache.remove(new Name(game, type.name()));
        waitForCaches();
    }

    private void waitForCaches() {
        long until = System.nanoTime() + config.typeCache().toNanos();
        long left;
        while ((left = until - System.nanoTime()) > 0) {
            LockSupport.parkNanos(left);
        }
    }

    /** The types there are after a name, by name, those of the seed included. */
    public Collection<EntityType> list(String game, @Nullable String after, int limit) {
        TreeMap<String, EntityType> all = new TreeMap<>();
        EntityType.STANDARD.stream()
                .filter(name -> after == null || name.compareTo(after) > 0)
                .forEach(name -> all.put(name, EntityType.standard(name)));
        types.list(game, after, limit).forEach(type -> all.put(type.name(), type));
        return all.values().stream().limit(limit).toList();
    }

    /** How many versions of an entity of a type are kept; 0 where history is off. */
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
                && System.nanoTime() - last.readAtNanos() < config.typeCache().toNanos()) {
            return last;
        }
        EntityTypeStore.StoredType stored = types.read(game, name);
        String schema = stored.schema();
        CachedType loaded = new CachedType(
                stored.type().orElseGet(() -> EntityType.standard(name)),
                stored.type().isPresent(),
                schema == null ? EntityType.FIRST_SCHEMA : schema,
                System.nanoTime());
        if (cache.size() >= MAX_CACHED) {
            cache.clear();
        }
        cache.put(new Name(game, name), loaded);
        return loaded;
    }
}
