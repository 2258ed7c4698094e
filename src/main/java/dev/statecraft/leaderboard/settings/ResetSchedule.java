package dev.statecraft.leaderboard.settings;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Schedule of season ends: either repeated by a cron expression in the local time of a time zone, or once at a given time.
 *
 * <p>Each local time of the expression ends exactly one season. A local time that daylight saving time skips is moved to
 * the end of the gap. Of a local time that occurs twice, the first occurrence counts.
 *
 * @param cron five fields: minute, hour, day of month, month, day of week; null if {@code endsAt} is set
 * @param timezone an IANA name such as {@code Europe/Berlin}, null for UTC
 * @param endsAt the single season end, null if {@code cron} is set
 */
public record ResetSchedule(
        @Nullable String cron,
        @Nullable String timezone,
        @Nullable Instant endsAt) {

    /** Returns this schedule with its single season end in whole milliseconds, as it is stored. */
    ResetSchedule inMillis() {
        return endsAt == null ? this : new ResetSchedule(cron, timezone, endsAt.truncatedTo(ChronoUnit.MILLIS));
    }

    /** Whether no season end is scheduled. */
    public boolean none() {
        return cron == null && endsAt == null;
    }

    /**
     * Returns the first season end after a time; empty if there is none.
     *
     * @throws IllegalArgumentException if the cron expression is invalid
     * @throws java.time.DateTimeException if the time zone is unknown
     */
    public Optional<Instant> next(Instant after) {
        if (cron == null) {
            return Optional.ofNullable(endsAt).filter(end -> end.isAfter(after));
        }
        ZoneId zone = zone();
        ExecutionTime times = times(cron);
        LocalDateTime local = LocalDateTime.ofInstant(after, zone);
        while (true) {
            Optional<LocalDateTime> found =
                    times.nextExecution(local.atZone(ZoneOffset.UTC)).map(at -> at.toLocalDateTime());
            if (found.isEmpty()) {
                return Optional.empty();
            }
            local = found.get();
            Instant instant = instantOf(local, zone);
            if (instant.isAfter(after)) {
                return Optional.of(instant);
            }
        }
    }

    /** Returns the last season end at or before a time; empty if there is none. */
    public Optional<Instant> last(Instant until) {
        if (cron == null) {
            return Optional.ofNullable(endsAt).filter(end -> !end.isAfter(until));
        }
        ZoneId zone = zone();
        LocalDateTime local = LocalDateTime.ofInstant(until, zone);
        return times(cron)
                .lastExecution(local.plusNanos(1).atZone(ZoneOffset.UTC))
                .map(at -> instantOf(at.toLocalDateTime(), zone));
    }

    /**
     * Returns the end of a season that starts at an end of this schedule. At most {@code maxMissed} missed ends close one
     * season each. If more ends were missed, one season covers all of them and ends at the last missed end.
     *
     * @param start the start of the season
     * @param now the current time
     * @param maxMissed maximum number of missed ends that close one season each
     * @return empty if the schedule has no further end
     */
    public Optional<Instant> endOfSeason(Instant start, Instant now, int maxMissed) {
        Optional<Instant> first = next(start);
        Optional<Instant> end = first;
        for (int missed = 0; end.isPresent() && !end.get().isAfter(now); missed++) {
            if (missed == maxMissed) {
                return last(now);
            }
            end = next(end.get());
        }
        return first;
    }

    private ZoneId zone() {
        return timezone == null ? ZoneOffset.UTC : ZoneId.of(timezone);
    }

    private static ExecutionTime times(String expression) {
        Cron parsed = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX)).parse(expression);
        return ExecutionTime.forCron(parsed);
    }

    private static Instant instantOf(LocalDateTime local, ZoneId zone) {
        ZoneOffsetTransition transition = zone.getRules().getTransition(local);
        return transition != null && transition.isGap()
                ? transition.getInstant()
                : local.atZone(zone).toInstant();
    }
}
