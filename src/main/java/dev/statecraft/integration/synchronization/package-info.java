/**
 * Scheduled work of the integration, and the system synchronization on request.
 *
 * <p>Promises: all work may be repeated and may run concurrently. A step that fails does not stop the others. A run
 * keeps its time budget and the next run continues with the remaining work.
 *
 * <p>Parts, in the order to read them:
 *
 * <ol>
 *   <li>{@link dev.statecraft.integration.synchronization.IntegrationMaintenance}: scheduled work of one game.
 *   <li>{@link dev.statecraft.integration.synchronization.MigrationTriggerService}: starts or resumes migration runs.
 *   <li>{@link dev.statecraft.integration.synchronization.SynchronizationService} and {@link
 *       dev.statecraft.integration.synchronization.SynchronizationResource}: check and repair all systems of a game.
 * </ol>
 */
@NullMarked
package dev.statecraft.integration.synchronization;

import org.jspecify.annotations.NullMarked;
