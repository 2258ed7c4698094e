package dev.statecraft.replication.type;

import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.Schemas;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Shows entities in the newest shape of their type, whatever shape they are stored in: one that no migration has reached
 * yet is upgraded in memory, each time it is read, until it is written the next time. Its version stays what it is, and so
 * do checksums and tags.
 *
 * <p>A game without migrations pays nothing but the look at the type, which is remembered for {@code type-cache}.
 */
@ApplicationScoped
public class SchemaService {

    private final EntityTypeService types;
    private final Schemas schemas;

    public SchemaService(EntityTypeService types, Schemas schemas) {
        this.types = types;
        this.schemas = schemas;
    }

    /** An entity in the newest shape of its type; itself if it is in it, or if there is no way there. */
    public Entity newest(String game, Entity entity) {
        return entity.deleted() ? entity : newest(game, entity, types.schemaVersion(game, entity.type()));
    }

    /** Entities in the newest shapes of their types, in their order; each type is looked at once. */
    public List<Entity> newest(String game, Collection<Entity> entities) {
        Map<String, String> newest = new HashMap<>();
        return entities.stream()
                .map(entity -> entity.deleted()
                        ? entity
                        : newest(
                                game,
                                entity,
                                newest.computeIfAbsent(entity.type(), type -> types.schemaVersion(game, type))))
                .toList();
    }

    private Entity newest(String game, Entity entity, String newest) {
        if (newest.equals(entity.schemaVersion()) || newest.equals(EntityType.FIRST_SCHEMA)) {
            return entity;
        }
        Schemas.Shape shape = schemas.up(game, entity, newest);
        return in(shape, entity);
    }

    /** What asking for an entity in an older shape comes to; in order of precedence. */
    public sealed interface Conversion {}

    /** What was asked for is not a version. */
    public record InvalidVersion() implements Conversion {}

    /** The entity cannot be shown in that shape. */
    public record Unavailable(Entity newest, String reason) implements Conversion {}

    /** The entity in the shape asked for, or in its newest one if that is older. */
    public record Converted(Entity entity) implements Conversion {}

    /** An entity in the shape that its type had at a schema version. */
    public Conversion convert(String game, Entity stored, String version) {
        Entity newest = newest(game, stored);
        Schemas.Asked asked = schemas.down(game, newest, version);
        if (asked instanceof Schemas.NoVersion) {
            return new InvalidVersion();
        }
        if (asked instanceof Schemas.NoWayBack none) {
            return new Unavailable(newest, none.reason());
        }
        Schemas.Shape shape = (Schemas.Shape) asked;
        return new Converted(in(shape, newest));
    }

    private static Entity in(Schemas.Shape shape, Entity entity) {
        return shape.version().equals(entity.schemaVersion()) ? entity : entity.in(shape.version(), shape.state());
    }
}
