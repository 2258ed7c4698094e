package dev.statecraft.local;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.local.template.Template.Schedule;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Replaces EventBridge schedules: calls handlers at the rates of the template, or on request. */
@Singleton
@IfBuildProfile(anyOf = {"dev", "test"})
public final class LocalScheduler {

    private static final Logger LOG = Logger.getLogger(LocalScheduler.class);
    private static final Pattern RATE = Pattern.compile("rate\\((\\d+) (minute|hour|day)s?\\)");

    private final LocalHandlers handlers;
    private final Clock clock = Clock.systemUTC();
    private @Nullable ScheduledExecutorService timer;

    LocalScheduler(LocalHandlers handlers) {
        this.handlers = handlers;
    }

    /**
     * Calls the handler of every schedule at its rate, first after one period. Schedules with a cron expression are not
     * called; they can be {@linkplain #trigger triggered}.
     */
    @SuppressWarnings("FutureReturnValueIgnored") // The task logs its failures.
    synchronized void start(List<Schedule> schedules) {
        ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "local-scheduler");
            thread.setDaemon(true);
            return thread;
        });
        timer = started;
        for (Schedule schedule : schedules) {
            Optional<Duration> rate = rate(schedule.expression());
            if (rate.isEmpty()) {
                LOG.infof(
                        "The schedule has no rate and is not called: name=%s expression=%s",
                        schedule.name(), schedule.expression());
            } else {
                long period = rate.get().toMillis();
                started.scheduleAtFixedRate(() -> call(schedule), period, period, TimeUnit.MILLISECONDS);
            }
        }
    }

    synchronized void stop() {
        if (timer != null) {
            timer.shutdownNow();
            timer = null;
        }
    }

    /**
     * Calls a schedule's handler now, as EventBridge would.
     * @param handler name that {@code QUARKUS_LAMBDA_HANDLER} selects on Lambda
     * @return the result as JSON, or null if there is none
     * @throws IllegalArgumentException if the handler does not exist
     * @throws Exception any exception of the handler
     */
    public @Nullable String trigger(String handler) throws Exception {
        return handlers.find(handler)
                .orElseThrow(() -> new IllegalArgumentException("No handler is named " + handler))
                .invoke(event(handler));
    }

    /** The period of a rate expression; empty for another expression. */
    static Optional<Duration> rate(String expression) {
        Matcher rate = RATE.matcher(expression);
        if (!rate.matches()) {
            return Optional.empty();
        }
        ChronoUnit unit = ChronoUnit.valueOf(rate.group(2).toUpperCase(Locale.ROOT) + "S");
        return Optional.of(Duration.of(Long.parseLong(rate.group(1)), unit));
    }

    private void call(Schedule schedule) {
        try {
            trigger(schedule.handler());
        } catch (Throwable e) {
            // A failure does not stop the schedule, as on EventBridge.
            LOG.warnf(e, "Scheduled call failed: name=%s handler=%s", schedule.name(), schedule.handler());
        }
    }

    private String event(String rule) {
        ObjectNode event = JsonNodeFactory.instance
                .objectNode()
                .put("version", "0")
                .put("id", UUID.randomUUID().toString())
                .put("detail-type", "Scheduled Event")
                .put("source", "aws.events")
                .put("account", "000000000000")
                .put("time", clock.instant().truncatedTo(ChronoUnit.SECONDS).toString())
                .put("region", "local");
        event.putArray("resources").add("arn:aws:events:local:000000000000:rule/" + rule);
        event.putObject("detail");
        return event.toString();
    }
}
