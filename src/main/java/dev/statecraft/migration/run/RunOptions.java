package dev.statecraft.migration.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.migration.definition.Definition;
import org.jspecify.annotations.Nullable;

/**
 * How a run goes about it, as its definition says or else the configuration.
 *
 * @param failureCount so many records may fail before the run does; null if nothing was said about their number
 * @param failurePercent such a share of the records may; null if nothing was said about that
 * @param canaryPercent the share that is migrated first, by one worker; 0 for none
 * @param segments the parts that are worked on side by side; null for as many as configured, and fewer where there is
 *     little to do
 * @param pageSize records of a page, at most
 * @param maxCapacity units of capacity that are used a second, reads and writes taken together; 0 for no limit
 */
public record RunOptions(
        @Nullable Integer failureCount,
        @Nullable Double failurePercent,
        double canaryPercent,
        @Nullable Integer segments,
        int pageSize,
        int maxCapacity) {

    /** What counts where a definition says nothing. */
    public record Defaults(double canaryPercent, int pageSize, int maxCapacity) {}

    /** Reads the {@code options} of a definition, which were checked when it was registered. */
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

    /** The same with another limit of capacity. */
    RunOptions throttled(int maxCapacity) {
        return new RunOptions(failureCount, failurePercent, canaryPercent, segments, pageSize, maxCapacity);
    }

    /** Whether so many failures of so many records are too many. Where nothing was said, one is. */
    public boolean exceeded(long failed, long total) {
        if (failureCount == null && failurePercent == null) {
            return failed > 0;
        }
        return (failureCount != null && failed > failureCount)
                || (failurePercent != null && failed * 100.0 > failurePercent * Math.max(1, total));
    }
}
