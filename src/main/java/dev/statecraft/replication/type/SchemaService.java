package dev.statecraft.replication.type;

import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.Schemas;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Converts entities to schema versions of their type. An entity that is stored in an earlier schema version is
 * upgraded in memory at each read, until its next write stores the upgraded state. The conversion does not change the
 * entity's version, checksums and version tags.
 *
 * <p>Cost: 1 RCU per entity type and {@code type-cache}.
 */
@ApplicationScoped
public class SchemaService {

    private final EntityTypeService types;
    private final Schemas schemas;

    public SchemaService(EntityTypeService types, Schemas schemas) {
        this.types = types;
        this.schemas = schemas;
    }

    /** Converts an entity to the latest schema version of its type, as far as that is possible. */
    public Entity newest(String game, Entity entity) {
        return entity.deleted() ? entity : newest(game, entity, types.schemaVersion(game, entity.type()));
    }

    /** Converts entities to the latest schema versions of their types, as far as possible, and keeps their order. */
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
        Schemas.ConvertedState converted = schemas.up(game, entity, newest);
        return in(converted, entity);
    }

    /** Result of a conversion to an earlier schema version. Variants are listed in order of precedence. */
    public sealed interface Conversion {}

    /** The requested text is not a version. */
    public record InvalidVersion() implements Conversion {}

    /** The entity cannot be converted to the schema version. */
    public record Unavailable(Entity newest, String reason) implements Conversion {}

    /** The entity in the requested schema version, or in its latest one if that is lower. */
    public record Converted(Entity entity) implements Conversion {}

    /** Converts an entity to a schema version of its type. */
    public Conversion convert(String game, Entity stored, String version) {
        Entity newest = newest(game, stored);
        Schemas.StateConversion conversion = schemas.down(game, newest, version);
        if (conversion instanceof Schemas.NoVersion) {
            return new InvalidVersion();
        }
        if (conversion instanceof Schemas.NoDowngrade none) {
            return new Unavailable(newest, none.reason());
        }
        Schemas.ConvertedState converted = (Schemas.ConvertedState) conversion;
        return new Converted(in(converted, newest));
    }

    /** Whether a schema version comes after another one. */
    public boolean isAfter(String version, String other) {
        return schemas.isAfter(version, other);
    }

    private static Entity in(Schemas.ConvertedState converted, Entity entity) {
        return converted.version().equals(entity.schemaVersion())
                ? entity
                : entity.in(converted.version(), converted.state());
    }
}
