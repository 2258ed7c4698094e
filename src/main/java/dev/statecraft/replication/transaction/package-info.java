/**
 * Transactions: updates of entities in one or several spaces, all of them or none.
 *
 * <p>Promises: a transaction is applied completely or not at all, and exactly once for a mutation id. The readers of each
 * space receive its part as one commit with the id of the transaction. A rejected update changes nothing.
 *
 * <p>Parts, in the order to read them:
 *
 * <ol>
 *   <li>{@link dev.statecraft.replication.transaction.TransactionResource}: the route and its problems.
 *   <li>{@link dev.statecraft.replication.transaction.TransactionService}: the identity of each update; {@link
 *       dev.statecraft.replication.commit.TransactionCommits} writes the transaction.
 * </ol>
 */
@NullMarked
package dev.statecraft.replication.transaction;

import org.jspecify.annotations.NullMarked;
