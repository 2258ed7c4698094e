package dev.statecraft.testing.simulation;

import java.util.Map;
import java.util.TreeMap;

/** How often each kind of fault and of chance happened. */
public final class Coverage {

    private final Map<String, Long> counts = new TreeMap<>();

    /** Counts one event of a kind. */
    public void count(String kind) {
        add(kind, 1);
    }

    /** Adds the counts of another run. */
    public void add(Coverage other) {
        other.counts.forEach((kind, count) -> counts.merge(kind, count, Long::sum));
    }

    void add(String kind, long count) {
        counts.merge(kind, count, Long::sum);
    }

    /** The count of a kind; 0 if it never happened. */
    public long of(String kind) {
        return counts.getOrDefault(kind, 0L);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        counts.forEach((kind, count) -> text.append("%,12d  %s%n".formatted(count, kind)));
        return text.toString();
    }
}
