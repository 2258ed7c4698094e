package dev.statecraft.lambda;

import dev.statecraft.table.Counters;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.services.scheduler.SchedulerClient;
import software.amazon.awssdk.services.scheduler.model.ActionAfterCompletion;
import software.amazon.awssdk.services.scheduler.model.ConflictException;
import software.amazon.awssdk.services.scheduler.model.CreateScheduleRequest;
import software.amazon.awssdk.services.scheduler.model.FlexibleTimeWindowMode;
import software.amazon.awssdk.services.scheduler.model.ValidationException;

/**
 * Requests ticks, which are calls of the schedule function. A tick is a one-shot schedule of EventBridge Scheduler, which
 * EventBridge Scheduler deletes after its call. Its name is the minute, so all requests for the same minute create one schedule, and no
 * state is stored elsewhere. Each instance remembers the minutes that it requested and sends one request for each.
 *
 * <p>A tick is always in a minute that has not started when it is requested. So the tick sees every write before the
 * request, and a schedule of the same name cannot have fired. EventBridge Scheduler calls its target within the minute, not
 * at its first second.
 *
 * <p>Without a configured group, nothing is requested: the schedule function is called every minute.
 */
@ApplicationScoped
public class TickScheduler {

    private static final Logger LOG = Logger.getLogger(TickScheduler.class);

    /**
     * Minimum time from a request to its tick: more than the duration of a request, the difference between clocks and the
     * delay of an index, because EventBridge Scheduler rejects a time that has passed. Less than the shortest deadline of a
     * parked conflict, so that its tick is not a minute later than with a call every minute.
     */
    private static final Duration LEAD = Duration.ofSeconds(3);

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int DELIVERY_ATTEMPTS = 10;
    private static final int DELIVERY_AGE_SECONDS = 3_600;

    /** Number of remembered minutes at which those that have passed are removed. */
    private static final int REMEMBERED = 128;

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("'tick-'yyyyMMdd'T'HHmm").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter EXPRESSION =
            DateTimeFormatter.ofPattern("'at('yyyy-MM-dd'T'HH:mm:ss')'").withZone(ZoneOffset.UTC);

    private final TickSchedulerConfig config;
    private final Counters counters;
    private final Clock clock;
    private final Set<Instant> requested = ConcurrentHashMap.newKeySet();
    private @Nullable SchedulerClient client;

    /** A scheduler that connects at the first request. */
    @Inject
    public TickScheduler(TickSchedulerConfig config, Counters counters, Clock clock) {
        this(config, counters, clock, null);
    }

    TickScheduler(TickSchedulerConfig config, Counters counters, Clock clock, @Nullable SchedulerClient client) {
        this.config = config;
        this.counters = counters;
        this.clock = clock;
        this.client = client;
    }

    @PreDestroy
    void close() {
        if (client != null) {
            client.close();
        }
    }

    /**
     * Requests a tick in the next minute, because something has changed. A failure is logged and counted as {@code
     * WakeUpFailures}, not thrown: the caller's own work is done, and repeating a whole stream batch would delay the event
     * feed for as long as EventBridge Scheduler is unavailable. The next change requests the tick again; without one, the
     * regular run of the template does the work, at most six hours later.
     */
    public void wake() {
        try {
            request(clock.instant());
        } catch (SdkException e) {
            counters.add(Counters.WAKE_UP_FAILURES, 1);
            LOG.warn("A tick of the schedule could not be requested; the next change requests it again", e);
        }
    }

    /**
     * Requests a tick in the first minute that starts at or after a time, at the earliest in the next minute. Does nothing if
     * it was requested before, here or by another instance. Cost: one request to EventBridge Scheduler.
     *
     * @throws SdkException if EventBridge Scheduler rejects the request or cannot be reached
     */
    public void request(Instant due) {
        String group = config.group().orElse(null);
        if (group == null) {
            return;
        }
        Instant minute = minute(due, clock.instant());
        if (requested.contains(minute)) {
            return;
        }
        try {
            create(group, minute);
        } catch (ValidationException e) {
            Instant later = minute(due, clock.instant());
            if (later.equals(minute)) {
                throw e;
            }
            // The request took so long that the minute has started.
            minute = later;
            create(group, minute);
        }
        remember(minute);
    }

    private void create(String group, Instant minute) {
        try {
            client().createSchedule(schedule(group, minute));
        } catch (ConflictException e) {
            LOG.debugf("The tick was already requested: minute=%s", minute);
        }
    }

    /** The start of the minute of a tick. */
    static Instant minute(Instant due, Instant now) {
        Instant earliest = now.plus(LEAD);
        Instant at = due.isAfter(earliest) ? due : earliest;
        Instant start = at.truncatedTo(ChronoUnit.MINUTES);
        return start.equals(at) ? start : start.plus(1, ChronoUnit.MINUTES);
    }

    private CreateScheduleRequest schedule(String group, Instant minute) {
        String name = NAME.format(minute);
        return CreateScheduleRequest.builder()
                .groupName(group)
                .name(name)
                .scheduleExpression(EXPRESSION.format(minute))
                .scheduleExpressionTimezone("UTC")
                .actionAfterCompletion(ActionAfterCompletion.DELETE)
                .flexibleTimeWindow(window -> window.mode(FlexibleTimeWindowMode.OFF))
                .target(target -> target.arn(config.target().orElseThrow())
                        .roleArn(config.role().orElseThrow())
                        .input("{\"id\":\"" + name + "\",\"time\":\"" + minute + "\"}")
                        .retryPolicy(retry -> retry.maximumRetryAttempts(DELIVERY_ATTEMPTS)
                                .maximumEventAgeInSeconds(DELIVERY_AGE_SECONDS)))
                .build();
    }

    private void remember(Instant minute) {
        if (requested.size() >= REMEMBERED) {
            Instant now = clock.instant();
            requested.removeIf(passed -> passed.isBefore(now));
            if (requested.size() >= REMEMBERED) {
                requested.clear();
            }
        }
        requested.add(minute);
    }

    private synchronized SchedulerClient client() {
        SchedulerClient open = client;
        if (open == null) {
            open = SchedulerClient.builder()
                    .httpClientBuilder(ApacheHttpClient.builder())
                    .overrideConfiguration(calls -> calls.apiCallTimeout(TIMEOUT))
                    .build();
            client = open;
        }
        return open;
    }
}
