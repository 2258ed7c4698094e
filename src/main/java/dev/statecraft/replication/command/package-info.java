/**
 * Commands: requested changes of entities as data, and their evaluation.
 *
 * <p>Promises: a command can be stored, and any instance evaluates it with the same result. The evaluation writes nothing. A
 * command of a later release that this release does not know is not evaluated.
 *
 * <p>Parts, in the order to read them:
 *
 * <ol>
 *   <li>{@link dev.statecraft.replication.command.Command}: create, update, delete and revert; {@link
 *       dev.statecraft.replication.command.EntityUpdate} is the change of an update.
 *   <li>{@link dev.statecraft.replication.command.Source} and {@link
 *       dev.statecraft.replication.command.IdempotencyKey}: the sender and the identity of a request.
 *   <li>{@link dev.statecraft.replication.command.CommandDecider}: checks permissions and merges updates. Its result is a
 *       {@link dev.statecraft.replication.command.Mutation}, which a commit evaluates; {@link
 *       dev.statecraft.replication.command.Rejection} lists the reasons for rejecting it. {@link
 *       dev.statecraft.replication.command.StateRules} are the rules of every new state.
 *   <li>{@link dev.statecraft.replication.command.CommandJson}: the stored form.
 *   <li>{@link dev.statecraft.replication.command.SourceTypes} and {@link
 *       dev.statecraft.replication.command.ParkedUpdates}: implemented by the bindings of boards and by parked conflicts.
 * </ol>
 */
@NullMarked
package dev.statecraft.replication.command;

import org.jspecify.annotations.NullMarked;
