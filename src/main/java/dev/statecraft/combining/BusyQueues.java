package dev.statecraft.combining;

import java.util.LinkedHashMap;
import java.util.Map;

/** The queues in which this instance recently met other writers. Limit: 1,024 queues. Thread-safe. */
final class BusyQueues {

    private static final int MAX_QUEUES = 1_024;

    private record Busy(long untilNanos, boolean crowded) {}

    private final Map<QueueKey, Busy> queues = new LinkedHashMap<>(16, 0.75f, true);

    /** Records that other writers use a queue. {@code crowded} if many do. */
    synchronized void met(QueueKey key, long untilNanos, boolean crowded) {
        queues.put(key, new Busy(untilNanos, crowded));
        if (queues.size() > MAX_QUEUES) {
            queues.remove(queues.keySet().iterator().next());
        }
    }

    /** Whether other writers were met recently. */
    synchronized boolean isBusy(QueueKey key, long nowNanos) {
        Busy busy = queues.get(key);
        return busy != null && nowNanos - busy.untilNanos() < 0;
    }

    /** Whether many other writers were met at the last time. */
    synchronized boolean isCrowded(QueueKey key) {
        Busy busy = queues.get(key);
        return busy != null && busy.crowded();
    }
}
