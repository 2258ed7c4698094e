package dev.statecraft.migration.definition;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * A migration written in Java: any CDI bean of this type is found and registers itself. It has to be a pure function of
 * the state, for a page of records that was cut short is transformed again.
 */
public interface Migration {

    /** Its version, as semver.org has it. */
    String version();

    /** What it does, for people. */
    String description();

    /** The type of the entities it is for. */
    String entityType();

    /** To be changed with the code: it is all that tells one state of the code from another. */
    default int revision() {
        return 1;
    }

    /** The state as it is to be. Gets a copy it may change; what it throws fails that one record. */
    ObjectNode up(ObjectNode state);

    /** The state as it was before; nothing if there is no way back but the backup. */
    default Optional<ObjectNode> down(ObjectNode state) {
        return Optional.empty();
    }

    /** Whether {@link #down} gives something. */
    default boolean reversible() {
        return false;
    }
}
