package dev.statecraft.combining;

import java.nio.ByteBuffer;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * A request of a writer that waits in a queue. A writer has at most one intent in a queue.
 *
 * @param writer the instance that submitted it; never 0
 * @param number number of the request, which grows with each request of the writer
 * @param at when it was submitted, Unix milliseconds of the writer's clock; decides the order only
 * @param payload the request, in the form of the queue's user; null if the writer only requests a turn of its own
 */
public record Intent(
        long writer, long number, long at, @Nullable ByteBuffer payload) {

    /** The order in which intents are combined. Clocks that differ make it unfair, not wrong. */
    static final Comparator<Intent> ORDER = Comparator.comparingLong(Intent::at).thenComparing(Intent::writer);

    /** Whether the writer writes by itself when its turn comes. */
    public boolean isTurn() {
        return payload == null;
    }
}
