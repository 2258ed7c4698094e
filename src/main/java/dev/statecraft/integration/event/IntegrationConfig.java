package dev.statecraft.integration.event;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Configuration of the integration of the systems. The first four are options of the original Luau API. */
@ConfigMapping(prefix = "statecraft.integration")
public interface IntegrationConfig {

    /** If true, pending migrations are applied on a schedule. */
    @WithDefault("true")
    boolean autoMigrationTrigger();

    /** If true, the top entries of each board are replicated as an entity. */
    @WithDefault("true")
    boolean leaderboardReplication();

    /** If true, requests are counted and monitoring data points are recorded. */
    @WithDefault("true")
    boolean unifiedMonitoring();

    /**
     * If true, entity changes are submitted as scores to the boards that are bound to the entity type, and these boards
     * are compared with their entities.
     */
    @WithDefault("true")
    boolean crossSystemValidation();

    /** Minimum interval between two replications of a board's top entries. */
    @WithDefault("10s")
    Duration leaderboardReplicationInterval();

    /** Number of top entries of a board that are replicated. */
    @WithDefault("10")
    int leaderboardReplicationPlaces();

    /** How long an instance caches the bindings of boards. */
    @WithDefault("1s")
    Duration bindingCache();

    /** How long events are kept in the event feed. */
    @WithDefault("7d")
    Duration eventRetention();

    /**
     * How long source positions and applied versions are kept. Must be longer than the retention of any stream,
     * because they detect repeated deliveries.
     */
    @WithDefault("30d")
    Duration markRetention();

    /** How long monitoring data points are kept. */
    @WithDefault("1d")
    Duration monitoringRetention();

    /** How long an instance accumulates request counts before it writes them. */
    @WithDefault("5s")
    Duration trafficGathering();

    /** The EventBridge bus that receives the events; template.yaml sets it. Without it, no events are published. */
    Optional<String> bus();

    /** Thresholds of the health report. */
    Thresholds thresholds();

    /** Time budget of a system synchronization. The schedule and the next call continue with the remaining work. */
    @WithDefault("20s")
    Duration synchronizationTime();

    /** Maximum number of entries of a board that a system synchronization compares with its rank tree. */
    @WithDefault("20000")
    long recountedEntries();

    /** Settings of the readiness check. */
    Readiness readiness();

    /** Thresholds of the health report. Each is the highest healthy value; a higher value is reported as an issue. */
    interface Thresholds {
        /** Number of versions with conflicts within the conflict window. */
        @WithDefault("10")
        long conflicts();

        /** Length of the time window in which conflicts are counted; it ends now. */
        @WithDefault("1h")
        Duration conflictWindow();

        /** Number of parked conflicts. */
        @WithDefault("20")
        long pendingUpdates();

        /** Average time from a commit to its delivery, in milliseconds. */
        @WithDefault("1000")
        double replicationLatency();

        /** Number of failed migrations. */
        @WithDefault("0")
        long failedMigrations();

        /** Number of pending migrations. */
        @WithDefault("10")
        long pendingMigrations();

        /** Number of scores that are not in the rank trees yet. */
        @WithDefault("1000")
        long updateQueue();
    }

    /** Settings of the readiness check. */
    interface Readiness {
        /** How long the check waits for the tables. */
        @WithDefault("2s")
        Duration timeout();

        /** How long the result of the check is cached. */
        @WithDefault("5s")
        Duration cache();
    }
}
