package dev.statecraft.entry;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Named;
import org.jspecify.annotations.Nullable;

/** Where EventBridge schedules enter: work that is due by the clock and not by a request. */
@ApplicationScoped
@Named("schedule")
public class ScheduleHandler implements RequestHandler<ScheduleHandler.Tick, ScheduleHandler.Done> {

    /** What of an EventBridge scheduled event is used: the id it is logged by and the time it was due (ISO-8601). */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Tick(@Nullable String id, @Nullable String time) {}

    /** What one tick got done. */
    public record Done(int boards) {}

    @Override
    public Done handleRequest(Tick event, Context context) {
        return new Done(0);
    }
}
