package dev.statecraft.testing.history;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether the log of each space contains the commits of its clients: without a gap, in real-time order, atomic
 * batches whole, every acknowledged change, and nothing that was not requested.
 *
 * <p>One commit is one log entry. An atomic batch is one commit; a batch of independent mutations may be several. The
 * workload writes each request under a name of its own (the {@code by} of its mutations), also in all attempts of a
 * repeated request. Therefore the log shows the request of each change, and the check is exact for requests with unknown
 * outcome too.
 *
 * <p>Real time: if a request was answered before another one was invoked, all its entries precede those of the other. A
 * request with unknown outcome has no end, so it constrains nothing after it, but it may not precede a request that was
 * answered before it was invoked.
 *
 * <p>Complexity: O(n log n) for n changes and requests.
 */
public final class LogCheck {

    private LogCheck() {}

    /** What a log must hold. */
    public enum Rule {
        /** Sequence numbers are not consecutive. */
        GAP,
        /** The versions of an entity are not consecutive. */
        VERSION_GAP,
        /** An atomic batch is in several entries, or only in part. */
        BATCH_NOT_WHOLE,
        /** A request changed an entity more often than it asked for. */
        CHANGE_REPEATED,
        /** The log has a change that its request did not ask for, or the request does not exist. */
        CHANGE_NOT_REQUESTED,
        /** An acknowledged change is not in the log, or with another version. */
        CHANGE_LOST,
        /** A request that was answered before another one was invoked is behind it in the log. */
        REAL_TIME_ORDER
    }

    /** One new version of an entity, and the name of the request that made it. */
    public record Made(String entity, long version, String by) {}

    /** An entry of the log of a space. */
    public record Entry(long seq, List<Made> changes) {}

    /**
     * A request.
     *
     * @param name unique name of the request; attempts of one request share it
     * @param atomic whether all mutations are one commit
     * @param entities the entity of each mutation
     */
    public record Commit(String space, String name, boolean atomic, List<String> entities) {}

    /**
     * Checks all spaces.
     *
     * @param logs the log of each space, oldest first, as far as it is kept
     * @param history requests; each answer contains the acknowledged changes of the request, and no refused ones
     */
    public static List<Violation> check(
            Map<String, List<Entry>> logs, Collection<Operation<Commit, List<Made>>> history) {
        List<Violation> found = new ArrayList<>();
        new TreeMap<>(logs).forEach((space, log) -> {
            List<Operation<Commit, List<Made>>> own = history.stream()
                    .filter(operation -> operation.input().space().equals(space))
                    .toList();
            new OneSpace(space, log, found).check(own);
        });
        history.forEach(operation -> {
            List<Made> made = operation.output();
            if (!logs.containsKey(operation.input().space()) && made != null && !made.isEmpty()) {
                found.add(new Violation(Rule.CHANGE_LOST, operation + " in a space without a log"));
            }
        });
        return found;
    }

    /** A request and where it is in the log. */
    private static final class Located {
        final Commit commit;
        long invoked = Operation.NEVER;
        long returned = Operation.NEVER;
        long first = Long.MAX_VALUE;
        long last = -1;

        Located(Commit commit) {
            this.commit = commit;
        }

        boolean inLog() {
            return last >= 0;
        }

        @Override
        public String toString() {
            return commit.name() + " [" + invoked + ", " + (returned == Operation.NEVER ? "never" : returned)
                    + "] at entries " + first + " to " + last;
        }
    }

    private record OneSpace(String space, List<Entry> log, List<Violation> found) {

        private void report(Rule rule, String detail) {
            found.add(new Violation(rule, space + ": " + detail));
        }

        void check(List<Operation<Commit, List<Made>>> history) {
            numbers();
            Map<String, Located> requests = new TreeMap<>();
            history.forEach(operation -> {
                Located one =
                        requests.computeIfAbsent(operation.input().name(), name -> new Located(operation.input()));
                one.invoked = Math.min(one.invoked, operation.invoked());
                one.returned = Math.min(one.returned, operation.returned());
            });
            changes(requests);
            acknowledged(history);
            realTime(requests.values().stream().filter(Located::inLog).toList());
        }

