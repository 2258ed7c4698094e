package dev.statecraft.lambda;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/**
 * Configuration of the one-shot schedules that call the schedule function when work is due. template.yaml sets all three
 * unless {@code ScheduleMode} is {@code every-minute}.
 */
@ConfigMapping(prefix = "statecraft.schedule")
public interface TickSchedulerConfig {

    /**
     * Name of the EventBridge Scheduler group in which schedules are created. Without it, as in dev mode, none are created,
     * and the schedule function must be called every minute.
     */
    Optional<String> group();

    /** ARN of the schedule function, which the schedules call. Required with a group. */
    Optional<String> target();

    /** ARN of the role with which EventBridge Scheduler calls the schedule function. Required with a group. */
    Optional<String> role();
}
