package dev.statecraft.integration;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.leaderboard.StatisticsService;
import dev.statecraft.migration.MigrationStatisticsService;
import dev.statecraft.replication.ReplicationStatisticsService;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;

/** Monitoring points: what there is and what was asked for, minute by minute, for plots. */
@ApplicationScoped
public class MonitoringService {

    private static final Logger LOG = Logger.getLogger(MonitoringService.class);

    private final MonitoringStore store;
    private final UnifiedStatisticsService statistics;
    private final IntegrationConfig config;
    private final Clock clock;
    private final Map<String, Gathered> gathered = new HashMap<>();
    private final int shard = ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE);

    MonitoringService(
            MonitoringStore store, UnifiedStatisticsService statistics, IntegrationConfig config, Clock clock) {
        this.store = store;
        this.statistics = statistics;
        this.config = config;
        this.clock = clock;
    }

    /** What this instance has counted and not written down. */
    private record Gathered(Traffic traffic, long since) {}

    /**
     * Notes a request that was answered. What an instance has counted is written down every few seconds, with a request
     * that comes then; what it counted last it may take with it when it ends.
     *
     * @param mayWait whether the thread may wait for it to be written down
     */
    public void answered(String game, int status, long millis, boolean mayWait) {
        if (!config.unifiedMonitoring()) {
            return;
        }
        long now = clock.millis();
        Traffic due = null;
        synchronized (gathered) {
            Gathered all = gathered.merge(
                    game,
                    new Gathered(Traffic.request(status, millis), now),
                    (old, more) -> new Gathered(old.traffic().plus(more.traffic()), old.since()));
            if (mayWait && now - all.since() >= config.trafficGathering().toMillis()) {
                due = all.traffic();
                gathered.remove(game);
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
            // A request is not to fail for a count of it; the next try brings it along.
            LOG.warn("what was counted of requests could not be written", e);
            synchronized (gathered) {
                gathered.merge(
                        game,
                        new Gathered(traffic, clock.millis()),
                        (old, more) -> new Gathered(old.traffic().plus(more.traffic()), old.since()));
            }
        }
    }

    /** Writes down what this instance has counted. */
    void flush(String game) {
        Gathered own;
        synchronized (gathered) {
            own = gathered.remove(game);
        }
        if (own != null) {
            write(game, own.traffic());
        }
    }

    /**
     * Takes a point, unless monitoring is off or somebody takes one at the same time.
     *
     * @return whether one was taken
     */
    public boolean sample(String game) {
        if (!config.unifiedMonitoring()) {
            return false;
        }
        flush(game);
        MonitoringStore.Head head = store.head(game);
        Traffic traffic = store.traffic(game);
        long now = Math.max(clock.millis(), head.at() + 1);
        ObjectNode point = point(now, head, traffic.since(head.traffic()), statistics.of(game));
        return store.take(
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
        point.put("timestamp", Times.text(now));
        point.put("periodSeconds", head.at() == 0 ? 0 : Math.round((now - head.at()) / 1000.0));
        point.put("requests", traffic.requests());
        point.put("errors", traffic.errors());
        point.put("refused", traffic.refused());
        point.put("latency", traffic.mean());
        point.put("latencyP50", traffic.within(0.5));
        point.put("latencyP99", traffic.within(0.99));
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
        StatisticsService.Statistics leaderboards = statistics.leaderboardStore();
        point.putObject("leaderboardStore")
                .put("totalLeaderboards", leaderboards.totalLeaderboards())
                .put("totalEntries", leaderboards.totalEntries())
                .put("updateQueueSize", leaderboards.updateQueueSize());
        point.put("integrationEvents", statistics.integrationEvents());
        return point;
    }

    /** Points from a time on (epoch milliseconds), in order. */
    public List<ObjectNode> points(String game, long since, int limit) {
        return store.points(game, since, limit);
    }

    /** Changes with conflicts there were up to a time, as the last point before it says; 0 if there is none. */
    long conflictsUntil(String game, long at) {
        return store.lastBefore(game, at).stream()
                .mapToLong(point ->
                        point.path("stateReplication").path("totalConflicts").asLong())
                .findFirst()
                .orElse(0);
    }
}
