package dev.statecraft.replication.commit;

import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.state.Entity;

/** Result of a mutation. Variants are listed in order of precedence. */
public sealed interface CommitResult {

    /** The mutation id was already used with a different body. The mutation was not applied. */
    record Reused() implements CommitResult {}

    /** The mutation was rejected. {@code current} is the entity that it was evaluated on. */
    record Refused(Rejection rejection, Entity current) implements CommitResult {}

    /** The mutation was not applied because another mutation of the atomic batch was rejected. */
    record BatchRejected() implements CommitResult {}

    /**
     * Gave up after {@code commit-attempts} conflicting writes, or after {@code longest-wait} in the queue of the space. The
     * mutation was not applied. The caller may retry.
     */
    record Busy() implements CommitResult {}

    /** The mutation was applied by an earlier request. The version that it made is no longer stored. */
    record VersionExpired(long version) implements CommitResult {}

    /**
     * The mutation is applied exactly once.
     *
     * @param entity the version that the mutation made
     * @param replayed true if an earlier request applied the mutation
     */
    record Done(Entity entity, boolean replayed) implements CommitResult {}
}
