package dev.statecraft.replication.state;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Converts states between schema versions. The migration feature implements it with the registered migrations. */
public interface Schemas {

    /** Result of a conversion to an earlier schema version. Variants are listed in order of precedence. */
    sealed interface StateConversion {}

    /** The requested text is not a version. */
    record NoVersion() implements StateConversion {}

    /** The state cannot be converted to the version. {@code reason} is human-readable. */
    record NoDowngrade(String reason) implements StateConversion {}

    /**
     * A state in one schema version.
     *
     * @param version the version of the last migration that was applied to the state
     */
    record ConvertedState(String version, ObjectNode state) implements StateConversion {}

    /**
     * Applies the migrations after the entity's schema version up to {@code to}, as far as they can be applied here.
     * Each migration is applied completely or not at all. The entity is not changed.
     */
    ConvertedState up(String game, Entity entity, String to);

    /** Whether a schema version comes after another one. */
    boolean isAfter(String version, String other);

    /** Reverses the migrations after {@code to}. The entity is not changed. */
    StateConversion down(String game, Entity entity, String to);
}
