/**
 * Entity types: conflict strategy, merge rules, write permission of players, history limit, guards, schema of the states,
 * and schema version.
 *
 * <p>Promises: an entity type without stored settings has default settings. A change of settings is used by every
 * instance when the request that made it returns. Entities are read in the latest schema version of their type.
 *
 * <p>Parts, in the order to read them:
 *
 * <ol>
 *   <li>{@link dev.statecraft.replication.type.EntityType} and {@link dev.statecraft.replication.type.MergeRule}: the
 *       settings.
 *   <li>{@link dev.statecraft.replication.type.EntityTypeService}: reads, caches and stores types; {@code
 *       EntityTypeStore} documents the items.
 *   <li>{@link dev.statecraft.replication.type.EntityTypeResource}: HTTP API.
 *   <li>{@link dev.statecraft.replication.type.SchemaService}: converts entities between schema versions.
 * </ol>
 */
@NullMarked
package dev.statecraft.replication.type;

import org.jspecify.annotations.NullMarked;
