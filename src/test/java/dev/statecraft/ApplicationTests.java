package dev.statecraft;

import org.junit.platform.suite.api.IncludeEngines;
import org.junit.platform.suite.api.SelectClasses;
import org.junit.platform.suite.api.Suite;

/**
 * The tests of the running application with its usual configuration. In one process they share the application; each of
 * them alone would start it.
 *
 * <p>The classes are named, because Quarkus builds an application for each class that a search of the packages finds,
 * before it knows the tags. {@link TaggedClassesTest} compares the names with the tags.
 */
@Suite
@IncludeEngines("junit-jupiter")
@SelectClasses(
        names = {
            "dev.statecraft.access.audit.AuditResourceTest",
            "dev.statecraft.access.authentication.CallerFilterTest",
            "dev.statecraft.access.idempotency.IdempotencyKeyTest",
            "dev.statecraft.clients.LuauApplicationTest",
            "dev.statecraft.docs.GuideBlocksTest",
            "dev.statecraft.erasure.ErasureResourceTest",
            "dev.statecraft.http.DashboardPageTest",
            "dev.statecraft.http.EmptyInputTest",
            "dev.statecraft.http.HostilePathTest",
            "dev.statecraft.http.JavaScriptClientTest",
            "dev.statecraft.http.ProblemMapperTest",
            "dev.statecraft.http.SecurityHeadersTest",
            "dev.statecraft.http.ServerRefusalsTest",
            "dev.statecraft.http.json.RequestBodySizeTest",
            "dev.statecraft.http.json.RequestBodyTest",
            "dev.statecraft.http.json.ResponseBodyTest",
            "dev.statecraft.infra.ApplyCommandTest",
            "dev.statecraft.integration.SystemResourceTest",
            "dev.statecraft.integration.synchronization.MigrationTriggerTest",
            "dev.statecraft.lambda.ApiHandlerTest",
            "dev.statecraft.lambda.BoundTypesTest",
            "dev.statecraft.lambda.EventHandlersTest",
            "dev.statecraft.lambda.MigrationStepHandlerTest",
            "dev.statecraft.lambda.PrimingTest",
            "dev.statecraft.lambda.SocketHandlerTest",
            "dev.statecraft.leaderboard.BadInputTest",
            "dev.statecraft.leaderboard.CachingResourceTest",
            "dev.statecraft.leaderboard.LeaderboardLoadTest",
            "dev.statecraft.leaderboard.LeaderboardResourceTest",
            "dev.statecraft.leaderboard.board.BoardConfigurationTest",
            "dev.statecraft.leaderboard.board.BoardResourceTest",
            "dev.statecraft.leaderboard.match.MatchResourceTest",
            "dev.statecraft.leaderboard.score.ReviewResourceTest",
            "dev.statecraft.leaderboard.score.ScoreResourceTest",
            "dev.statecraft.leaderboard.season.SeasonResourceTest",
            "dev.statecraft.leaderboard.settings.RankingKindsResourceTest",
            "dev.statecraft.local.LocalRuntimeTest",
            "dev.statecraft.local.SocketEndpointTest",
            "dev.statecraft.migration.MigrationToolsTest",
            "dev.statecraft.migration.execution.RunResourceTest",
            "dev.statecraft.migration.record.MetadataResourceTest",
            "dev.statecraft.migration.registry.MigrationResourceTest",
            "dev.statecraft.migration.script.ScriptResourceTest",
            "dev.statecraft.openapi.ApiDocumentTest",
            "dev.statecraft.openapi.ApiExampleTest",
            "dev.statecraft.openapi.ApiFieldTest",
            "dev.statecraft.replication.StateBadInputTest",
            "dev.statecraft.replication.commit.ConflictResourceTest",
            "dev.statecraft.replication.entity.EntityResourceTest",
            "dev.statecraft.replication.entity.SessionInputTest",
            "dev.statecraft.replication.entity.SessionHandOverTest",
            "dev.statecraft.replication.entity.SessionResourceTest",
            "dev.statecraft.replication.feed.SyncResourceTest",
            "dev.statecraft.replication.guard.GuardResourceTest",
            "dev.statecraft.replication.state.EntityHistoryTest",
            "dev.statecraft.replication.transaction.TransactionResourceTest"
        })
class ApplicationTests {}
