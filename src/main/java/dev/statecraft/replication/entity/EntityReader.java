package dev.statecraft.replication.entity;

import dev.statecraft.replication.commit.ConflictService;
import dev.statecraft.replication.log.HistoryService;
import dev.statecraft.replication.state.AnswerBudget;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityItems;
import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.replication.state.EntityScan;
import dev.statecraft.replication.state.EntityStore;
import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.replication.state.Strategy;
import dev.statecraft.replication.type.EntityTypeService;
import dev.statecraft.replication.type.SchemaService;
import dev.statecraft.table.CapacityUsage;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads entities: one, a version of one, pages of a space, and scans of all spaces. */
@ApplicationScoped
public class EntityReader {

    private final EntityStore entities;
    private final EntityTypeService types;
    private final ConflictService conflicts;
    private final HistoryService history;
    private final SchemaService schemas;
    private final ReplicationConfig config;

    public EntityReader(
            EntityStore entities,
            EntityTypeService types,
            ConflictService conflicts,
            HistoryService history,
            SchemaService schemas,
            ReplicationConfig config) {
        this.entities = entities;
        this.types = types;
        this.conflicts = conflicts;
        this.history = history;
        this.schemas = schemas;
        this.config = config;
    }

    /**
     * Reads an entity, strongly consistent. Returns version 0 if the entity never existed. If the strategy of the type
     * is MANUAL, parked conflicts whose deadline has passed are resolved first. Cost: 1 RCU for each 4 KB, and one more
     * read if the strategy is MANUAL.
     */
    public Entity read(String game, String space, String id) {
        return schemas.newest(game, stored(game, space, id));
    }

    private Entity stored(String game, String space, String id) {
        Entity entity = entities.read(game, space, id);
        return !entity.deleted()
                        && types.find(game, entity.type()).strategy() == Strategy.MANUAL
                        && conflicts.resolveOverdue(game) > 0
                ? entities.read(game, space, id)
                : entity;
    }

    /** Reads a version of an entity; empty if it does not exist or is no longer stored. */
    public Optional<Entity> readAt(String game, String space, String id, long version) {
        Entity current = entities.read(game, space, id);
        return current.keeps(version)
                ? history.at(game, current, version).map(then -> schemas.newest(game, then))
                : Optional.empty();
    }

    /** Converts an entity to a schema version of its type. Reads the type only. */
    public SchemaService.Conversion atSchemaVersion(String game, Entity entity, String schemaVersion) {
        return schemas.convert(game, entity, schemaVersion);
    }

    /** A page of the stored versions of an entity, newest first; empty if the entity never existed. */
    public Optional<HistoryService.VersionPage> versions(String game, String space, String id, long below, int limit) {
        Entity current = entities.read(game, space, id);
        if (current.version() == 0) {
            return Optional.empty();
        }
        HistoryService.VersionPage page = history.list(game, current, below, limit);
        return Optional.of(new HistoryService.VersionPage(schemas.newest(game, page.versions()), page.next()));
    }

    /** A page of entities. {@code next} is the id to continue after; null at the end. */
    public record EntityList(
            List<Entity> entities, @Nullable String next) {}

    /**
     * Lists the entities of a space in the order of their ids. A page has at least one entity and ends early if the
     * states would exceed {@code answer-bytes}.
     *
     * @param type only entities of this type; null for all types
     */
    public EntityList list(String game, String space, @Nullable String type, @Nullable String after, int limit) {
        if (type == null) {
            return listAll(game, space, after, limit);
        }
        List<String> ids = entities.idsOfType(game, space, type, after, limit + 1);
        List<String> page = ids.subList(0, Math.min(limit, ids.size()));
        AnswerBudget budget = new AnswerBudget(config.answerBytes());
        List<Entity> found = new ArrayList<>();
        String last = after;
        for (int from = 0; from < page.size(); from += config.statesPerRead()) {
            List<String> some = page.subList(from, Math.min(page.size(), from + config.statesPerRead()));
            Map<String, Entity> read = entities.readAll(game, space, some);
            for (String id : some) {
                Entity entity = read.get(id);
                // The index lags: it may list an entity that is deleted or has another type now.
                if (entity != null && !entity.deleted() && entity.type().equals(type)) {
                    if (!budget.take(AnswerBudget.sizeBytes(entity))) {
                        return new EntityList(schemas.newest(game, found), last);
                    }
                    found.add(entity);
                }
                last = id;
            }
        }
        return new EntityList(schemas.newest(game, found), ids.size() > limit ? last : null);
    }

    /** A page of keys of entities. {@code next} is the key to continue after; null at the end. */
    public record EntityKeyPage(
            List<EntityKey> keys, @Nullable EntityKey next) {}

    /**
     * Keys of the entities of a type in all spaces. A page is one read of the index, at most 1 MB, about 10,000
     * entities. The index lags behind writes by about a second. Cost: up to 128 RCU.
     */
    public EntityKeyPage keysOfType(String game, String type, @Nullable EntityKey after) {
        EntityStore.Places page = entities.placesOfType(game, type, after);
        return new EntityKeyPage(page.places(), page.next());
    }

    /**
     * Reads entities of any spaces in their stored schema version, strongly consistent, 100 per request. Deleted
     * entities are left out.
     */
    public List<Entity> readAll(String game, List<EntityKey> keys) {
        return entities.readAll(game, keys).stream()
                .filter(entity -> !entity.deleted())
                .toList();
    }

    /**
     * Scans a part of the whole table for the entities of a type. A part contains whole spaces, so parts that are
     * processed in parallel have no space in common. Cost: 0.5 RCU for each 4 KB scanned, twice that if consistent.
     *
     * @param limit maximum number of items scanned; a page ends earlier at 1 MB
     */
    public EntityScan scan(
            String game,
            String type,
            EntityScan.Part part,
            EntityScan.@Nullable Position after,
            int limit,
            CapacityUsage consumption) {
        return entities.scan(game, type, part, after, limit, consumption);
    }

    /** The position of a scan directly after an entity. */
    public EntityScan.Position positionAfter(String game, EntityKey key) {
        return EntityItems.positionAfter(game, key);
    }

    private EntityList listAll(String game, String space, @Nullable String from, int limit) {
        String after = from;
        while (true) {
            EntityStore.EntityPage page = entities.page(game, space, after, limit);
            AnswerBudget budget = new AnswerBudget(config.answerBytes());
            List<Entity> found = new ArrayList<>();
            for (Entity entity : page.entities()) {
                if (!entity.deleted()) {
                    // A page ends at 1 MB of compressed items, which may be many times larger in the response.
                    if (!budget.take(AnswerBudget.sizeBytes(entity))) {
                        return new EntityList(schemas.newest(game, found), after);
                    }
                    found.add(entity);
                }
                after = entity.id();
            }
            after = page.next();
            if (!found.isEmpty() || after == null) {
                return new EntityList(schemas.newest(game, found), after);
            }
        }
    }
}
