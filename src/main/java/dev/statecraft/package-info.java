/**
 * Statecraft, a serverless backend for live games. This is the one-minute map: entry point, class, state.
 *
 * <ul>
 *   <li>HTTP request: {@code lambda.ApiHandler} (API Gateway) or a socket (dev mode) receives it. {@code
 *       access.authentication.CallerFilter} authenticates the caller, and {@code ScopeFilter} authorizes the route. A
 *       {@code Resource} of a feature calls its {@code Service}, which decides, and a {@code Store}, which is the only
 *       code that uses DynamoDB.
 *   <li>Match: {@code leaderboard.match.MatchService} computes the new ratings with {@code rating}.
 *   <li>Record of the entries table's stream: {@code lambda.LeaderboardStreamHandler} passes it to {@code
 *       leaderboard.rank.RankCounter}, which updates the rank trees.
 *   <li>Record of the streams of entities and commit log: {@code lambda.StateStreamHandler} passes it to {@code
 *       replication.log.HistoryService} (version history), {@code replication.statistics.ReplicationStatisticsService}
 *       and {@code replication.socket.ConnectionNotifier} (pushes to clients).
 *   <li>Frame of a socket: {@code lambda.SocketHandler} (API Gateway) or {@code local.SocketEndpoint} (dev mode) passes
 *       it to {@code replication.socket.SocketResource}. Changes are pushed through {@code replication.socket.Sockets}.
 *   <li>Scheduled step: {@code lambda.ScheduleHandler} runs, for each game, {@code replication.commit.ConflictService},
 *       {@code leaderboard.upkeep.LeaderboardMaintenance}, {@code erasure.ErasureService}, {@code
 *       integration.synchronization.IntegrationMaintenance} and {@code leaderboard.upkeep.PurgeService}, and requests
 *       the next call from {@code lambda.TickScheduler} for the time at which one of them is due again. Stream records wake
 *       it through {@code lambda.EventStreamHandler}.
 *   <li>Erasure of a player: {@code erasure.ErasureResource}, or {@code erasure.RobloxResource} for Roblox's webhook,
 *       calls {@code erasure.ErasureService}, which erases the player's data in every feature.
 *   <li>Definition of a migration: a request to {@code migration.registry.MigrationService}, or a bean of type {@code
 *       migration.definition.Migration}. {@code migration.registry.PlanService} performs dry runs and writes nothing.
 *   <li>Step of a migration run: {@code lambda.MigrationStepHandler}, or {@code migration.execution.DriveService} within
 *       a request, calls {@code migration.execution.StepService}, which moves the run from phase to phase, and {@code
 *       migration.segment.SegmentService}, which processes a segment page by page.
 *   <li>Administrative request: {@code access.audit.AuditFilter} records it in the audit trail. {@code lambda.Metrics}
 *       writes the metrics of each function call.
 *   <li>Dashboard: static files under {@code META-INF/resources} that use the API; {@code http.DashboardPage} adds the
 *       security headers.
 *   <li>Events: {@code lambda.EventStreamHandler} receives the streams of boards, entries, entities, commit log,
 *       conflicts and migrations a second time. {@code integration.event.EventStreamService} appends to the event feed,
 *       and {@code integration.binding.CoordinationService} updates the other systems. {@code lambda.EventBusHandler}
 *       puts the records of the feed's stream on the event bus.
 *   <li>State: the tables of template.yaml. Every partition key starts with the game ({@code table.PartitionKey}). In dev
 *       mode, {@code local} replaces the AWS services.
 * </ul>
 *
 * <p>Dependencies point one way: {@code lambda} and {@code local}, then {@code erasure} and {@code integration}, then the
 * features {@code leaderboard}, {@code migration} and {@code replication}, then {@code access}, then {@code http}, then
 * {@code table} and {@code rating}, then {@code runtime}: time, chance and threads of the process. {@code openapi} builds
 * the OpenAPI document and no package uses it.
 */
@NullMarked
package dev.statecraft;

import org.jspecify.annotations.NullMarked;
