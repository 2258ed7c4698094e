package dev.statecraft.leaderboard.upkeep;

import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.http.Etag;
import dev.statecraft.leaderboard.listing.CachePolicy;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** HTTP resource of the leaderboard statistics. Implements {@code getLeaderboardStats} of the original Luau API. */
@Path("/v1/stats/leaderboards")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Statistics")
public class LeaderboardStatisticsResource {

    private final LeaderboardStatisticsService statistics;
    private final CachePolicy freshness;
    private final CurrentCaller caller;

    LeaderboardStatisticsResource(
            LeaderboardStatisticsService statistics, CachePolicy freshness, CurrentCaller caller) {
        this.statistics = statistics;
        this.freshness = freshness;
        this.caller = caller;
    }

    /** Reads the statistics of the game's leaderboards. */
    @GET
    @Requires(Scope.SYSTEM_READ)
    @Operation(operationId = "getLeaderboardStats", summary = "Get the statistics of the leaderboards")
    public RestResponse<LeaderboardStatisticsService.Statistics> read(
            @QueryParam("fresh") @Nullable String fresh, @HeaderParam("If-None-Match") List<String> ifNoneMatch) {
        boolean bypassCache = freshness.bypasses(caller.get(), fresh);
        LeaderboardStatisticsService.Statistics read = statistics.of(caller.game(), bypassCache);
        return Etag.answer(Etag.of(read.toString()), ifNoneMatch, freshness.cacheControl(bypassCache), () -> read);
    }
}
