/**
 * The interfaces of replication for other features: erasure of a player, and the meaning of stream records.
 *
 * <ul>
 *   <li>{@link dev.statecraft.replication.upkeep.ReplicationErasureService} erases a player in idempotent steps. Read
 *       it first.
 *   <li>{@link dev.statecraft.replication.upkeep.ReplicationStreamService} converts stream records to commits, entity
 *       versions and conflicts.
 * </ul>
 */
@NullMarked
package dev.statecraft.replication.upkeep;

import org.jspecify.annotations.NullMarked;
