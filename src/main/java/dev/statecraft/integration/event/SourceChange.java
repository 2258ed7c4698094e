package dev.statecraft.integration.event;

import dev.statecraft.table.PaddedNumber;
import java.util.List;

/**
 * The events of one stream record, with the source and position that prevent duplicates. The event feed stores the last
 * appended position of each source and skips changes that are not after it.
 *
 * @param game the game that owns the event feed
 * @param source the ordered series of changes that the position belongs to; contains no {@code #}
 * @param position position in the source; positions are compared as text
 * @param events the events, in order
 */
public record SourceChange(String game, String source, String position, List<Event> events) {

    /** Largest number that a position can hold: 16 digits. */
    public static final long MAX_NUMBER = 9_999_999_999_999_999L;

    private static final String ONCE = "1";

    /** Copies the events. */
    public SourceChange {
        events = List.copyOf(events);
    }

    /** Returns a change that is the only one of its source. */
    public static SourceChange once(String game, String source, List<Event> events) {
        return new SourceChange(game, source, ONCE, events);
    }

    /** Returns a change that is numbered within its source; the number has at most 16 digits. */
    static SourceChange numbered(String game, String source, long number, List<Event> events) {
        return new SourceChange(game, source, position(number), events);
    }

    /** Returns a change whose position is the sequence number of a stream record: at most 40 digits. */
    static SourceChange sequenced(String game, String source, String sequence, List<Event> events) {
        return new SourceChange(game, source, "0".repeat(Math.max(0, 40 - sequence.length())) + sequence, events);
    }

    /** Returns a number as a position: 16 digits with leading zeros. */
    public static String position(long number) {
        return PaddedNumber.of(number, 16);
    }

    /** Parses the result of {@link #position}. */
    static long number(String position) {
        return Long.parseLong(position);
    }
}
