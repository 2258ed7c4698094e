package dev.statecraft.combining;

import java.util.List;
import java.util.OptionalLong;

/**
 * The time of a queue by two clocks: that of the combining instance, and that of the newest intent of another writer. An
 * outcome is stored with the later time and forgotten by the earlier one, so one wrong clock does not forget an outcome
 * that its writer still reads.
 *
 * @param now time of the combining instance, Unix milliseconds
 * @param earlier the earlier one of both times
 * @param later the later one of both times
 */
record QueueTime(long now, long earlier, long later) {

    /** The time of an instance that has read the intents of a queue. */
    static QueueTime of(long now, List<Intent> intents, long ownWriter) {
        OptionalLong newest = intents.stream()
                .filter(intent -> intent.writer() != ownWriter)
                .mapToLong(Intent::at)
                .max();
        return newest.isEmpty()
                ? new QueueTime(now, now, now)
                : new QueueTime(now, Math.min(now, newest.getAsLong()), Math.max(now, newest.getAsLong()));
    }
}
