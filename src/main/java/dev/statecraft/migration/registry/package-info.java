/**
 * Registered migrations, the migration history and dry runs.
 *
 * <p>{@link dev.statecraft.migration.registry.MigrationService} registers, repairs and withdraws migrations and adopts
 * baselines. {@link dev.statecraft.migration.registry.MigrationStore} writes each change together with the head of the
 * registry and a history entry in one transaction. {@link dev.statecraft.migration.registry.DefinitionCatalog} returns
 * definitions, also those in Java code, and the chain of an entity type.
 * {@link dev.statecraft.migration.registry.PlanService} performs dry runs, and
 * {@link dev.statecraft.migration.registry.SchemaPathService} converts states while they are read.
 */
@NullMarked
package dev.statecraft.migration.registry;

import org.jspecify.annotations.NullMarked;
