package dev.statecraft.replication.commit;

/** A stored conflict: parked, or resolved and not expired. */
sealed interface KeptConflict {

    /** The hash of the request that was parked. */
    String body();

    /** The conflict is parked. */
    record Unresolved(ParkedConflict conflict) implements KeptConflict {

        @Override
        public String body() {
            return conflict.body();
        }
    }

    /** The conflict is resolved. {@code version} is the resulting version of the entity; 0 if nothing was changed. */
    record Resolved(ConflictResolution resolution, long version, String body) implements KeptConflict {}
}
