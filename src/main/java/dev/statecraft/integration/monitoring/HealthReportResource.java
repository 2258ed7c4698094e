package dev.statecraft.integration.monitoring;

import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** HTTP API of the health report. Implements {@code getHealthReport} of the original Luau API. */
@Path("/v1/health-report")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "System")
public class HealthReportResource {

    private final HealthReportService reports;
    private final CurrentCaller caller;

    HealthReportResource(HealthReportService reports, CurrentCaller caller) {
        this.reports = reports;
        this.caller = caller;
    }

    /** Returns the health of the systems with recommendations. */
    @GET
    @Requires(Scope.SYSTEM_READ)
    @Operation(operationId = "getHealthReport", summary = "Get the health of the systems with recommendations")
    public HealthReport read() {
        return reports.of(caller.game());
    }
}
