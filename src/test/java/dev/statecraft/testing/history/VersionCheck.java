package dev.statecraft.testing.history;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether each entity was linearizable, with its version as the witness of the order.
 *
 * <p>Linearizability asks for a total order of the operations that respects real time and in which each answer is the
 * one of a sequential entity. The search for such an order is exponential in general (Wing and Gong, JPDC 1993). Here
 * each answer contains the version that it wrote or read, so the order is known: by version, a write before the reads of
 * its version. The check is exact for the operations that were answered. The order respects real time exactly if
 * <ul>
 *   <li>no two writes made the same version, and attempts with one id made one version;
 *   <li>a write has a greater version than every operation that was answered before the write was invoked;
 *   <li>a read has no lower version than every operation that was answered before the read was invoked.
 * </ul>
 *
 * <p>A version that no acknowledged write made needs a write with unknown outcome that was invoked before the first
 * answer that implies the version. Versions have no gaps (invariant E1), so an answer with version v implies all
 * versions up to v. These deadlines do not decrease with the version, therefore the k-th such version exists exactly if
 * at least k unknown writes were invoked before its deadline (Hall's condition for nested intervals).
 *
 * <p>States: all answers with one version have one state. With a step function, the state of a version also follows from
 * the state of the previous one by the write that made it (invariant E4), where both are known.
 *
 * <p>A refused write that shows the current version is a read. Complexity: O(n log n) for n operations, by sorting.
 */
public final class VersionCheck {

    private VersionCheck() {}

    /** What an entity must hold. */
    public enum Rule {
        /** An acknowledged version was made by two writes. */
        VERSION_MADE_TWICE,
        /** Attempts with one id were acknowledged with different versions. */
        ID_MADE_TWO_VERSIONS,
        /** An operation has a lower version than one that was answered before it was invoked. */
        VERSION_WENT_BACK,
        /** A version was answered before the write that made it was invoked. */
        VERSION_BEFORE_ITS_WRITE,
        /** A version that neither an acknowledged nor an unknown write can have made. */
        VERSION_WITHOUT_WRITE,
        /** Two answers show different states of one version. */
        STATE_DIFFERS,
        /** The state of a version does not follow from the previous one by its write. */
        STATE_DOES_NOT_FOLLOW
    }

    /**
     * A request.
     *
     * @param entity the entity
     * @param id identifies repeated attempts of one write; null if the write is not repeated
     * @param write what to write; null for a read
     */
    public record Request<W>(
            String entity, @Nullable String id, @Nullable W write) {

        /** A read. */
        public static <W> Request<W> read(String entity) {
            return new Request<>(entity, null, null);
        }

        /** A write that is not repeated. */
        public static <W> Request<W> write(String entity, W write) {
            return new Request<>(entity, null, write);
        }
    }

    /**
     * An answer.
     *
     * @param wrote whether the write made this version, by this attempt or an earlier one; false for reads and refusals
     * @param version the version that was written or read; 0 if the entity never existed
     * @param state the state of the version; null if the entity is deleted or does not exist. A workload that does not
     *     record states leaves it null everywhere.
     */
    public record Answer<S>(
            boolean wrote, long version, @Nullable S state) {}

    /** Computes the state after a write. {@code before} is null if the entity does not exist. */
    @FunctionalInterface
    public interface Step<W, S> {
        /** Returns the state after the write; null if the write deletes the entity. */
        @Nullable S apply(@Nullable S before, W write);
    }

    /** Checks all entities without a step function. */
    public static <W, S> List<Violation> check(Collection<Operation<Request<W>, Answer<S>>> history) {
        return check(history, null);
    }

    /** Checks all entities. Entities have version 0 at first. */
    public static <W, S> List<Violation> check(
            Collection<Operation<Request<W>, Answer<S>>> history, @Nullable Step<W, S> step) {
        Map<String, List<Operation<Request<W>, Answer<S>>>> byEntity = new TreeMap<>();
        history.forEach(op -> byEntity.computeIfAbsent(op.input().entity(), key -> new ArrayList<>())
                .add(op));
        List<Violation> found = new ArrayList<>();
        byEntity.forEach((entity, operations) -> new OneEntity<>(entity, operations, found).check(step));
        return found;
    }

    /** An answered operation; a write with all its attempts. */
    private record Known<W, S>(
            long invoked, long returned, @Nullable W write, Answer<S> answer, String text) {
        boolean isWrite() {
            return answer.wrote();
        }
    }

    private static final class OneEntity<W, S> {
        private final String entity;
        private final List<Violation> found;
        private final List<Known<W, S>> known = new ArrayList<>();
        private final List<Long> unknownWrites = new ArrayList<>();
        private final NavigableMap<Long, Known<W, S>> writes = new TreeMap<>();

        OneEntity(String entity, List<Operation<Request<W>, Answer<S>>> operations, List<Violation> found) {
            this.entity = entity;
            this.found = found;
            Map<String, List<Operation<Request<W>, Answer<S>>>> attempts = new LinkedHashMap<>();
            for (Operation<Request<W>, Answer<S>> operation : operations) {
                String id = operation.input().id();
                if (operation.input().write() != null && id != null) {
                    attempts.computeIfAbsent(id, key -> new ArrayList<>()).add(operation);
                } else {
                    add(List.of(operation));
                }
            }
            attempts.values().forEach(this::add);
        }

        /** Adds the attempts of one operation. The effect is after the first attempt and before the first answer. */
        private void add(List<Operation<Request<W>, Answer<S>>> attempts) {
            Operation<Request<W>, Answer<S>> effect = null;
            long invoked = Operation.NEVER;
            boolean open = false;
            for (Operation<Request<W>, Answer<S>> attempt : attempts) {
                Answer<S> answer = attempt.output();
                if (answer == null) {
                    invoked = Math.min(invoked, attempt.invoked());
                    open = true;
                } else if (!answer.wrote()) {
                    known.add(new Known<>(attempt.invoked(), attempt.returned(), null, answer, attempt.toString()));
                } else {
                    invoked = Math.min(invoked, attempt.invoked());
                    Answer<S> earlier = effect == null ? null : effect.output();
                    if (earlier != null && earlier.version() != answer.version()) {
                        report(Rule.ID_MADE_TWO_VERSIONS, effect + " and " + attempt);
                    }
                    effect = effect == null || attempt.returned() < effect.returned() ? attempt : effect;
                }
            }
            if (effect != null) {
                known.add(new Known<>(
                        invoked,
                        effect.returned(),
                        effect.input().write(),
                        Objects.requireNonNull(effect.output()),
                        effect.toString()));
            } else if (open && attempts.get(0).input().write() != null) {
                unknownWrites.add(invoked);
            }
        }

        private void report(Rule rule, String detail) {
            found.add(new Violation(rule, entity + ": " + detail));
        }

        void check(@Nullable Step<W, S> step) {
            for (Known<W, S> one : known) {
                Known<W, S> other =
                        one.isWrite() ? writes.putIfAbsent(one.answer().version(), one) : null;
                if (other != null) {
                    report(Rule.VERSION_MADE_TWICE, other.text() + " and " + one.text());
                }
            }
            realTime();
            unexplained();
            states(step);
        }

        /** Goes through the operations as they are invoked and knows the greatest version that was answered before. */
        private void realTime() {
            known.sort(Comparator.comparingLong(Known::invoked));
            PriorityQueue<Known<W, S>> running = new PriorityQueue<>(Comparator.comparingLong(Known::returned));
            Known<W, S> last = null;
            for (Known<W, S> one : known) {
                while (!running.isEmpty() && running.element().returned() < one.invoked()) {
                    Known<W, S> done = running.remove();
                    last = last == null
                                    || done.answer().version() > last.answer().version()
                            ? done
                            : last;
                }
                running.add(one);
                long floor = last == null ? 0 : last.answer().version();
                if (one.answer().version() < floor) {
                    report(Rule.VERSION_WENT_BACK, one.text() + " after " + last);
                } else if (one.isWrite() && last != null && one.answer().version() == floor && !last.isWrite()) {
                    report(Rule.VERSION_BEFORE_ITS_WRITE, last.text() + " before " + one.text());
                }
            }
        }

        /** Versions without an acknowledged write need an unknown one that was invoked early enough. */
        private void unexplained() {
            // The first answer that implies a version: one with this version or a later one.
            NavigableMap<Long, Known<W, S>> firstAnswer = new TreeMap<>();
            known.forEach(one -> firstAnswer.merge(one.answer().version(), one, OneEntity::earlier));
            Known<W, S> earliest = null;
            for (Map.Entry<Long, Known<W, S>> one : firstAnswer.descendingMap().entrySet()) {
                earliest = earliest == null ? one.getValue() : earlier(earliest, one.getValue());
                one.setValue(earliest);
            }
            unknownWrites.sort(Comparator.naturalOrder());
            long explained = 0;
            long previous = 0;
            int unknown = 0;
            for (Map.Entry<Long, Known<W, S>> implied : firstAnswer.entrySet()) {
                long version = implied.getKey();
                long missing = version - previous - (writes.containsKey(version) ? 1 : 0);
                previous = version;
                if (missing <= 0) {
                    continue;
                }
                Known<W, S> witness = implied.getValue();
                while (unknown < unknownWrites.size() && unknownWrites.get(unknown) <= witness.returned()) {
                    unknown++;
                }
                explained += missing;
                if (explained > unknown) {
                    report(
                            Rule.VERSION_WITHOUT_WRITE,
                            (explained - unknown) + " of the versions up to " + version + ", implied by "
                                    + witness.text());
                    explained = unknown;
                }
            }
        }

        private static <W, S> Known<W, S> earlier(Known<W, S> a, Known<W, S> b) {
            return a.returned() <= b.returned() ? a : b;
        }

        private void states(@Nullable Step<W, S> step) {
            Map<Long, Known<W, S>> stateOf = new HashMap<>();
            for (Known<W, S> one : known) {
                Known<W, S> other = stateOf.putIfAbsent(one.answer().version(), one);
                if (other != null
                        && !Objects.equals(other.answer().state(), one.answer().state())) {
                    report(Rule.STATE_DIFFERS, other.text() + " and " + one.text());
                }
            }
            if (step == null) {
                return;
            }
            for (Known<W, S> write : writes.values()) {
                long version = write.answer().version();
                Known<W, S> before = stateOf.get(version - 1);
                W input = write.write();
                if (input != null && (before != null || version == 1)) {
                    S expected =
                            step.apply(before == null ? null : before.answer().state(), input);
                    if (!Objects.equals(expected, write.answer().state())) {
                        report(Rule.STATE_DOES_NOT_FOLLOW, write.text() + " makes " + expected + " of " + before);
                    }
                }
            }
        }
    }
}
