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
     * Reads an entity, strongly consistent; 1 RCU for 4 KB. Version 0 if there never was one, deleted if it is gone. Where
     * updates may wait for a decision, those whose time is up are settled first, which is one read more.
     */
    public Entity read(String game, String space, String id) {
        return schemas.newest(game, stored(game, space, id));
    }

    private Entity stored(String game, String space, String id) {
        Entity entity = entities.read(game, space, id);
        return !entity.deleted()
                        && types.find(game, entity.type()).strategy() == Strategy.MANUAL
                        && conflicts.settleDue(game) > 0
                ? entities.read(game, space, id)
                : entity;
    }

    /** Reads an entity at a version; nothing if there is none such, or it is not kept any more. */
    public Optional<Entity> readAt(String game, String space, String id, long version) {
        Entity current = entities.read(game, space, id);
        return current.keeps(version)
                ? history.at(game, current, version).map(then -> schemas.newest(game, then))
                : Optional.empty();
    }

    /** An entity that was read in the shape its type had at a schema version; no read but of the type. */
    public SchemaService.Conversion shown(String game, Entity entity, String schemaVersion) {
        return schemas.convert(game, entity, schemaVersion);
    }

    /** The kept versions of an entity, the newest first; nothing if there never was one. */
    public Optional<HistoryService.VersionPage> versions(String game, String space, String id, long below, int limit) {
        Entity current = entities.read(game, space, id);
        if (current.version() == 0) {
            return Optional.empty();
        }
        HistoryService.VersionPage page = history.list(game, current, below, limit);
        return Optional.of(new HistoryService.VersionPage(schemas.newest(game, page.versions()), page.next()));
    }

    /** Some entities, and the id to go on after, null at the end. */
    public record EntityList(
            List<Entity> entities, @Nullable String next) {}

    /**
     * Lists the entities of a space in the order of their ids. A page ends early, with at least one entity, where their
     * states would be more than {@code answer-bytes}.
     *
     * @param type only those of this type, null for all
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
                // The index trails: what it still names may be gone, or of another type.
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

    /** Where some entities of a type are, all spaces taken together, and what to go on after, null at the end. */
    public record PlaceList(
            List<EntityKey> places, @Nullable EntityKey next) {}

    /**
     * Where the entities of a type are, whatever their space: as many as one read of the index gives, at most 1 MB, which
     * is some 10,000 entities and 128 RCU. It trails writes by about a second.
     */
    public PlaceList places(String game, String type, @Nullable EntityKey after) {
        EntityStore.Places page = entities.placesOfType(game, type, after);
        return new PlaceList(page.places(), page.next());
    }

    /**
     * Reads entities wherever they are, as they are stored, strongly consistent, 100 in a round trip; those that are gone
     * are left out.
     */
    public List<Entity> readAll(String game, List<EntityKey> places) {
        return entities.readAll(game, places).stream()
                .filter(entity -> !entity.deleted())
                .toList();
    }

    /**
     * Looks for the entities of a type in a part of the whole table. Parts hold whole spaces, so those who work on different
     * parts never meet in one. 0.5 RCU for 4 KB of whatever is looked at, twice that if consistent.
     *
     * @param limit how many items are looked at, at most; what 1 MB holds is the limit otherwise
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

    /** Where to go on looking, right behind an entity. */
    public EntityScan.Position behind(String game, EntityKey place) {
        return EntityItems.behind(game, place);
    }

    private EntityList listAll(String game, String space, @Nullable String from, int limit) {
        String after = from;
        while (true) {
            EntityStore.EntityPage page = entities.page(game, space, after, limit);
            AnswerBudget budget = new AnswerBudget(config.answerBytes());
            List<Entity> found = new ArrayList<>();
            for (Entity entity : page.entities()) {
                if (!entity.deleted()) {
                    // A page ends at 1 MB as it is stored, which may be many times that in an answer.
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
