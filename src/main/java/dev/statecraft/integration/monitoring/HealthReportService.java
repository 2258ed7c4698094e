package dev.statecraft.integration.monitoring;

import dev.statecraft.integration.event.IntegrationConfig;
import dev.statecraft.integration.event.IntegrationConfig.Thresholds;
import dev.statecraft.integration.monitoring.HealthReport.Health;
import dev.statecraft.integration.monitoring.HealthReport.Issue;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Compares the statistics of a game with the configured thresholds. Implements {@code getHealthReport}. */
@ApplicationScoped
public class HealthReportService {

    public static final String REPLICATION = "stateReplication";
    public static final String MIGRATION = "dataMigration";
    public static final String LEADERBOARDS = "leaderboardStore";

    private final UnifiedStatisticsService statistics;
    private final MonitoringService monitoring;
    private final IntegrationConfig config;

    HealthReportService(UnifiedStatisticsService statistics, MonitoringService monitoring, IntegrationConfig config) {
        this.statistics = statistics;
        this.monitoring = monitoring;
        this.config = config;
    }

    /** A value with its threshold; {@code advice} is the recommendation if the value is above the threshold. */
    private record Check(String system, String measure, double value, double threshold, String advice) {}

    /** Returns the health report of a game. Cost: the cost of {@link UnifiedStatisticsService#of} plus 0.5 RCU. */
    public HealthReport of(String game) {
        UnifiedStatisticsService.Statistics now = statistics.of(game);
        long windowStart = now.timestamp().toEpochMilli()
                - config.thresholds().conflictWindow().toMillis();
        long conflicts = now.stateReplication().totalConflicts() - monitoring.conflictsUntil(game, windowStart);
        Map<String, Health> systems = new LinkedHashMap<>();
        systems.put(REPLICATION, Health.HEALTHY);
        systems.put(MIGRATION, Health.HEALTHY);
        systems.put(LEADERBOARDS, Health.HEALTHY);
        List<Issue> issues = new ArrayList<>();
        List<String> recommendations = new ArrayList<>();
        for (Check check : checks(now, conflicts)) {
            if (check.value() > check.threshold()) {
                systems.put(check.system(), Health.ISSUES_DETECTED);
                issues.add(new Issue(check.system(), check.measure(), check.value(), check.threshold()));
                recommendations.add(check.advice());
            }
        }
        Health overall = issues.isEmpty() ? Health.HEALTHY : Health.ISSUES_DETECTED;
        return new HealthReport(now.timestamp(), overall, systems, issues, recommendations);
    }

    private List<Check> checks(UnifiedStatisticsService.Statistics now, long conflicts) {
        Thresholds thresholds = config.thresholds();
        return List.of(
                new Check(
                        REPLICATION,
                        "conflicts",
                        conflicts,
                        thresholds.conflicts(),
                        "Review the conflict resolution strategies: " + conflicts + " recent changes had conflicts."
                                + " Define merge rules for the affected entity types,"
                                + " or let only one server write each entity."),
                new Check(
                        REPLICATION,
                        "totalPendingUpdates",
                        now.stateReplication().totalPendingUpdates(),
                        thresholds.pendingUpdates(),
                        "Resolve the parked conflicts (GET /v1/conflicts), or shorten"
                                + " conflict-resolution-timeout so that the fallback strategy resolves them earlier."),
                new Check(
                        REPLICATION,
                        "averageReplicationLatency",
                        now.stateReplication().averageReplicationLatency(),
                        thresholds.replicationLatency(),
                        "Changes reach clients slowly. Check the network and the poll interval of the clients."
                                + " Split spaces that many servers write to."),
                new Check(
                        MIGRATION,
                        "failedMigrations",
                        now.dataMigration().failedMigrations(),
                        thresholds.failedMigrations(),
                        "Inspect the failed migrations (GET /v1/migrations) and their runs. Repair the definition,"
                                + " then apply them with force or roll them back."),
                new Check(
                        MIGRATION,
                        "pendingMigrations",
                        now.dataMigration().pendingMigrations(),
                        thresholds.pendingMigrations(),
                        "Apply the pending migrations (POST /v1/migrations/apply)."),
                new Check(
                        LEADERBOARDS,
                        "updateQueueSize",
                        now.leaderboardStore().updateQueueSize(),
                        thresholds.updateQueue(),
                        "The rankings lag behind the scores. Check the iterator age and the dead-letter queue of the"
                                + " stream consumer, then call POST /v1/synchronize."));
    }
}
