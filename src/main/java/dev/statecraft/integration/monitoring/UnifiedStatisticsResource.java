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

/** HTTP API of the statistics of all systems. Implements {@code getUnifiedStats} of the original Luau API. */
@Path("/v1/stats")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "System")
public class UnifiedStatisticsResource {

    private final UnifiedStatisticsService statistics;
    private final CurrentCaller caller;

    UnifiedStatisticsResource(UnifiedStatisticsService statistics, CurrentCaller caller) {
        this.statistics = statistics;
        this.caller = caller;
    }

    /** Returns the statistics of all systems. */
    @GET
    @Requires(Scope.SYSTEM_READ)
    @Operation(operationId = "getUnifiedStats", summary = "Get the statistics of all systems")
    public UnifiedStatisticsService.Statistics read() {
        return statistics.of(caller.game());
    }
}
