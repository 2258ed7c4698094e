package dev.statecraft.integration.monitoring;

import dev.statecraft.integration.event.EventFeedService;
import dev.statecraft.leaderboard.upkeep.LeaderboardStatisticsService;
import dev.statecraft.migration.upkeep.MigrationStatisticsService;
import dev.statecraft.replication.statistics.ReplicationStatisticsService;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Collects the statistics of all systems. Implements {@code getUnifiedStats} of the original Luau API. */
@ApplicationScoped
public class UnifiedStatisticsService {

    private final ReplicationStatisticsService replication;
    private final MigrationStatisticsService migrations;
    private final LeaderboardStatisticsService leaderboards;
    private final EventFeedService feed;
    private final MonitoringStore monitoring;
    private final Clock clock;

    UnifiedStatisticsService(
            ReplicationStatisticsService replication,
            MigrationStatisticsService migrations,
            LeaderboardStatisticsService leaderboards,
            EventFeedService feed,
            MonitoringStore monitoring,
            Clock clock) {
        this.replication = replication;
        this.migrations = migrations;
        this.leaderboards = leaderboards;
        this.feed = feed;
        this.monitoring = monitoring;
        this.clock = clock;
    }

    /**
     * Statistics of all systems of a game.
     *
     * @param integrationEvents number of events ever appended to the event feed
     * @param monitoringDataPoints number of stored monitoring data points
     */
    @Schema(name = "UnifiedStatistics")
    public record Statistics(
            Instant timestamp,
            ReplicationStatisticsService.Statistics stateReplication,
            MigrationStatisticsService.Statistics dataMigration,
            LeaderboardStatisticsService.Statistics leaderboardStore,
            long integrationEvents,
            long monitoringDataPoints) {}

    /**
     * Returns the statistics of a game. Reads only counters and heads, no entries and no entities. Cost: about 3 RCU
     * plus the reads of the leaderboard statistics.
     */
    public Statistics of(String game) {
        return of(game, monitoring.head(game).points());
    }

    /** Returns the statistics of a game for a caller that has read the number of its monitoring data points. */
    Statistics of(String game, long monitoringDataPoints) {
        return new Statistics(
                clock.instant(),
                replication.of(game),
                migrations.of(game),
                leaderboards.of(game),
                feed.count(game),
                monitoringDataPoints);
    }
}
