package dev.statecraft.migration.definition;

import dev.statecraft.migration.expression.ExpressionBounds;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.math.BigDecimal;
import java.time.Duration;

/** Limits and defaults of data migration; the first six are the seed's MIGRATION_CONFIG. */
@ConfigMapping(prefix = "statecraft.migration")
public interface MigrationConfig {

    /** How often a record is tried before it is put aside. */
    @WithDefault("3")
    int maxMigrationAttempts();

    /** Longest a single step of a run may take. */
    @WithDefault("300s")
    Duration migrationTimeout();

    /** Whether records are kept as they were before a migration changes them. */
    @WithDefault("true")
    boolean backupBeforeMigration();

    /** Whether a run that fails is rolled back at once. */
    @WithDefault("true")
    boolean rollbackOnFailure();

    /** Most entries of the ledger that are listed; the ledger itself keeps all. */
    @WithDefault("100")
    int maxMigrationHistory();

    /** Whether validation rules and invariants are looked at. */
    @WithDefault("true")
    boolean validationEnabled();

    /** Most migrations a game can have registered. */
    @WithDefault("1000")
    int maxMigrations();

    /** Longest definition, as JSON: it has to fit into one stored item. */
    @WithDefault("262144")
    int definitionBytes();

    /** Longest description, message or reason, in characters. */
    @WithDefault("1024")
    int descriptionLength();

    /** Most operations of one direction of a migration. */
    @WithDefault("200")
    int operations();

    /** Most validation rules of a migration, and most invariants. */
    @WithDefault("50")
    int rules();

    /** Limits of expressions. */
    Expressions expressions();

    /** Limits of CEL expressions: the first two when they are registered, the others for one evaluation each. */
    interface Expressions {
        /** Longest text of an expression, in characters. */
        @WithDefault("16384")
        int length();

        /** How deep operators and calls may be nested; at most 250. */
        @WithDefault("200")
        int depth();

        /** Largest cost of an evaluation: evaluated nodes, and elements and 16 characters each of what they handle. */
        @WithDefault("1000000")
        long cost();

        /** Most iterations of all comprehensions of an evaluation together. */
        @WithDefault("100000")
        long iterations();

        /** Largest value an expression may make, in characters and values; a state has at most 350 KB. */
        @WithDefault("1048576")
        int valueLength();
    }

    /**
     * How long an instance may go on with the migrations it knows when it upgrades records while they are read. 0 reads
     * them each time.
     */
    @WithDefault("30s")
    Duration schemaCache();
    /** The share of the records that is migrated before all others, where a definition does not say. */
    @WithDefault("1")
    double canaryPercent();

    /** Parts of the table that are worked on side by side, where a definition does not say; fewer if there is little. */
    @WithDefault("4")
    int segments();

    /** Records of a page, where a definition does not say; at most 90. */
    @WithDefault("50")
    int pageSize();

    /** Units of capacity that a run may consume a second, where a definition does not say; 0 for no limit. */
    @WithDefault("0")
    int maxCapacity();

    /** Items that one look at the table goes over, of whatever type; it ends at 1 MB in any case. */
    @WithDefault("1000")
    int scanItems();

    /** How long the lease of a segment has to stand still before somebody else may take it. */
    @WithDefault("15s")
    Duration lease();

    /** What is left of a step's time when no new page is begun; half of the time where there is little. */
    @WithDefault("3s")
    Duration stepReserve();

    /** How long a request waits for its runs, unless it says. */
    @WithDefault("5s")
    Duration applyWait();

    /** The longest a request may wait: API Gateway gives up after 30 seconds. */
    @WithDefault("25s")
    Duration longestWait();

    /** Segments that a request works on side by side. */
    @WithDefault("4")
    int workers();

    /** How long records are kept as they were; those of the last migration of a type are kept longer. */
    @WithDefault("30d")
    Duration backupRetention();

    /** How often at most a run that has not ended is taken up, in case nobody is at it any more. */
    @WithDefault("5m")
    Duration takeUpInterval();

    /** How long a page that a game server was handed has to stand still before another server may be handed it. */
    @WithDefault("60s")
    Duration workLease();

    /** Plain bytes of the states of a page that is handed to a game server, unless a single one has more. */
    @WithDefault("1000000")
    long workBytes();

    /** How records are tried out before a migration is applied. */
    Plan plan();

    /** A plan counts all records and tries out some. */
    interface Plan {
        /** How many records are tried out; where there are no more, the plan is exact. */
        @WithDefault("500")
        int sample();

        /** How many of them are shown, before and after. */
        @WithDefault("5")
        int shown();

        /** How many records that fail are told. */
        @WithDefault("20")
        int failures();

        /** How many warnings are reported at most. */
        @WithDefault("50")
        int warnings();

        /** Longest a plan may take; what was not tried out until then is not. */
        @WithDefault("20s")
        Duration timeout();

        /** US dollars for a million read units: on demand, us-east-1. */
        @WithDefault("0.125")
        BigDecimal pricePerMillionReads();

        /** US dollars for a million write units: on demand, us-east-1. */
        @WithDefault("0.625")
        BigDecimal pricePerMillionWrites();
    }

    /** The bounds of an evaluation. */
    default ExpressionBounds bounds() {
        return new ExpressionBounds(
                expressions().cost(), expressions().iterations(), expressions().valueLength(), cost -> {});
    }

    /** How much a definition may hold. */
    default DefinitionLimits limits() {
        return new DefinitionLimits(
                descriptionLength(), expressions().length(), expressions().depth(), operations(), rules());
    }
}
