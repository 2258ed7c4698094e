package dev.statecraft.integration;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * How the systems are.
 *
 * @param overallHealth ISSUES_DETECTED if that of a system is
 * @param systems by the name that statistics have it under
 * @param issues what is wrong
 * @param recommendations what to do about it, in the order of the issues
 */
public record HealthReport(
        Instant timestamp,
        Health overallHealth,
        Map<String, Health> systems,
        List<Issue> issues,
        List<String> recommendations) {

    /** How something is. */
    public enum Health {
        HEALTHY,
        ISSUES_DETECTED
    }

    /**
     * Something that is more than it should be.
     *
     * @param system which system it is about
     * @param measure what is too much, as statistics call it
     * @param value how much it is
     * @param threshold how much would be healthy still
     */
    @Schema(name = "HealthIssue")
    public record Issue(String system, String measure, double value, double threshold) {}
}
