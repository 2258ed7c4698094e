package dev.statecraft.testing.history;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether readers that follow cursors received the log: no cursor goes back, no entry is skipped or repeated, and
 * an entry that was acknowledged before a read began is in it or behind it.
 *
 * <p>Each read says the position it continued from, the positions of the entries that it received, and the position it
 * ended at. The log of the stream, read at the end of the run, is the truth. The check is complete for what each reader
 * received. A read that begins again with a snapshot ({@code restart}) has no predecessor; its entries may leave out
 * what the snapshot contains.
 *
 * <p>Complexity: O(n log n) for n received entries.
 */
public final class CursorCheck {

    private CursorCheck() {}

    /** What readers must see. */
    public enum Rule {
        /** A read ended before the position that it continued from. */
        CURSOR_WENT_BACK,
        /** A read did not continue where the previous read of the same reader ended. */
        CURSOR_NOT_FOLLOWED,
        /** An entry of the log between the two positions of a read was not received. */
        ENTRY_SKIPPED,
        /** An entry was received that the reader has already. */
        ENTRY_REPEATED,
        /** Entries were received in another order than that of the log. */
        ENTRY_OUT_OF_ORDER,
        /** An entry was received that is not in the log, or is behind the end of the read. */
        ENTRY_NOT_IN_LOG,
        /** A read without more to come misses an entry that was acknowledged before the read began. */
        READ_STALE
    }

    /** Whether a reader may receive an entry again. */
    public enum Delivery {
        /** Each entry once: a client that pulls. */
        ONCE,
        /** Each entry at least once: frames of a socket, records of a stream. */
        AT_LEAST_ONCE
    }

    /**
     * What a reader asked for.
     *
     * @param reader the reader; its reads are in the order in which they were invoked
     * @param stream the log that it reads, for example a space
     * @param from the position of the cursor that was sent; null without a cursor
     */
    public record Read(
            String reader, String stream, @Nullable Long from) {}

    /**
     * What a reader received.
     *
     * @param entries positions of the received entries, in order
     * @param to the position of the new cursor
     * @param restart whether the reader must discard its state and begin again, for example with a snapshot
     * @param more whether the answer says that more entries are available
     */
    public record Received(List<Long> entries, long to, boolean restart, boolean more) {}

    /** An entry whose commit was acknowledged at an instant of the same recorder. */
    public record Acknowledged(String stream, long position, long returned) {}

    /**
     * Checks all readers.
     *
     * @param logs the positions of the entries of each stream
     * @param reads the reads; those with unknown outcome are ignored, and their reader repeats them with the old cursor
     * @param acknowledged the commits that reads must include; empty where reads may be stale
     */
    public static List<Violation> check(
            Map<String, ? extends Collection<Long>> logs,
            Collection<Operation<Read, Received>> reads,
            Collection<Acknowledged> acknowledged,
            Delivery delivery) {
        List<Violation> found = new ArrayList<>();
        Map<String, NavigableSet<Long>> sorted = new HashMap<>();
        logs.forEach((stream, positions) -> sorted.put(stream, new TreeSet<>(positions)));
        List<Operation<Read, Received>> inOrder = new ArrayList<>(reads);
        inOrder.sort(Comparator.comparingLong(Operation::invoked));
        Map<String, Long> cursors = new TreeMap<>();
        for (Operation<Read, Received> read : inOrder) {
            Received received = read.output();
            if (received != null) {
                String key = read.input().reader() + "\n" + read.input().stream();
                one(
                        sorted.getOrDefault(read.input().stream(), new TreeSet<>()),
                        read,
                        received,
                        cursors.get(key),
                        delivery,
                        found);
                cursors.put(key, received.to());
            }
        }
        stale(inOrder, acknowledged, found);
        return found;
    }

    private static void one(
            NavigableSet<Long> log,
            Operation<Read, Received> read,
            Received received,
            @Nullable Long cursor,
            Delivery delivery,
            List<Violation> found) {
        Long from = read.input().from();
        boolean repeatable = delivery == Delivery.AT_LEAST_ONCE;
        if (!received.restart() && from != null && cursor != null && !from.equals(cursor) && !repeatable) {
            found.add(new Violation(Rule.CURSOR_NOT_FOLLOWED, read + ", the cursor was " + cursor));
            return;
        }
        long begin = received.restart() || from == null ? Long.MIN_VALUE : from;
        if (received.to() < begin) {
            found.add(new Violation(Rule.CURSOR_WENT_BACK, read.toString()));
            return;
        }
        long last = begin;
        Set<Long> seen = new HashSet<>();
        for (long entry : received.entries()) {
            if (!log.contains(entry) || entry > received.to()) {
                found.add(new Violation(Rule.ENTRY_NOT_IN_LOG, entry + " in " + read));
            } else if (entry <= begin || !seen.add(entry)) {
                if (!repeatable) {
                    found.add(new Violation(Rule.ENTRY_REPEATED, entry + " in " + read));
                }
            } else if (entry < last) {
                found.add(new Violation(Rule.ENTRY_OUT_OF_ORDER, entry + " after " + last + " in " + read));
            }
            last = Math.max(last, entry);
        }
        if (begin != Long.MIN_VALUE && begin < received.to()) {
            List<Long> skipped = new ArrayList<>(log.subSet(begin, false, received.to(), true));
            skipped.removeAll(new TreeSet<>(received.entries()));
            if (!skipped.isEmpty()) {
                found.add(new Violation(Rule.ENTRY_SKIPPED, skipped + " in " + read));
            }
        }
    }

    /** Goes through the reads as they are invoked and knows the last acknowledged position of each stream. */
    private static void stale(
            List<Operation<Read, Received>> reads, Collection<Acknowledged> acknowledged, List<Violation> found) {
        PriorityQueue<Acknowledged> pending = new PriorityQueue<>(Comparator.comparingLong(Acknowledged::returned));
        pending.addAll(acknowledged);
        Map<String, Acknowledged> last = new HashMap<>();
        for (Operation<Read, Received> read : reads) {
            while (!pending.isEmpty() && pending.element().returned() < read.invoked()) {
                Acknowledged one = pending.remove();
                last.merge(one.stream(), one, (a, b) -> a.position() >= b.position() ? a : b);
            }
            Received received = read.output();
            Acknowledged newest = last.get(read.input().stream());
            if (received != null && newest != null && !received.more() && received.to() < newest.position()) {
                found.add(new Violation(Rule.READ_STALE, read + " misses " + newest));
            }
        }
    }
}
