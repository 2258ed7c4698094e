package dev.statecraft.lambda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.scheduler.SchedulerClient;
import software.amazon.awssdk.services.scheduler.model.ConflictException;
import software.amazon.awssdk.services.scheduler.model.CreateScheduleRequest;
import software.amazon.awssdk.services.scheduler.model.CreateScheduleResponse;
import software.amazon.awssdk.services.scheduler.model.ValidationException;

/** A group of EventBridge Scheduler in memory: one-shot schedules, which are deleted when they fire. */
final class OneShotSchedules implements SchedulerClient {

    private final Clock clock;
    private final TreeMap<Instant, CreateScheduleRequest> pending = new TreeMap<>();
    private boolean failing;
    private int requests;

    OneShotSchedules(Clock clock) {
        this.clock = clock;
    }

    /** The configuration of an instance that uses a group; null for none. */
    static TickSchedulerConfig config(@Nullable String group) {
        return new TickSchedulerConfig() {
            @Override
            public Optional<String> group() {
                return Optional.ofNullable(group);
            }

            @Override
            public Optional<String> target() {
                return Optional.of("arn:target");
            }

            @Override
            public Optional<String> role() {
                return Optional.of("arn:role");
            }
        };
    }

    @Override
    public synchronized CreateScheduleResponse createSchedule(CreateScheduleRequest request) {
        requests++;
        if (failing) {
            throw SdkClientException.create("EventBridge Scheduler is unavailable");
        }
        Instant at = Instant.parse(request.scheduleExpression().replaceAll("at\\((.*)\\)", "$1Z"));
        assertEquals("tick-" + at.toString().replaceAll("[-:]", "").substring(0, 13), request.name());
        if (at.isBefore(clock.instant())) {
            throw ValidationException.builder().message("past").build();
        }
        if (pending.putIfAbsent(at, request) != null) {
            throw ConflictException.builder().message(request.name()).build();
        }
        return CreateScheduleResponse.builder().scheduleArn("arn").build();
    }

    /** The times of the schedules that have not fired. */
    synchronized List<Instant> pending() {
        return new ArrayList<>(pending.keySet());
    }

    /** Removes the next schedule up to a time and returns its input and time. */
    synchronized Optional<Fired> fire(Instant until) {
        if (pending.isEmpty() || pending.firstKey().isAfter(until)) {
            return Optional.empty();
        }
        Instant at = pending.firstKey();
        return Optional.of(new Fired(at, pending.remove(at).target().input()));
    }

    /** A schedule that fired. */
    record Fired(Instant at, String input) {}

    /** Loses all schedules. */
    synchronized void lose() {
        pending.clear();
    }

    synchronized void fail(boolean fails) {
        failing = fails;
    }

    synchronized int requests() {
        return requests;
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {}
}
