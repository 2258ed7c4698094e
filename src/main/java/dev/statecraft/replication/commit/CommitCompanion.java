package dev.statecraft.replication.commit;

import dev.statecraft.replication.state.Entity;
import dev.statecraft.table.CapacityUsage;
import dev.statecraft.table.TransactionWrites;
import java.util.List;
import java.util.function.Function;

/**
 * Writes of another feature that are made in the transaction of each commit.
 *
 * @param storesPreviousStates whether the writes contain the states before the commit; the commit reserves space
 *     for them
 * @param writes supplies the writes for a commit; called for each attempt. At most 2 items, and 7 more if they
 *     contain previous states. A caller that adds items sends at most 90 entities in a commit.
 * @param consumption adds up the consumed capacity
 */
public record CommitCompanion(
        boolean storesPreviousStates, Function<PlannedCommit, TransactionWrites> writes, CapacityUsage consumption) {

    /** The stored entity and its new version in a commit. */
    public record Replaced(Entity before, Entity after) {}

    /** A commit before it is written. {@code seq} is its sequence number in the space. */
    public record PlannedCommit(String space, long seq, List<Replaced> entities) {}
}
