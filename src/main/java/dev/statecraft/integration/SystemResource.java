package dev.statecraft.integration;

import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The seed's System Integration Manager over HTTP. */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "System")
public class SystemResource {

    private final UnifiedStatisticsService statistics;
    private final HealthReportService reports;
    private final SynchronizationService synchronization;
    private final CurrentCaller caller;

    SystemResource(
            UnifiedStatisticsService statistics,
            HealthReportService reports,
            SynchronizationService synchronization,
            CurrentCaller caller) {
        this.statistics = statistics;
        this.reports = reports;
        this.synchronization = synchronization;
        this.caller = caller;
    }

    /** How much there is in each of the systems. */
    @GET
    @Requires(Scope.SYSTEM_READ)
    @Path("/stats")
    @Operation(operationId = "getUnifiedStats", summary = "Statistics of all systems")
    public UnifiedStatisticsService.Statistics stats() {
        return statistics.of(caller.game());
    }

    /** How the systems are, and what to do about it. */
    @GET
    @Requires(Scope.SYSTEM_READ)
    @Path("/health-report")
    @Operation(operationId = "getHealthReport", summary = "How the systems are, and what to do")
    public HealthReport healthReport() {
        return reports.of(caller.game());
    }

    /** Checks the systems against each other and mends what can be mended. */
    @POST
    @Requires(Scope.SYSTEM_ADMIN)
    @Path("/synchronize")
    @Operation(operationId = "forceSystemSynchronization", summary = "Check and mend the systems")
    public SynchronizationService.Outcome synchronize() {
        return synchronization.synchronize(caller.game());
    }
}
