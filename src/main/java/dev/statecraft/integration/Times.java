package dev.statecraft.integration;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Formats times for the API: ISO-8601 in UTC with milliseconds. */
final class Times {

    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private Times() {}

    static String text(long epochMillis) {
        return MILLIS.format(Instant.ofEpochMilli(epochMillis));
    }

    static String text(Instant time) {
        return MILLIS.format(time);
    }
}
