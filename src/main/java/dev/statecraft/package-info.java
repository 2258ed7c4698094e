/**
 * Statecraft, a serverless backend for live games.
 *
 * <ul>
 *   <li>An HTTP request enters in {@code entry.ApiHandler} (API Gateway) or over a socket (dev mode), passes
 *       {@code access.CallerFilter}, and reaches a {@code Resource} of a feature, which asks its {@code Service}, which
 *       decides, and a {@code Store}, which is the only code that talks to DynamoDB.
 *   <li>A match reaches {@code leaderboard.MatchService}, which has {@code rating} reckon what it changes.
 *   <li>A record of the entries table's stream enters in {@code entry.LeaderboardStreamHandler} and is counted by
 *       {@code leaderboard.RankCounter}.
 *   <li>A record of the streams of entities and log enters in {@code entry.StateStreamHandler}: versions are kept by
 *       {@code replication.HistoryService}, heads are counted by {@code replication.ReplicationStatisticsService}.
 *   <li>A frame of a socket enters in {@code entry.SocketHandler} (API Gateway) or {@code local.SocketEndpoint} (dev
 *       mode) and is answered by {@code replication.SocketResource}; news are sent back through {@code
 *       replication.Sockets}.
 *   <li>A scheduled step enters in {@code entry.ScheduleHandler} and is done, game by game, by {@code
 *       replication.ConflictService}, {@code leaderboard.UpkeepService}, {@code erasure.ErasureService}, {@code
 *       integration.IntegrationUpkeepService} and {@code leaderboard.PurgeService}.
 *   <li>A player who is to be forgotten enters in {@code erasure.ErasureResource}, or with Roblox's webhook in {@code
 *       erasure.RobloxResource}: {@code erasure.ErasureService} has every feature remove what it has of the player.
 *   <li>A migration is described to {@code migration.MigrationService} or found as a bean of the type
 *       {@code migration.Migration}; {@code migration.PlanService} tries it out and writes nothing.
 *   <li>A step of a run enters in {@code entry.MigrationStepHandler} or, within a request, in
 *       {@code migration.DriveService}: {@code migration.StepService} takes the run from phase to phase,
 *       {@code migration.SegmentService} works on a segment page by page.
 *   <li>What administrates is taken down by {@code access.AuditFilter}; each call of a function tells its numbers by
 *       {@code entry.Metrics}.
 *   <li>The dashboard is files under {@code META-INF/resources} and a client of the API; {@code entry.DashboardPage} adds
 *       what a browser is to keep it from.
 *   <li>The streams of boards, entries, entities, log, conflicts and migrations enter a second time in {@code
 *       entry.EventStreamHandler}: {@code integration.EventStreamService} appends to the event feed, {@code
 *       integration.CoordinationService} does what follows in other systems. The feed's own stream is put on the bus by
 *       {@code entry.EventBusHandler}.
 *   <li>State lives in the tables of template.yaml; every partition key begins with the game
 *       ({@code table.PartitionKey}). On a developer's machine {@code local} plays the part of AWS.
 * </ul>
 */
@NullMarked
package dev.statecraft;

import org.jspecify.annotations.NullMarked;
