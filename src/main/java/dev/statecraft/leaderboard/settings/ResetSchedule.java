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
import java.time.zone.ZoneOffsetTransition;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When the seasons of a board end: again and again by a cron expression on the clock of a time zone, or once at an exact
 * time.
 *
 * <p>Where the clock is put forward, a time that is skipped counts as the end of the gap; where it is put back, a time
 * that comes twice counts the first time. So every time of the expression ends exactly one season.
 *
 * @param cron five fields: minute, hour, day of month, month, day of week; null with an exact end
 * @param timezone an IANA name such as {@code Europe/Berlin}, null for UTC
 * @param endsAt the exact end, null with a cron expression
 */
public record ResetSchedule(
        @Nullable String cron,
        @Nullable String timezone,
        @Nullable Instant endsAt) {

    /** Whether no season ends by itself. */
    public boolean none() {
        return cron == null && endsAt == null;
    }

    /**
     * The first end of a season after a time; nothing if there is none.
     *
     * @throws IllegalArgumentException if the expression cannot be read
     * @throws java.time.DateTimeException if there is no such time zone
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

    /** The last end of a season that is not after a time; nothing if there is none. */
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
     * When a season that begins at an end of this schedule ends itself. If nothing ran for so long that more than a
     * number of ends were missed, they become one season, which ends at the last of them.
     *
     * @param start when the season begins
     * @param now the time
     * @param mostMissed how many missed ends make a season each
     */
    public Optional<Instant> endOfSeason(Instant start, Instant now, int mostMissed) {
        Optional<Instant> first = next(start);
        Optional<Instant> end = first;
        for (int missed = 0; end.isPresent() && !end.get().isAfter(now); missed++) {
            if (missed == mostMissed) {
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
