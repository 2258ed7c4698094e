package dev.statecraft.integration;

import dev.statecraft.leaderboard.StatisticsService;
import dev.statecraft.migration.MigrationStatisticsService;
import dev.statecraft.replication.ReplicationStatisticsService;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The seed's getUnifiedStats: how much there is in each of the systems. */
@ApplicationScoped
public class UnifiedStatisticsService {

    private final ReplicationStatisticsService replication;
    private final MigrationStatisticsService migrations;
    private final StatisticsService leaderboards;
    private final FeedService feed;
    private final MonitoringStore monitoring;
    private final Clock clock;

    UnifiedStatisticsService(
            ReplicationStatisticsService replication,
            MigrationStatisticsService migrations,
            StatisticsService leaderboards,
            FeedService feed,
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
     * Statistics of a game.
     *
     * @param integrationEvents events that the feed ever had
     * @param monitoringDataPoints monitoring points that are kept
     */
    @Schema(name = "UnifiedStatistics")
    public record Statistics(
            Instant timestamp,
            ReplicationStatisticsService.Statistics stateReplication,
            MigrationStatisticsService.Statistics dataMigration,
            StatisticsService.Statistics leaderboardStore,
            long integrationEvents,
            long monitoringDataPoints) {}

    /** The statistics of a game: sums and heads, no entry and no entity is read; about 3 RCU, the boards aside. */
    public Statistics of(String game) {
        return new Statistics(
                clock.instant(),
                replication.of(game),
                migrations.of(game),
                leaderboards.of(game),
                feed.count(game),
                monitoring.head(game).points());
    }
}
