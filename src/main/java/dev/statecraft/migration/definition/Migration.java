package dev.statecraft.migration.definition;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * A migration in Java code. Every CDI bean of this type is registered automatically. The transformations have to be
 * pure functions of the state, because an interrupted page of records is transformed again.
 */
public interface Migration {

    /** The semantic version (semver.org). */
    String version();

    /** Human-readable description. */
    String description();

    /** The type of the migrated entities. */
    String entityType();

    /** Revision of the code. Increase it with each change of the code: the checksum contains only this number. */
    default int revision() {
        return 1;
    }

    /** Returns the new state. The argument is a copy that may be modified. An exception fails this one record. */
    ObjectNode up(ObjectNode state);

    /** Returns the old state; empty if only a backup can restore it. */
    default Optional<ObjectNode> down(ObjectNode state) {
        return Optional.empty();
    }

    /** Whether {@link #down} returns a state. */
    default boolean reversible() {
        return false;
    }
}
