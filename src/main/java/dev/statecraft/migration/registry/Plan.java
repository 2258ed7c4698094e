package dev.statecraft.migration.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.migration.expression.ErrorText;
import java.math.BigDecimal;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Result of the dry run of a migration on sampled records.
 *
 * @param version the migration
 * @param matching number of counted entities of the type
 * @param complete whether all entities were counted; if false, there are more
 * @param sampled number of sampled records, chosen uniformly; if all records were sampled, the plan is exact
 * @param current number of sampled records that already have the schema version of this migration or a later one
 * @param wouldChange number of records that would be changed; extrapolated from the sample
 * @param samples some sampled records before and after the migration
 * @param failures some sampled records that cannot be migrated or violate a rule
 * @param failed number of sampled records that failed
 * @param size sizes of the changed states of the sample
 * @param reversible check that {@code down} restores the state; null if there is no {@code down} to check
 * @param idempotent check that applying the migration twice has the effect of applying it once
 * @param lost paths of values that are lost except for the backup
 * @param invariants sums over the sample
 * @param estimate estimated capacity and price of migrating all records
 * @param cost cost of the expressions of one record; null if no expression was evaluated
 * @param warnings changes of expressions that may be unintended, the most frequent first
 */
@Schema(name = "MigrationPlan")
public record Plan(
        String version,
        long matching,
        boolean complete,
        int sampled,
        int current,
        long wouldChange,
        List<Sample> samples,
        List<Failure> failures,
        int failed,
        Size size,
        @Nullable Check reversible,
        Check idempotent,
        List<String> lost,
        List<Sum> invariants,
        Estimate estimate,
        @Nullable Cost cost,
        List<PlanWarning> warnings) {

    /** A record before and after the migration. */
    @Schema(name = "PlanSample")
    public record Sample(String id, String space, JsonNode before, JsonNode after) {}

    /** A record that cannot be migrated or violates a rule, with the reason. */
    @Schema(name = "PlanFailure")
    public record Failure(String id, String space, String reason) {

        /** Bounds the reason. */
        public Failure {
            reason = ErrorText.bounded(reason);
        }
    }

    /**
     * Steps that the expressions of {@code up}, the rules and the invariants take for one record.
     *
     * @param average over the sample
     * @param largest of the sample
     * @param limit maximum of one evaluation
     */
    @Schema(name = "PlanCost")
    public record Cost(long average, long largest, long limit) {}

    /** Bytes of JSON of the changed states of the sample; {@code limit} is the maximum of one state. */
    @Schema(name = "PlanSize")
    public record Size(long before, long after, long largest, int limit) {}

    /**
     * A property that was checked on the sample.
     *
     * @param claimed whether the definition claims it
     * @param broken number of sampled records for which the property does not hold
     * @param example id of one of these entities; null if there is none
     */
    @Schema(name = "PlanCheck")
    public record Check(
            boolean claimed, int broken, @Nullable String example) {}

    /** An invariant sum over the sample. */
    @Schema(name = "PlanInvariant")
    public record Sum(String expression, BigDecimal before, BigDecimal after, boolean holds) {}

    /** Estimated DynamoDB capacity units, including backups if they are enabled, and the price in US dollars. */
    @Schema(name = "PlanEstimate")
    public record Estimate(long readUnits, long writeUnits, BigDecimal price) {}
}
