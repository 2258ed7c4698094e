/**
 * Connects the three systems: events, bound boards, replicated top entries, monitoring, health and synchronization.
 *
 * <p>Promises:
 *
 * <ul>
 *   <li>Each change of the systems is appended to the event feed exactly once, in order within its source.
 *   <li>Each event is published on the event bus at least once, in the order of the event feed.
 *   <li>Each entity version is applied to a bound board at most once. A replicated board lags behind its scores by
 *       about {@code leaderboard-replication-interval}.
 *   <li>Every step is idempotent: stream records may be delivered again, and scheduled work may run concurrently.
 * </ul>
 *
 * <p>Parts, in the order to read them:
 *
 * <ol>
 *   <li>{@link dev.statecraft.integration.event}: converts stream records to events, stores the event feed and
 *       publishes it. {@link dev.statecraft.integration.event.IntegrationConfig} holds the configuration of all parts.
 *   <li>{@link dev.statecraft.integration.binding}: submits entity changes as scores, replicates top entries as
 *       entities, and makes clients resync after a migration.
 *   <li>{@link dev.statecraft.integration.monitoring}: statistics of all systems, data points, health report,
 *       readiness.
 *   <li>{@link dev.statecraft.integration.synchronization}: scheduled work, the automatic migration trigger and the
 *       system synchronization on request.
 * </ol>
 *
 * <p>State: the events table holds the chunks of the event feed; the integration table holds everything else. Changes
 * of the systems arrive as stream records through the handlers of {@code dev.statecraft.lambda}; scheduled work
 * arrives through {@code ScheduleHandler}.
 */
@NullMarked
package dev.statecraft.integration;

import org.jspecify.annotations.NullMarked;
