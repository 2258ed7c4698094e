package dev.statecraft.migration.expression;

import dev.statecraft.replication.state.Entity;
import org.jspecify.annotations.Nullable;

/**
 * The entity whose state is migrated, as expressions see it in the variable {@code entity}.
 *
 * @param id id of the entity
 * @param space the space of the entity
 * @param type the entity type
 * @param version the migrated version of the entity
 * @param owner the owner, a player; null if unowned
 * @param schemaVersion the schema version of the state: the last applied migration
 */
public record Subject(
        String id,
        String space,
        String type,
        long version,
        @Nullable String owner,
        String schemaVersion) {

    /** The schema version of a state that no migration has changed. */
    public static final String FIRST_SCHEMA = "0.0.0";

    /** The subject of a stored entity. The space of the metadata of an entry is the board; spaces contain no slash. */
    public static Subject of(Entity entity) {
        int slash = entity.space().indexOf('/');
        return new Subject(
                entity.id(),
                slash < 0 ? entity.space() : entity.space().substring(0, slash),
                entity.type(),
                entity.version(),
                entity.owner(),
                entity.schemaVersion().isEmpty() ? FIRST_SCHEMA : entity.schemaVersion());
    }

    /** This entity with another schema version. */
    public Subject at(String schema) {
        return new Subject(id, space, type, version, owner, schema);
    }
}