        private void numbers() {
            Map<String, Long> versions = new HashMap<>();
            Entry previous = null;
            for (Entry entry : log) {
                if (previous != null && entry.seq() != previous.seq() + 1) {
                    report(Rule.GAP, "entry " + entry.seq() + " follows " + previous.seq());
                }
                previous = entry;
                for (Made made : entry.changes()) {
                    Long before = versions.put(made.entity(), made.version());
                    if (before != null && made.version() != before + 1) {
                        report(Rule.VERSION_GAP, made + " in entry " + entry.seq() + " follows version " + before);
                    }
                }
            }
        }

        private void changes(Map<String, Located> requests) {
            Map<String, Map<String, Integer>> changed = new HashMap<>();
            Set<String> foreign = new HashSet<>();
            for (Entry entry : log) {
                for (Made made : entry.changes()) {
                    Located request = requests.get(made.by());
                    if (request == null || !request.commit.entities().contains(made.entity())) {
                        report(Rule.CHANGE_NOT_REQUESTED, made + " in entry " + entry.seq());
                        foreign.add(made.by());
                        continue;
                    }
                    request.first = Math.min(request.first, entry.seq());
                    request.last = Math.max(request.last, entry.seq());
                    changed.computeIfAbsent(made.by(), name -> new TreeMap<>()).merge(made.entity(), 1, Integer::sum);
                }
            }
            changed.forEach((name, entities) -> {
                Located request = requests.get(name);
                if (request != null) {
                    wholeAndOnce(request, entities, foreign.contains(name));
                }
            });
        }

        private void wholeAndOnce(Located request, Map<String, Integer> entities, boolean foreign) {
            Map<String, Integer> asked = new TreeMap<>();
            request.commit.entities().forEach(entity -> asked.merge(entity, 1, Integer::sum));
            entities.forEach((entity, times) -> {
                if (times > asked.getOrDefault(entity, 0)) {
                    report(Rule.CHANGE_REPEATED, request + " changed " + entity + " " + times + " times");
                }
            });
            boolean whole = request.first == request.last && asked.keySet().equals(entities.keySet());
            boolean once = entities.equals(asked);
            if (request.commit.atomic() && !foreign && (!whole || (!once && fewer(entities, asked)))) {
                report(Rule.BATCH_NOT_WHOLE, request + " asked for " + asked + ", changed " + entities);
            }
        }

        private static boolean fewer(Map<String, Integer> entities, Map<String, Integer> asked) {
            return entities.entrySet().stream().anyMatch(one -> one.getValue() < asked.getOrDefault(one.getKey(), 0));
        }

        private void acknowledged(List<Operation<Commit, List<Made>>> history) {
            Map<String, Made> inLog = new HashMap<>();
            log.forEach(
                    entry -> entry.changes().forEach(made -> inLog.put(made.entity() + "\n" + made.version(), made)));
            long oldest = log.isEmpty() ? 1 : log.get(0).seq();
            for (Operation<Commit, List<Made>> operation : history) {
                List<Made> acknowledged = operation.output();
                for (Made made : acknowledged == null ? List.<Made>of() : acknowledged) {
                    Made stored = inLog.get(made.entity() + "\n" + made.version());
                    // The oldest entries of a log expire.
                    if (oldest == 1 ? !made.equals(stored) : stored != null && !made.equals(stored)) {
                        report(Rule.CHANGE_LOST, made + " of " + operation + ", the log has " + stored);
                    }
                }
            }
        }

        /** Goes through the requests as they are invoked and knows the last entry of those that were answered before. */
        private void realTime(List<Located> located) {
            List<Located> byInvocation = new ArrayList<>(located);
            byInvocation.sort(Comparator.comparingLong(one -> one.invoked));
            PriorityQueue<Located> running = new PriorityQueue<>(Comparator.comparingLong(one -> one.returned));
            @Nullable Located floor = null;
            for (Located one : byInvocation) {
                while (!running.isEmpty() && running.element().returned < one.invoked) {
                    Located done = running.remove();
                    floor = floor == null || done.last > floor.last ? done : floor;
                }
                running.add(one);
                if (floor != null && one.first <= floor.last) {
                    report(Rule.REAL_TIME_ORDER, one + " is not behind " + floor);
                }
            }
        }
    }
}
