package dev.statecraft.migration.upkeep;

import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Implements {@code getMigrationStats} of the original Luau API over HTTP. */
@Path("/v1/stats/migrations")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Statistics")
public class MigrationStatisticsResource {

    private final MigrationStatisticsService statistics;
    private final CurrentCaller caller;

    MigrationStatisticsResource(MigrationStatisticsService statistics, CurrentCaller caller) {
        this.statistics = statistics;
        this.caller = caller;
    }

    /** Returns the statistics of the game's migrations. */
    @GET
    @Requires(Scope.SYSTEM_READ)
    @Operation(operationId = "getMigrationStats", summary = "Get the statistics of data migration")
    public MigrationStatisticsService.Statistics read() {
        return statistics.of(caller.game());
    }
}
