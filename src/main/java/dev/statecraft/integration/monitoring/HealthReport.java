package dev.statecraft.integration.monitoring;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Health of the systems of a game.
 *
 * @param overallHealth ISSUES_DETECTED if at least one system has issues
 * @param systems health by system; the names are those of the statistics
 * @param issues values above their thresholds
 * @param recommendations human-readable recommendation for each issue, in the order of the issues
 */
public record HealthReport(
        Instant timestamp,
        Health overallHealth,
        Map<String, Health> systems,
        List<Issue> issues,
        List<String> recommendations) {

    /** Health of a system. */
    public enum Health {
        HEALTHY,
        ISSUES_DETECTED
    }

    /**
     * A value above its threshold.
     *
     * @param system name of the system
     * @param measure name of the value; most are named as in the statistics
     * @param value current value
     * @param threshold highest healthy value
     */
    @Schema(name = "HealthIssue")
    public record Issue(String system, String measure, double value, double threshold) {}
}
