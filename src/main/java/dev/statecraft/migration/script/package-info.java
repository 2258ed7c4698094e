/**
 * Migrations that one game server at a time performs as a whole, as the original {@code registerMigration} did: {@code
 * up()}, {@code down(backup)} and rules.
 *
 * <p>{@link dev.statecraft.migration.script.ScriptService} leases attempts, stores the backup and ends attempts.
 * {@code ScriptBackupService} puts the parts of a backup together. {@code dev.statecraft.migration.run.Script} has the
 * stored progress, and {@code ScriptStepService} of package {@code execution} advances the run.
 */
@NullMarked
package dev.statecraft.migration.script;

import org.jspecify.annotations.NullMarked;
