package dev.statecraft.integration;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** What ties the systems together; the first four are switches of the seed's. */
@ConfigMapping(prefix = "statecraft.integration")
public interface IntegrationConfig {

    /** Whether pending migrations are applied by the schedule. */
    @WithDefault("true")
    boolean autoMigrationTrigger();

    /** Whether the top of each board is replicated as an entity. */
    @WithDefault("true")
    boolean leaderboardReplication();

    /** Whether monitoring points are taken and requests counted for them. */
    @WithDefault("true")
    boolean unifiedMonitoring();

    /** Whether boards follow the entities they are bound to, and what they show is compared with them. */
    @WithDefault("true")
    boolean crossSystemValidation();

    /** How often at most the top of a board is replicated. */
    @WithDefault("10s")
    Duration leaderboardReplicationInterval();

    /** Places of a board that are replicated. */
    @WithDefault("10")
    int leaderboardReplicationPlaces();

    /** How long an instance goes on with the bindings of boards it has read. */
    @WithDefault("1s")
    Duration bindingCache();

    /** How long events stay in the feed. */
    @WithDefault("7d")
    Duration eventRetention();

    /** How long it is remembered what was told already; longer than any stream keeps its records. */
    @WithDefault("30d")
    Duration markRetention();

    /** How long monitoring points are kept. */
    @WithDefault("1d")
    Duration monitoringRetention();

    /** How long an instance gathers what it knows of requests before it is written down. */
    @WithDefault("5s")
    Duration trafficGathering();

    /** The EventBridge bus that events are put on; none if it is not said. */
    Optional<String> bus();

    /** What is too much. */
    Thresholds thresholds();

    /** Longest a synchronization works before it answers; what is left goes on by the schedule or the next call. */
    @WithDefault("20s")
    Duration synchronizationTime();

    /** Entries of a board up to which its rank tree is recounted by a synchronization. */
    @WithDefault("20000")
    long recountedEntries();

    /** How long a check of readiness waits for the tables, and how long its outcome is kept. */
    Readiness readiness();

    /** From when on a health report names an issue; each is the highest value that is still healthy. */
    interface Thresholds {
        /** Changes with conflicts within the window. */
        @WithDefault("10")
        long conflicts();

        /** How far back conflicts count. */
        @WithDefault("1h")
        Duration conflictWindow();

        /** Updates that wait for somebody to decide. */
        @WithDefault("20")
        long pendingUpdates();

        /** Milliseconds from a commit to its delivery, on average. */
        @WithDefault("1000")
        double replicationLatency();

        /** Migrations that failed. */
        @WithDefault("0")
        long failedMigrations();

        /** Migrations that wait to be applied. */
        @WithDefault("10")
        long pendingMigrations();

        /** Scores that the rankings do not count yet. */
        @WithDefault("1000")
        long updateQueue();
    }

    /** The check of readiness. */
    interface Readiness {
        @WithDefault("2s")
        Duration timeout();

        @WithDefault("5s")
        Duration cache();
    }
}
