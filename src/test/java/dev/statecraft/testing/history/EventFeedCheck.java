package dev.statecraft.testing.history;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Decides whether a feed contains every event that happened exactly once, numbered without a gap, and in order for each
 * subject.
 *
 * <p>The workload knows what happened from the final state of the sources (commit logs, seasons, ledger), not from the
 * feed. Two kinds of subjects: those whose events are appended one by one, and those whose changes are merged into
 * events with a count (score changes of a season); the sum of the counts of a merged subject must be its number of
 * changes. Complexity: O(n log n) for n events.
 */
public final class EventFeedCheck {

    private EventFeedCheck() {}

    /** What a feed must hold. */
    public enum Rule {
        /** Sequence numbers are not consecutive. */
        NUMBER_GAP,
        /** An event is in the feed twice. */
        EVENT_REPEATED,
        /** An event that happened is not in the feed. */
        EVENT_LOST,
        /** The feed has an event that did not happen. */
        EVENT_INVENTED,
        /** Two events of one subject are in another order than they happened in. */
        EVENT_OUT_OF_ORDER,
        /** The counts of a merged subject do not add up to its changes. */
        COUNT_DIFFERS
    }

    /** An event that happened. The events of one subject are in the order in which they happened. */
    public record Happened(String subject, String id) {}

    /**
     * An event of the feed.
     *
     * @param id identifies the event
     * @param count number of changes of a merged subject; ignored for others
     */
    public record Appended(long seq, String subject, String id, long count) {}

    /**
     * Checks a feed that has received everything.
     *
     * @param happened the events that must be in the feed
     * @param merged the number of changes of each merged subject
     * @param feed the events of the feed in the order in which it returns them, from its first one
     */
    public static List<Violation> check(List<Happened> happened, Map<String, Long> merged, Collection<Appended> feed) {
        List<Violation> found = new ArrayList<>();
        Map<String, Integer> order = new HashMap<>();
        happened.forEach(event -> order.putIfAbsent(event.id(), order.size()));
        Map<String, Appended> seen = new HashMap<>();
        Map<String, Appended> last = new HashMap<>();
        Map<String, Long> counts = new TreeMap<>();
        long seq = 0;
        for (Appended event : feed) {
            seq++;
            if (event.seq() != seq) {
                found.add(new Violation(Rule.NUMBER_GAP, event + ", expected number " + seq));
                seq = event.seq();
            }
            Appended other = seen.putIfAbsent(event.id(), event);
            Integer place = order.get(event.id());
            if (other != null) {
                found.add(new Violation(Rule.EVENT_REPEATED, other + " and " + event));
            } else if (merged.containsKey(event.subject())) {
                counts.merge(event.subject(), event.count(), Long::sum);
            } else if (place == null) {
                found.add(new Violation(Rule.EVENT_INVENTED, event.toString()));
            } else {
                Appended previous = last.put(event.subject(), event);
                if (previous != null && place < order.getOrDefault(previous.id(), -1)) {
                    found.add(new Violation(Rule.EVENT_OUT_OF_ORDER, previous + " and " + event));
                }
            }
        }
        happened.stream()
                .filter(event -> !seen.containsKey(event.id()))
                .forEach(event -> found.add(new Violation(Rule.EVENT_LOST, event.toString())));
        merged.forEach((subject, changes) -> {
            long counted = counts.getOrDefault(subject, 0L);
            if (counted != changes) {
                found.add(new Violation(
                        Rule.COUNT_DIFFERS, subject + " has " + changes + " changes, the feed counts " + counted));
            }
        });
        return found;
    }
}
