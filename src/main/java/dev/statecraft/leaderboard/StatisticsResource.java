package dev.statecraft.leaderboard;

import dev.statecraft.access.CurrentCaller;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The seed's getLeaderboardStats over HTTP. */
@Path("/v1/stats/leaderboards")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Statistics")
public class StatisticsResource {

    private final StatisticsService statistics;
    private final CurrentCaller caller;

    StatisticsResource(StatisticsService statistics, CurrentCaller caller) {
        this.statistics = statistics;
        this.caller = caller;
    }

    /** Statistics of the game's leaderboards. */
    @GET
    @Operation(operationId = "getLeaderboardStats", summary = "Statistics of the leaderboards")
    public StatisticsService.Statistics read() {
        return statistics.of(caller.game());
    }
}
