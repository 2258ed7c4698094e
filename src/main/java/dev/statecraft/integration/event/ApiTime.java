package dev.statecraft.integration.event;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Formats times for the API: ISO-8601 in UTC with milliseconds. */
public final class ApiTime {

    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private ApiTime() {}

    public static String text(long epochMillis) {
        return MILLIS.format(Instant.ofEpochMilli(epochMillis));
    }

    static String text(Instant time) {
        return MILLIS.format(time);
    }
}
