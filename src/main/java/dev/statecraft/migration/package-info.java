/**
 * Data migration: versioned changes of the states of all entities of a type, or of the metadata of leaderboard entries,
 * while games run.
 *
 * <p>Promises:
 *
 * <ul>
 *   <li>A run upgrades each record exactly once, wherever a worker stops. The commit that writes a record also stores
 *       its backup (if backups are enabled), adds to the counts and checks the lease of the segment.
 *   <li>A game has at most one active run. Any number of workers may process its segments.
 *   <li>A registered definition is immutable, except by a repair. A registration, repair, withdrawal or baseline, and
 *       the start and the end of a run, is written in one transaction with a history entry. The history has no gaps.
 *   <li>A state can be read in the latest schema version before the run has reached its record.
 *   <li>A record that cannot be migrated keeps its state and is quarantined. Too many failures, a violated invariant or
 *       a cancellation stop the run. It is then rolled back, if rollbacks are enabled and a backup or {@code down}
 *       exists.
 * </ul>
 *
 * <p>Entry points:
 *
 * <ul>
 *   <li>HTTP request: {@code MigrationResource} in {@code registry}, {@code ApplyResource} and {@code RunResource} in
 *       {@code execution}, {@code WorkResource} in {@code work} and {@code ScriptResource} in {@code script} (game servers), {@code MigrationStatisticsResource} in
 *       {@code upkeep}. {@code RunService} starts runs and fires the event {@code RunsPending}.
 *   <li>State machine step: {@code MigrationStepHandler} of package {@code dev.statecraft.lambda} calls {@code
 *       StepService} to advance a run, and {@code SegmentService} to process a segment.
 *   <li>Scheduled step: {@code MigrationTriggerService} of the integration announces runs that no worker is driving,
 *       and applies pending migrations if it is configured to do so.
 *   <li>Stream record: {@code MigrationStreamService} in {@code upkeep} reads the history entry of a record of the
 *       migrations table for the integration, which appends events, resyncs clients and fills bound boards again.
 * </ul>
 *
 * <p>State is stored in the migrations table: registry, migrations and history ({@code MigrationStore}), runs ({@code
 * RunStore}), segments and quarantined records ({@code SegmentStore}), backups ({@code BackupStore}), leased pages
 * ({@code WorkStore}) and attempts of scripts ({@code ScriptStore}). The migrated states are in the entities table of the
 * replication, and migrated metadata is in the entries table of the leaderboards. Instances only hold caches.
 *
 * <p>Packages, in the order to read them:
 *
 * <ol>
 *   <li>{@code expression}: the expression language.
 *   <li>{@code definition}: definitions, their transformations and the configuration.
 *   <li>{@code run}: the stored state of a run.
 *   <li>{@code record}: entities and metadata of leaderboard entries, as records of a migration.
 *   <li>{@code registry}: registered migrations, the history and dry runs.
 *   <li>{@code segment}: the segment worker.
 *   <li>{@code execution}: runs over HTTP and their phases.
 *   <li>{@code work}: migrations by game servers.
 *   <li>{@code script}: migrations that a game server performs as a whole.
 *   <li>{@code upkeep}: erasure, statistics and stream records.
 * </ol>
 */
@NullMarked
package dev.statecraft.migration;

import org.jspecify.annotations.NullMarked;
