/**
 * Applies changes of one system to another: bound boards, replicated boards, and the resync of clients.
 *
 * <p>Promises: a board that is bound to an entity type receives the score of each entity. Versions that were missed
 * before the binding are submitted by a backfill. The top entries of each board are an entity of the space {@code
 * global}, written only if they changed. All methods are idempotent.
 *
 * <p>Parts, in the order to read them:
 *
 * <ol>
 *   <li>{@link dev.statecraft.integration.binding.CoordinationService}: entry point for stream records and scheduled
 *       work.
 *   <li>{@link dev.statecraft.integration.binding.BindingService}: stores the bindings of boards, submits entity
 *       versions and runs the backfill.
 *   <li>{@code BoundScore}: computes the score of an entity version.
 *   <li>{@link dev.statecraft.integration.binding.BoardReplication}: replicates the top entries of boards.
 *   <li>{@link dev.statecraft.integration.binding.CoordinationStore}: the items of this package in the integration
 *       table.
 * </ol>
 */
@NullMarked
package dev.statecraft.integration.binding;

import org.jspecify.annotations.NullMarked;
