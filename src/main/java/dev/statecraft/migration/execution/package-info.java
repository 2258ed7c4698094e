/**
 * Runs over HTTP, and their way from phase to phase.
 *
 * <p>{@link dev.statecraft.migration.execution.StartService} starts a run, and
 * {@link dev.statecraft.migration.execution.EndService} ends it. Each is one transaction with the registry, the registration
 * of the migration and a ledger entry. {@link dev.statecraft.migration.execution.StepService} advances a run
 * by one conditional write per phase and names the segments that need work.
 * {@link dev.statecraft.migration.execution.DriveService} repeats both within one process; on AWS a state machine does.
 * {@link dev.statecraft.migration.execution.RunService} has the operations of callers: apply, roll back, pause, resume,
 * cancel, throttle.
 */
@NullMarked
package dev.statecraft.migration.execution;

import org.jspecify.annotations.NullMarked;
