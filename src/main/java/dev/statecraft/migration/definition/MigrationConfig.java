package dev.statecraft.migration.definition;

import dev.statecraft.migration.expression.ExpressionBounds;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.math.BigDecimal;
import java.time.Duration;

/** Limits and defaults of data migration. The first six are the MIGRATION_CONFIG of the original Luau API. */
@ConfigMapping(prefix = "statecraft.migration")
public interface MigrationConfig {

    /** Maximum attempts to migrate a record before it is quarantined. */
    @WithDefault("3")
    int maxMigrationAttempts();

    /** Maximum duration of one step of a run. The remaining work is another step. */
    @WithDefault("300s")
    Duration migrationTimeout();

    /** Whether the pre-migration state of each record is stored as a backup. Plans include the cost of backups. */
    @WithDefault("true")
    boolean backupBeforeMigration();

    /** Whether a failed run is rolled back automatically. */
    @WithDefault("true")
    boolean rollbackOnFailure();

    /** Maximum number of history entries in a list; all entries are stored. */
    @WithDefault("100")
    int maxMigrationHistory();

    /** Whether validation rules and invariants are checked. */
    @WithDefault("true")
    boolean validationEnabled();

    /** Maximum number of registered migrations of a game. */
    @WithDefault("1000")
    int maxMigrations();

    /** Maximum size of a definition as JSON, in bytes: it has to fit into one stored item. */
    @WithDefault("262144")
    int definitionBytes();

    /** Maximum length of a description, message or reason, in characters. */
    @WithDefault("1024")
    int descriptionLength();

    /** Maximum number of operations of one direction of a migration. */
    @WithDefault("200")
    int operations();

    /** Maximum number of validation rules of a migration, and maximum number of invariants. */
    @WithDefault("50")
    int rules();

    /** Limits of expressions. */
    Expressions expressions();

    /** Limits of CEL expressions: the first two of the text at registration, the others of one evaluation. */
    interface Expressions {
        /** Maximum length of an expression, in characters. */
        @WithDefault("16384")
        int length();

        /** Maximum nesting depth of operators and calls; at most 250. */
        @WithDefault("200")
        int depth();

        /**
         * Maximum cost of an evaluation: evaluated nodes, and elements and 16 characters each of the values they
         * handle.
         */
        @WithDefault("1000000")
        long cost();

        /** Maximum number of iterations of all comprehensions of an evaluation together. */
        @WithDefault("100000")
        long iterations();

        /** Maximum size of a value that an expression creates, in characters and values; a state has at most 350 KB. */
        @WithDefault("1048576")
        int valueLength();
    }

    /**
     * How long an instance caches the migrations with which it converts records while they are read. 0 disables the
     * cache.
     */
    @WithDefault("30s")
    Duration schemaCache();
    /** Default percentage of the records that are migrated before all others. */
    @WithDefault("1")
    double canaryPercent();

    /** Default number of segments that are processed in parallel; reduced for few records. */
    @WithDefault("4")
    int segments();

    /** Default number of records of a page; at most 90. */
    @WithDefault("50")
    int pageSize();

    /** Default limit of the capacity units that a run consumes per second; 0 for no limit. */
    @WithDefault("0")
    int maxCapacity();

    /** Maximum number of items of any type that one scan request reads; DynamoDB also limits a request to 1 MB. */
    @WithDefault("1000")
    int scanItems();

    /** How long the lease of a segment has to be unchanged before another worker may take it. */
    @WithDefault("15s")
    Duration lease();

    /**
     * Time from a change of the schema version of new entities to the last scan of the run, which then finds every entity
     * that was written with the version before. Must exceed {@code statecraft.replication.type-cache}, and {@code
     * statecraft.leaderboard.board-cache} for metadata, plus the time limit of the functions that write for callers and
     * schedules, 55 s.
     */
    @WithDefault("60s")
    Duration settleAfter();

    /** Remaining time of a step below which no new page starts; at most half of the time of the step. */
    @WithDefault("3s")
    Duration stepReserve();

    /** Default time that a request waits for its runs. */
    @WithDefault("5s")
    Duration applyWait();

    /** Maximum time that a request may wait; API Gateway times out after 30 seconds. */
    @WithDefault("25s")
    Duration longestWait();

    /** Number of segments that a request processes in parallel. */
    @WithDefault("4")
    int workers();

    /** How long backups are stored. The backup of the last migration of a type is stored longer. */
    @WithDefault("30d")
    Duration backupRetention();

    /** Minimum interval between attempts to resume an unfinished run whose worker may have died. */
    @WithDefault("5m")
    Duration takeUpInterval();

    /** How long a page leased to a game server has to be unchanged before another server may lease it. */
    @WithDefault("60s")
    Duration workLease();

    /**
     * Maximum bytes of the states of a page leased to a game server, uncompressed; one larger state is a page of its
     * own.
     */
    @WithDefault("1000000")
    long workBytes();

    /** Settings of migrations that one game server performs as a whole. */
    Script script();

    /**
     * A game server makes attempts under a lease. An attempt that neither completes nor stores a part of its backup for
     * {@code migration-timeout} has failed.
     */
    interface Script {
        /** Time before the second attempt; it doubles with each further one. */
        @WithDefault("1s")
        Duration firstRetry();

        /** Maximum time that a game server waits before it asks again. */
        @WithDefault("5s")
        Duration poll();

        /** Maximum size of a backup as JSON, in bytes. */
        @WithDefault("5242880")
        int backupBytes();

        /** Maximum size of a part of a backup as JSON, in bytes: it has to fit into one stored item. */
        @WithDefault("350000")
        int partBytes();

        /** Maximum number of parts of a backup. */
        @WithDefault("200")
        int parts();

        /** Size up to which a lease contains the backup, in bytes. A larger one is read in parts. */
        @WithDefault("1000000")
        int inlineBytes();
    }

    /** Settings of plans (dry runs). */
    Plan plan();

    /** A plan counts all records and samples some of them. */
    interface Plan {
        /** Number of sampled records; if there are no more records, the plan is exact. */
        @WithDefault("500")
        int sample();

        /** Number of sampled records shown before and after the migration. */
        @WithDefault("5")
        int shown();

        /** Maximum number of failed records in a plan. */
        @WithDefault("20")
        int failures();

        /** Maximum number of warnings in a plan. */
        @WithDefault("50")
        int warnings();

        /** Maximum duration of a plan; records not sampled until then are left out. */
        @WithDefault("20s")
        Duration timeout();

        /** Price of a million read units in US dollars: on demand, us-east-1. */
        @WithDefault("0.125")
        BigDecimal pricePerMillionReads();

        /** Price of a million write units in US dollars: on demand, us-east-1. */
        @WithDefault("0.625")
        BigDecimal pricePerMillionWrites();
    }

    /** The bounds of one evaluation of an expression. */
    default ExpressionBounds bounds() {
        return new ExpressionBounds(
                expressions().cost(), expressions().iterations(), expressions().valueLength(), cost -> {});
    }

    /** The limits of a definition. */
    default DefinitionLimits limits() {
        return new DefinitionLimits(
                descriptionLength(), expressions().length(), expressions().depth(), operations(), rules());
    }
}
