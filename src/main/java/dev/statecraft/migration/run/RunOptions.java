package dev.statecraft.migration.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.migration.definition.Definition;
import org.jspecify.annotations.Nullable;

/**
 * Options of a run, from its definition or else from the configuration.
 *
 * @param failureCount number of records that may fail before the run fails; null if it is not limited by a number
 * @param failurePercent percentage of records that may fail before the run fails; null if it is not limited by a
 *     percentage
 * @param canaryPercent percentage of records that are migrated first, by one worker; 0 for none
 * @param segments number of segments processed in parallel; null for the configured number, reduced for few records
 * @param pageSize maximum number of records per page
 * @param maxCapacity capacity units that may be consumed per second, read and write units together; 0 for no limit
 */
public record RunOptions(
        @Nullable Integer failureCount,
        @Nullable Double failurePercent,
        double canaryPercent,
        @Nullable Integer segments,
        int pageSize,
        int maxCapacity) {

    /** Values for options that a definition does not set. */
    public record Defaults(double canaryPercent, int pageSize, int maxCapacity) {}

    /** Reads the {@code options} of a definition. Registration has validated them. */
    public static RunOptions of(Definition definition, Defaults defaults) {
        JsonNode options = definition.source().path("options");
        JsonNode count = options.path("failureThreshold").path("count");
        JsonNode percent = options.path("failureThreshold").path("percent");
        JsonNode segments = options.path("segments");
        return new RunOptions(
                count.isNumber() ? count.intValue() : null,
                percent.isNumber() ? percent.doubleValue() : null,
                options.path("canaryPercent").asDouble(defaults.canaryPercent()),
                segments.isNumber() ? segments.intValue() : null,
                options.path("pageSize").asInt(defaults.pageSize()),
                options.path("maxCapacity").asInt(defaults.maxCapacity()));
    }

    /** A copy with another capacity limit. */
    RunOptions throttled(int maxCapacity) {
        return new RunOptions(failureCount, failurePercent, canaryPercent, segments, pageSize, maxCapacity);
    }

    /** Whether the number of failed records exceeds the threshold. Without a threshold, one failed record does. */
    public boolean exceeded(long failed, long total) {
        if (failureCount == null && failurePercent == null) {
            return failed > 0;
        }
        return (failureCount != null && failed > failureCount)
                || (failurePercent != null && failed * 100.0 > failurePercent * Math.max(1, total));
    }
}
