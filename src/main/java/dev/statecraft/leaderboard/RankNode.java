package dev.statecraft.leaderboard;

import java.math.BigInteger;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * One node of a rank tree as it was read.
 *
 * @param counts how many entries are counted below each child; children without any are left out or 0
 * @param watermarks by lane, the stream sequence number of the last change counted here
 * @param times by lane, when the newest change counted here was written, epoch milliseconds
 * @param marks by lane, the number of the last mark that has come by; in roots only
 */
public record RankNode(
        NavigableMap<Integer, Long> counts,
        Map<Integer, BigInteger> watermarks,
        Map<Integer, Long> times,
        Map<Integer, Long> marks) {

    /** A node that nothing was ever counted in. */
    public static final RankNode EMPTY = new RankNode(new TreeMap<>(), Map.of(), Map.of(), Map.of());

    /** The count below one child, 0 where there is none. */
    public long count(int child) {
        return Math.max(0, counts.getOrDefault(child, 0L));
    }

    /** The sum over all children. */
    public long total() {
        return sum(counts);
    }

    /** The sum over the children that are better than one, which itself is not counted. */
    public long better(int child, Order order) {
        return sum(order == Order.ASCENDING ? counts.headMap(child, false) : counts.tailMap(child, false));
    }

    /** The children from the best to the worst. */
    public NavigableMap<Integer, Long> bestFirst(Order order) {
        return Collections.unmodifiableNavigableMap(order == Order.ASCENDING ? counts : counts.descendingMap());
    }

    /** Whether everything that was written into the lanes before their marks is counted. */
    public boolean passed(long mark, int lanes) {
        return IntStream.range(0, lanes).allMatch(lane -> marks.getOrDefault(lane, 0L) >= mark);
    }

    /** This node with one entry less below a child. */
    public RankNode minusOne(int child) {
        NavigableMap<Integer, Long> less = new TreeMap<>(counts);
        less.merge(child, -1L, Long::sum);
        return new RankNode(less, watermarks, times, marks);
    }

    /** This node and the same node of another generation of the tree, counted together. */
    public RankNode plus(RankNode other) {
        if (other.counts.isEmpty()) {
            return this;
        }
        NavigableMap<Integer, Long> sum = new TreeMap<>(counts);
        other.counts.forEach((child, count) -> sum.merge(child, count, Long::sum));
        Map<Integer, Long> newest = new TreeMap<>(times);
        other.times.forEach((lane, time) -> newest.merge(lane, time, Math::max));
        return new RankNode(sum, watermarks, newest, marks);
    }

    private static long sum(Map<Integer, Long> counts) {
        long sum = 0;
        for (long count : counts.values()) {
            sum += Math.max(0, count);
        }
        return sum;
    }
}
