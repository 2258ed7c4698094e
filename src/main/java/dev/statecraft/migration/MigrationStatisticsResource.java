package dev.statecraft.migration;

import dev.statecraft.access.CurrentCaller;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The seed's getMigrationStats over HTTP. */
@Path("/v1/stats/migrations")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Statistics")
public class MigrationStatisticsResource {

    private final MigrationService migrations;
    private final CurrentCaller caller;

    MigrationStatisticsResource(MigrationService migrations, CurrentCaller caller) {
        this.migrations = migrations;
        this.caller = caller;
    }

    /** Statistics of the game's migrations. */
    @GET
    @Operation(operationId = "getMigrationStats", summary = "Statistics of data migration")
    public MigrationService.Statistics read() {
        return migrations.statistics(caller.game());
    }
}
