package dev.statecraft.leaderboard.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResetScheduleTest {

    @Test
    void weeklySchedule_endsAtLocalMidnightInSummerAndWinter() {
        ResetSchedule weekly = cron("0 0 * * 1", "Europe/Berlin");
        // The clock goes back on 2026-10-25, a Sunday: that week is an hour longer.
        assertEquals(
                List.of("2026-10-18T22:00:00Z", "2026-10-25T23:00:00Z", "2026-11-01T23:00:00Z"),
                ends(weekly, "2026-10-17T00:00:00Z", 3));
        // It goes forward on 2026-03-29.
        assertEquals(
                List.of("2026-03-22T23:00:00Z", "2026-03-29T22:00:00Z", "2026-04-05T22:00:00Z"),
                ends(weekly, "2026-03-22T00:00:00Z", 3));
    }

    @Test
    void skippedLocalTime_isTheEndOfTheGap() {
        // 02:00 to 03:00 does not exist in Berlin on 2026-03-29.
        assertEquals(
                List.of("2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"),
                ends(cron("30 2 * * *", "Europe/Berlin"), "2026-03-28T00:00:00Z", 3));
    }

    @Test
    void repeatedLocalTime_countsOnceAtItsFirstOccurrence() {
        // 02:00 to 03:00 occurs twice in Berlin on 2026-10-25.
        assertEquals(
                List.of("2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
                ends(cron("30 2 * * *", "Europe/Berlin"), "2026-10-24T00:00:00Z", 3));
    }

    @Test
    void lastDayOfMonthAndLeapDay_areSupported() {
        assertEquals(
                List.of("2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"),
                ends(cron("0 0 29 2 *", null), "2026-01-01T00:00:00Z", 2));
    }

    @Test
    void singleEnd_occursOnce() {
        Instant end = Instant.parse("2026-12-24T18:00:00Z");
        ResetSchedule once = new ResetSchedule(null, null, end);
        assertEquals(Optional.of(end), once.next(end.minusMillis(1)));
        assertEquals(Optional.empty(), once.next(end));
        assertEquals(Optional.of(end), once.last(end));
        assertEquals(Optional.empty(), once.last(end.minusMillis(1)));
    }

    @Test
    void expressionWithoutMatch_hasNoNextEnd() {
        assertEquals(Optional.empty(), cron("0 0 30 2 *", null).next(Instant.parse("2026-01-01T00:00:00Z")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "* * * *", "60 0 * * *", "0 0 * * 8", "0 0 0 0 0 0", "@weekly now"})
    void invalidExpression_isRejected(String text) {
        ResetSchedule schedule = cron(text, null);
        assertThrows(IllegalArgumentException.class, () -> schedule.next(Instant.EPOCH));
    }

    @Test
    void unknownTimeZone_isRejected() {
        ResetSchedule schedule = cron("0 0 * * *", "Europe/Atlantis");
        assertThrows(DateTimeException.class, () -> schedule.next(Instant.EPOCH));
    }

    /** Compares the schedule with every minute of a year in local time. */
    @Test
    void everyTimeOfTheExpression_occursExactlyOnce() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<ZoneId> zones = Stream.of("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")
                .map(ZoneId::of)
                .toList();
        for (int round = 0; round < 8; round++) {
            ZoneId zone = zones.get(random.nextInt(zones.size()));
            int minute = random.nextInt(60);
            int hour = random.nextInt(5);
            String context = "seed " + seed + ": " + minute + " " + hour + " in " + zone;
            ResetSchedule daily = cron(minute + " " + hour + " * * *", zone.getId());
            Instant at = Instant.parse("2025-12-31T23:00:00Z").plusSeconds(random.nextInt(86_400));
            LocalDateTime day =
                    at.atZone(zone).toLocalDate().atStartOfDay().plusHours(hour).plusMinutes(minute);
            if (!byHand(day, zone).isAfter(at)) {
                day = day.plusDays(1);
            }
            for (int i = 0; i < 370; i++) {
                Instant next = daily.next(at).orElseThrow();
                assertEquals(byHand(day, zone), next, context);
                assertEquals(next, daily.last(next).orElseThrow(), context);
                assertTrue(daily.last(next.minusMillis(1)).orElseThrow().isBefore(next), context);
                assertEquals(
                        next,
                        daily.next(next.minus(Duration.ofMillis(1 + random.nextInt(1000))))
                                .orElseThrow(),
                        context);
                at = next;
                day = day.plusDays(1);
            }
        }
    }

    /** The first instant at which the local time is this time or later. */
    private static Instant byHand(LocalDateTime local, ZoneId zone) {
        Instant at = local.minusHours(3).atZone(zone).toInstant();
        while (ZonedDateTime.ofInstant(at, zone).toLocalDateTime().isBefore(local)) {
            at = at.plusSeconds(60);
        }
        return at;
    }

    private static List<String> ends(ResetSchedule schedule, String from, int count) {
        return Stream.iterate(schedule.next(Instant.parse(from)).orElseThrow(), end -> schedule.next(end)
                        .orElseThrow())
                .limit(count)
                .map(Instant::toString)
                .toList();
    }

    private static ResetSchedule cron(String cron, String timezone) {
        return new ResetSchedule(cron, timezone, null);
    }
}
