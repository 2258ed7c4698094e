package dev.statecraft.entry;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.statecraft.access.Caller;
import dev.statecraft.integration.IntegrationUpkeepService;
import dev.statecraft.leaderboard.UpkeepService;
import dev.statecraft.replication.ConflictService;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Named;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where EventBridge schedules enter: work that is due by the clock and not by a request. Every tick looks at what is
 * due, so one that was missed or comes twice makes no difference.
 */
@ApplicationScoped
@Named("schedule")
public class ScheduleHandler implements RequestHandler<ScheduleHandler.Tick, ScheduleHandler.Done> {

    /** What is left of the time limit when no new work is begun any more. */
    private static final int RESERVE_MILLIS = 5_000;

    private final UpkeepService leaderboards;
    private final ConflictService conflicts;
    private final IntegrationUpkeepService integration;

    ScheduleHandler(UpkeepService leaderboards, ConflictService conflicts, IntegrationUpkeepService integration) {
        this.leaderboards = leaderboards;
        this.conflicts = conflicts;
        this.integration = integration;
    }

    /** What of an EventBridge scheduled event is used: the id it is logged by and the time it was due (ISO-8601). */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Tick(@Nullable String id, @Nullable String time) {}

    /**
     * What a tick got done.
     *
     * @param conflicts parked conflicts whose time was up, settled
     * @param integration steps of what ties the systems together
     */
    @RegisterForReflection
    public record Done(UpkeepService.Done leaderboards, int conflicts, int integration) {}

    @Override
    public Done handleRequest(Tick event, Context context) {
        BooleanSupplier timeLeft = () -> context.getRemainingTimeInMillis() > RESERVE_MILLIS;
        // Conflicts first: players wait for them.
        int settled = conflicts.settleDue(Caller.DEFAULT_GAME, timeLeft);
        UpkeepService.Done upkeep = leaderboards.run(Caller.DEFAULT_GAME, timeLeft);
        return new Done(upkeep, settled, integration.run(Caller.DEFAULT_GAME, timeLeft));
    }
}
