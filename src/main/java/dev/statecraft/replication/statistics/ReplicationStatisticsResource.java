package dev.statecraft.replication.statistics;

import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** HTTP API of the replication statistics. Implements {@code getReplicationStats} of the original Luau API. */
@Path("/v1/stats/replication")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Statistics")
public class ReplicationStatisticsResource {

    private final ReplicationStatisticsService statistics;
    private final CurrentCaller caller;

    ReplicationStatisticsResource(ReplicationStatisticsService statistics, CurrentCaller caller) {
        this.statistics = statistics;
        this.caller = caller;
    }

    /** Returns the replication statistics of the game. */
    @GET
    @Requires(Scope.SYSTEM_READ)
    @Operation(operationId = "getReplicationStats", summary = "Get the statistics of state replication")
    public ReplicationStatisticsService.Statistics read() {
        return statistics.of(caller.game());
    }
}
