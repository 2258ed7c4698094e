package dev.statecraft.migration.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.migration.expression.ErrorText;
import java.math.BigDecimal;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What a migration would do, as it was tried out on some records.
 *
 * @param version the migration
 * @param matching how many entities of its type there are
 * @param complete whether all of them were counted; if not, there are more
 * @param sampled how many were tried out, picked evenly from all; where that is all of them the plan is exact
 * @param current how many of those went through this migration, or a later one, already
 * @param wouldChange how many would be changed; reckoned from the sample where that is not all
 * @param samples some records before and after
 * @param failures some of the records of the sample that cannot be migrated, or break a rule
 * @param failed how many of the sample those are
 * @param size how the states of the sample grow
 * @param reversible whether going down gives back what there was; null if there is no way down
 * @param idempotent whether doing it twice is doing it once, as far as that is claimed
 * @param lost the paths of which something is lost for good but for the backup
 * @param invariants sums over the sample
 * @param estimate what applying it to all would consume
 * @param cost what the expressions cost for one record; null if no expression was evaluated
 * @param warnings what expressions changed that their authors may not have meant, the most frequent first
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

    /** One record before and after. */
    @Schema(name = "PlanSample")
    public record Sample(String id, String space, JsonNode before, JsonNode after) {}

    /** One record that cannot be migrated, or breaks a rule; why. */
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
     * @param limit the most that one evaluation may take
     */
    @Schema(name = "PlanCost")
    public record Cost(long average, long largest, long limit) {}

    /** Bytes of JSON over the changed records of the sample; {@code limit} is the most that one may have. */
    @Schema(name = "PlanSize")
    public record Size(long before, long after, long largest, int limit) {}

    /**
     * A property that was tried out.
     *
     * @param claimed whether the definition claims it
     * @param broken of how many records of the sample it does not hold
     * @param example one of those, null if there is none
     */
    @Schema(name = "PlanCheck")
    public record Check(
            boolean claimed, int broken, @Nullable String example) {}

    /** A sum over the sample that is to stay the same. */
    @Schema(name = "PlanInvariant")
    public record Sum(String expression, BigDecimal before, BigDecimal after, boolean holds) {}

    /** Units of DynamoDB's capacity, backups included where they are made, and what they cost in US dollars. */
    @Schema(name = "PlanEstimate")
    public record Estimate(long readUnits, long writeUnits, BigDecimal price) {}
}
