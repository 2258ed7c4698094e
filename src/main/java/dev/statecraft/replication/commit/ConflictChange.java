package dev.statecraft.replication.commit;

/** A conflict was parked or resolved, as a record of the replication table's stream reports it. */
public sealed interface ConflictChange {

    /** The conflict was parked. */
    record Parked(String game, ParkedConflict conflict) implements ConflictChange {}

    /** The conflict was resolved. {@code version} is the resulting version of the entity; 0 if nothing was changed. */
    record Resolved(String game, ConflictResolution resolution, long version) implements ConflictChange {}
}
