package dev.statecraft.replication.state;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * How states get from one schema version to another. Entities are read through it; what leads from version to version is
 * known to those who migrate them.
 */
public interface Schemas {

    /** What asking for a state in the shape of an older schema version comes to; in order of precedence. */
    sealed interface Asked {}

    /** What was asked for is not a version. */
    record NoVersion() implements Asked {}

    /** There is no way back to that version; {@code reason} for people. */
    record NoWayBack(String reason) implements Asked {}

    /**
     * A state in the shape of a schema version.
     *
     * @param version the last migration it went through
     */
    record Shape(String version, ObjectNode state) implements Asked {}

    /**
     * An entity's state as the migrations after its schema version up to {@code to} have it, as far as they can be done
     * here: it is never left between two versions. The entity is not changed.
     */
    Shape up(String game, Entity entity, String to);

    /** An entity's state as it was before the migrations after {@code to}. The entity is not changed. */
    Asked down(String game, Entity entity, String to);
}
