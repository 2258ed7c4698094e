package dev.statecraft.entry;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.statecraft.access.Caller;
import dev.statecraft.leaderboard.UpkeepService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Named;
import org.jspecify.annotations.Nullable;

/**
 * Where EventBridge schedules enter: work that is due by the clock and not by a request. Every tick looks at what is
 * due, so one that was missed or comes twice makes no difference.
 */
@ApplicationScoped
@Named("schedule")
public class ScheduleHandler implements RequestHandler<ScheduleHandler.Tick, UpkeepService.Done> {

    /** What is left of the time limit when no new work is begun any more. */
    private static final int RESERVE_MILLIS = 5_000;

    private final UpkeepService leaderboards;

    ScheduleHandler(UpkeepService leaderboards) {
        this.leaderboards = leaderboards;
    }

    /** What of an EventBridge scheduled event is used: the id it is logged by and the time it was due (ISO-8601). */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Tick(@Nullable String id, @Nullable String time) {}

    @Override
    public UpkeepService.Done handleRequest(Tick event, Context context) {
        return leaderboards.run(Caller.DEFAULT_GAME, () -> context.getRemainingTimeInMillis() > RESERVE_MILLIS);
    }
}
