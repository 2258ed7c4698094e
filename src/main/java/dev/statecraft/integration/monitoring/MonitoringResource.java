package dev.statecraft.integration.monitoring;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.QueryParameters;
import dev.statecraft.integration.event.SourceChange;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** HTTP API of the monitoring data points. */
@Path("/v1/monitoring")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "System")
public class MonitoringResource {

    private final MonitoringService monitoring;
    private final CurrentCaller caller;

    MonitoringResource(MonitoringService monitoring, CurrentCaller caller) {
        this.monitoring = monitoring;
        this.caller = caller;
    }

    /**
     * A list page of data points, oldest first.
     *
     * @param nextSince timestamp of the next data point, null on the last page
     */
    public record PointList(
            List<ObjectNode> points, @Nullable String nextSince) {}

    /**
     * Lists the monitoring data points.
     *
     * @param since returns data points at or after this time, ISO-8601; all stored data points by default
     */
    @GET
    @Requires(Scope.SYSTEM_READ)
    @Operation(
            operationId = "listMonitoringPoints",
            summary = "List the monitoring data points, one per minute with activity")
    public PointList list(@QueryParam("since") @Nullable String since, @QueryParam("limit") @Nullable String limit) {
        int pageSize =
                (int) QueryParameters.integer("limit", limit, QueryParameters.MAX_LIMIT, 1, QueryParameters.MAX_LIMIT);
        List<ObjectNode> points = monitoring.points(caller.game(), since == null ? 0 : millis(since), pageSize + 1);
        return new PointList(
                points.subList(0, Math.min(pageSize, points.size())),
                points.size() > pageSize
                        ? points.get(pageSize).path("timestamp").asText()
                        : null);
    }

    private static long millis(String since) {
        return parsed(since)
                .filter(millis -> millis >= 0 && millis <= SourceChange.MAX_NUMBER)
                .orElseThrow(() -> new ProblemException(Problem.badRequest(
                        "since", "The parameter since must be a time such as 2026-01-31T12:00:00Z.")));
    }

    private static Optional<Long> parsed(String since) {
        try {
            return Optional.of(Instant.parse(since).toEpochMilli());
        } catch (DateTimeParseException | ArithmeticException e) {
            return Optional.empty();
        }
    }
}
