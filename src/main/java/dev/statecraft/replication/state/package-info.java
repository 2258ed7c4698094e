/**
 * Entities, their JSON state and the heads of spaces. Everything here is plain data and pure functions, except {@code
 * EntityStore}, which reads the entities table.
 *
 * <ul>
 *   <li>An {@link dev.statecraft.replication.state.Entity} is one version of an entity; a
 *       {@link dev.statecraft.replication.state.Space} is the head of a space with its
 *       {@link dev.statecraft.replication.state.SpaceChecksum}.
 *   <li>{@link dev.statecraft.replication.state.Operations} describe an update by
 *       {@link dev.statecraft.replication.state.StatePath}. {@code OperationsReader} reads them from JSON, {@code
 *       StateDiff} computes them from two states, and {@code StateEdit} applies them to a state.
 *   <li>{@code JsonValues} defines when two JSON values are equal, {@code StateLimits} limits the size of a state, and
 *       {@code PackedJson} is the stored form.
 *   <li>{@code EntityItems} maps entities to items; {@code EntityStore} documents the entities table.
 * </ul>
 *
 * <p>Read {@code Entity}, {@code Space} and {@code Operations} first.
 */
@NullMarked
package dev.statecraft.replication.state;

import org.jspecify.annotations.NullMarked;
