package dev.statecraft.migration.expression;

import dev.statecraft.replication.state.Entity;
import org.jspecify.annotations.Nullable;

/**
 * The entity whose state is migrated, as expressions see it in the variable {@code entity}.
 *
 * @param id its id
 * @param space the space it belongs to
 * @param type its type
 * @param version the version that is migrated
 * @param owner the player it belongs to, null if it belongs to no player
 * @param schemaVersion the last migration that its state went through
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

    /** An entity as it is stored. */
    public static Subject of(Entity entity) {
        return new Subject(
                entity.id(),
                entity.space(),
                entity.type(),
                entity.version(),
                entity.owner(),
                entity.schemaVersion().isEmpty() ? FIRST_SCHEMA : entity.schemaVersion());
    }

    /** The same entity with another schema version. */
    public Subject at(String schema) {
        return new Subject(id, space, type, version, owner, schema);
    }
}
