package dev.statecraft.replication.commit;

/** A conflict was parked or resolved, as a record of the replication table's stream reports it. */
public sealed interface ConflictChange {

    /** The conflict was parked and waits for a decision. */
    record Parked(String game, ParkedConflict conflict) implements ConflictChange {}

    /** The conflict was resolved; {@code version} is the resulting version of the entity, 0 if nothing was changed. */
    record Resolved(String game, ConflictResolution settlement, long version) implements ConflictChange {}
}
