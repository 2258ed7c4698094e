/**
 * The definition of a migration, and the configuration of migrations.
 *
 * <p>{@link dev.statecraft.migration.definition.DefinitionReader} validates the JSON of a
 * {@link dev.statecraft.migration.definition.Definition}. A {@link dev.statecraft.migration.definition.Transformation} by
 * operations, by an expression, by Java code or by a game server computes the new state of one record.
 * {@link dev.statecraft.migration.definition.Rule} and {@link dev.statecraft.migration.definition.Invariant} check the
 * result. {@link dev.statecraft.migration.definition.SchemaChain} orders the applied migrations of an entity type, and
 * {@link dev.statecraft.migration.definition.SchemaPath} converts a state along them.
 */
@NullMarked
package dev.statecraft.migration.definition;

import org.jspecify.annotations.NullMarked;
