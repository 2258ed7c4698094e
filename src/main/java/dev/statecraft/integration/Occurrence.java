package dev.statecraft.integration;

import java.util.List;
import java.util.Locale;

/**
 * What one record of a stream tells, as events, and what keeps it from being told twice: of a source only what lies
 * behind the position that was told last is news.
 *
 * @param game whose feed it belongs to
 * @param source what the positions belong to; no part of it is {@code #}
 * @param position where in the source it is; positions compare as text
 * @param events in order
 */
public record Occurrence(String game, String source, String position, List<Event> events) {

    /** Behind every number that a position has. */
    static final long MOST = 9_999_999_999_999_999L;

    private static final String ONCE = "1";

    /** Copies the events. */
    public Occurrence {
        events = List.copyOf(events);
    }

    /** What can happen only once. */
    static Occurrence once(String game, String source, List<Event> events) {
        return new Occurrence(game, source, ONCE, events);
    }

    /** What has a number in its source. */
    static Occurrence numbered(String game, String source, long number, List<Event> events) {
        return new Occurrence(game, source, position(number), events);
    }

    /** What a stream has numbered: up to 40 digits. */
    static Occurrence sequenced(String game, String source, String sequence, List<Event> events) {
        return new Occurrence(game, source, "0".repeat(Math.max(0, 40 - sequence.length())) + sequence, events);
    }

    /** A number as a position. */
    static String position(long number) {
        return String.format(Locale.ROOT, "%016d", number);
    }

    /** The number of a position. */
    static long number(String position) {
        return Long.parseLong(position);
    }
}
