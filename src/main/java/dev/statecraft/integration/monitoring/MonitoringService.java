package dev.statecraft.integration.monitoring;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.integration.event.ApiTime;
import dev.statecraft.integration.event.IntegrationConfig;
import dev.statecraft.leaderboard.upkeep.LeaderboardStatisticsService;
import dev.statecraft.migration.upkeep.MigrationStatisticsService;
import dev.statecraft.replication.statistics.ReplicationStatisticsService;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * Counts requests and records monitoring data points: the statistics and the request traffic. The schedule records one
 * whenever it runs: about once in every minute in which something happened, once after the last activity, and every few
 * hours while nothing happens.
 */
@ApplicationScoped
public class MonitoringService {

    private static final Logger LOG = Logger.getLogger(MonitoringService.class);

    private final MonitoringStore store;
    private final UnifiedStatisticsService statistics;
    private final IntegrationConfig config;
    private final Clock clock;
    private final Map<String, PendingTraffic> pending = new HashMap<>();
    private final int shard;

    MonitoringService(
            MonitoringStore store,
            UnifiedStatisticsService statistics,
            IntegrationConfig config,
            Clock clock,
            RandomGenerator random) {
        this.store = store;
        this.statistics = statistics;
        this.config = config;
        this.clock = clock;
        this.shard = random.nextInt(Integer.MAX_VALUE);
    }

    /**
     * Request counts of this instance that are not stored yet.
     *
     * @param since time of the first counted request in Unix milliseconds
     */
    private record PendingTraffic(Traffic traffic, long since) {}

    /**
     * Counts a completed request. The counts are stored by the first request after {@code traffic-gathering}. Counts
     * that an instance has not stored when it ends are lost. Cost: 1 WCU when the counts are stored.
     *
     * @param status HTTP status of the response
     * @param millis duration of the request
     * @param mayBlock whether the calling thread may wait for the write
     */
    public void countRequest(String game, int status, long millis, boolean mayBlock) {
        if (!config.unifiedMonitoring()) {
            return;
        }
        long now = clock.millis();
        Traffic due = null;
        synchronized (pending) {
            PendingTraffic all = pending.merge(
                    game,
                    new PendingTraffic(Traffic.request(status, millis), now),
                    (old, more) -> new PendingTraffic(old.traffic().plus(more.traffic()), old.since()));
            if (mayBlock && now - all.since() >= config.trafficGathering().toMillis()) {
                due = all.traffic();
                pending.remove(game);
            }
        }
        if (due != null) {
            write(game, due);
        }
    }

    private void write(String game, Traffic traffic) {
        try {
            store.add(game, shard, traffic);
        } catch (RuntimeException e) {
            // The request must not fail because its count was not stored; the next write includes the count.
            LOG.warn("Request counts were not stored; the next write includes them", e);
            synchronized (pending) {
                pending.merge(
                        game,
                        new PendingTraffic(traffic, clock.millis()),
                        (old, more) -> new PendingTraffic(old.traffic().plus(more.traffic()), old.since()));
            }
        }
    }

    /** Stores the request counts of this instance. */
    void flush(String game) {
        PendingTraffic own;
        synchronized (pending) {
            own = pending.remove(game);
        }
        if (own != null) {
            write(game, own.traffic());
        }
    }

    /**
     * Records a data point.
     *
     * @return false if monitoring is disabled or another instance recorded a data point concurrently
     */
    public boolean record(String game) {
        if (!config.unifiedMonitoring()) {
            return false;
        }
        flush(game);
        MonitoringStore.Head head = store.head(game);
        Traffic traffic = store.traffic(game);
        long now = Math.max(clock.millis(), head.at() + 1);
        ObjectNode point = point(now, head, traffic.minus(head.traffic()), statistics.of(game, head.points()));
        return store.append(
                game,
                head,
                now,
                point,
                traffic,
                now - config.monitoringRetention().toMillis());
    }

    private static ObjectNode point(
            long now, MonitoringStore.Head head, Traffic traffic, UnifiedStatisticsService.Statistics statistics) {
        ObjectNode point = JsonNodeFactory.instance.objectNode();
        point.put("timestamp", ApiTime.text(now));
        point.put("periodSeconds", head.at() == 0 ? 0 : Math.round((now - head.at()) / 1000.0));
        point.put("requests", traffic.requests());
        point.put("errors", traffic.serverErrors());
        point.put("refused", traffic.clientErrors());
        point.put("latency", traffic.mean());
        point.put("latencyP50", traffic.percentile(0.5));
        point.put("latencyP99", traffic.percentile(0.99));
        ReplicationStatisticsService.Statistics replication = statistics.stateReplication();
        point.putObject("stateReplication")
                .put("totalEntities", replication.totalEntities())
                .put("totalStateHistory", replication.totalStateHistory())
                .put("totalPendingUpdates", replication.totalPendingUpdates())
                .put("totalConflicts", replication.totalConflicts())
                .put("totalPlayers", replication.totalPlayers())
                .put("totalCommits", replication.totalCommits())
                .put("averageReplicationLatency", replication.averageReplicationLatency());
        MigrationStatisticsService.Statistics migrations = statistics.dataMigration();
        point.putObject("dataMigration")
                .put("totalMigrations", migrations.totalMigrations())
                .put("appliedMigrations", migrations.appliedMigrations())
                .put("failedMigrations", migrations.failedMigrations())
                .put("pendingMigrations", migrations.pendingMigrations());
        LeaderboardStatisticsService.Statistics leaderboards = statistics.leaderboardStore();
        point.putObject("leaderboardStore")
                .put("totalLeaderboards", leaderboards.totalLeaderboards())
                .put("totalEntries", leaderboards.totalEntries())
                .put("updateQueueSize", leaderboards.updateQueueSize());
        point.put("integrationEvents", statistics.integrationEvents());
        return point;
    }

    /**
     * Returns data points that have not expired, oldest first. Cost: 1 RCU per 4 KB.
     *
     * @param since returns data points at or after this time, in Unix milliseconds
     */
    public List<ObjectNode> points(String game, long since, int limit) {
        long oldest = clock.millis() - config.monitoringRetention().toMillis();
        return store.points(game, Math.max(since, oldest), limit);
    }

    /** Whether an item of the integration table holds request counts, so that its change calls for a data point. */
    public static boolean isTraffic(String partitionKey) {
        return MonitoringStore.isTraffic(partitionKey);
    }

    /**
     * Returns the total number of versions with conflicts from the last data point at or before a time; 0 if there is
     * none. Cost: 0.5 RCU.
     *
     * @param at Unix milliseconds
     */
    long conflictsUntil(String game, long at) {
        return store.lastBefore(game, at).stream()
                .mapToLong(point ->
                        point.path("stateReplication").path("totalConflicts").asLong())
                .findFirst()
                .orElse(0);
    }
}
