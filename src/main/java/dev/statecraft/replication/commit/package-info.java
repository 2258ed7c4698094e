/**
 * Commits: one transaction for each change of a space. Parked conflicts and their resolution.
 *
 * <p>Promises: a commit is applied completely or not at all, and so are the commits of a transaction over several spaces. Sequence numbers of a space and versions of an entity have
 * no gaps. A mutation with an id takes effect once while its receipt is stored. A parked conflict is resolved exactly
 * once, by a decision or by the fallback strategy after its deadline.
 *
 * <p>Parts, in the order to read them:
 *
 * <ol>
 *   <li>{@link dev.statecraft.replication.commit.CommitService}: entry point for commits of {@link
 *       dev.statecraft.replication.command.Mutation}; {@link dev.statecraft.replication.commit.CommitResult} is the result
 *       of each. {@code CommitPlanner} and {@code CommitDraft} evaluate the mutations and enforce the limits of a
 *       transaction.
 *   <li>{@link dev.statecraft.replication.commit.TransactionCommits}: commits of several spaces in one transaction.
 *   <li>{@link dev.statecraft.replication.commit.CommitCoordinator}: serializes the commits of an instance, and orders
 *       them with those of other instances.
 *   <li>{@link dev.statecraft.replication.commit.CombinedCommits} and {@code CommitRounds}: commits the commands of many
 *       instances in one transaction; {@code CommandIntents} is their stored form.
 *   <li>{@link dev.statecraft.replication.commit.CommitStore}: reads snapshots and writes the transactions; {@code CommitItems}
 *       are their items.
 *   <li>{@link dev.statecraft.replication.commit.RecentCommits}: cache of the commits of this instance.
 *   <li>{@link dev.statecraft.replication.commit.ParkedConflict} and {@link
 *       dev.statecraft.replication.commit.ConflictParking}: parks updates whose conflicts need a decision.
 *   <li>{@link dev.statecraft.replication.commit.ConflictService}: resolves parked conflicts; {@link
 *       dev.statecraft.replication.commit.ConflictDecider} evaluates the decisions, {@link
 *       dev.statecraft.replication.commit.ConflictResource} is the HTTP API, and {@link
 *       dev.statecraft.replication.commit.ConflictStore} documents the items.
 * </ol>
 */
@NullMarked
package dev.statecraft.replication.commit;

import org.jspecify.annotations.NullMarked;
