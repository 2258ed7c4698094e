package dev.statecraft.leaderboard.rank;

import dev.statecraft.leaderboard.entry.ScorePath;
import dev.statecraft.leaderboard.settings.Order;
import java.math.BigInteger;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One node of a rank tree.
 *
 * @param counts number of entries below each child; absent children have 0
 * @param watermarks by lane, the stream sequence number of the last counted change
 * @param times by lane, the write time of the newest counted change, Unix milliseconds
 * @param marks by lane, the number of the last lane marker; in roots only
 * @param below by child, the known counts of the child's node; on boards with DENSE ranking only
 * @param version number of writes of the node; on boards with DENSE ranking only, otherwise 0
 * @param writes by lane, which writes of players are counted
 */
public record RankNode(
        NavigableMap<Integer, Long> counts,
        Map<Integer, BigInteger> watermarks,
        Map<Integer, Long> times,
        Map<Integer, Long> marks,
        NavigableMap<Integer, Below> below,
        long version,
        Map<Integer, CountedWrites> writes) {

    /** A node without counts. */
    public static final RankNode EMPTY = new RankNode(new TreeMap<>(), Map.of(), Map.of(), Map.of());

    private static final Below NOTHING = new Below(0, 0, 0);

    /**
     * The known counts of a node.
     *
     * @param distinct number of distinct scores
     * @param total number of entries; only for roots of subscores
     * @param version the version of the node with these counts
     */
    public record Below(long distinct, long total, long version) {}

    /** A node of a board without dense ranking. */
    public RankNode(
            NavigableMap<Integer, Long> counts,
            Map<Integer, BigInteger> watermarks,
            Map<Integer, Long> times,
            Map<Integer, Long> marks) {
        this(counts, watermarks, times, marks, new TreeMap<>(), 0);
    }

    /** A node that knows of each lane only the newest counted change. */
    public RankNode(
            NavigableMap<Integer, Long> counts,
            Map<Integer, BigInteger> watermarks,
            Map<Integer, Long> times,
            Map<Integer, Long> marks,
            NavigableMap<Integer, Below> below,
            long version) {
        this(counts, watermarks, times, marks, below, version, Map.of());
    }

    /** The counted writes of a lane. */
    CountedWrites writes(int lane) {
        CountedWrites known = writes.get(lane);
        return known == null ? new CountedWrites(times.getOrDefault(lane, 0L), Map.of()) : known;
    }

    /**
     * The time up to which the writes of a player are counted, Unix milliseconds; null if none is.
     *
     * @param lane the player's lane
     * @param player the tag of the player
     */
    public @Nullable Long countedUntil(int lane, long player) {
        return writes(lane).until(player);
    }

    /**
     * Number of distinct (score, subscore) pairs below a child.
     *
     * @param key the key of this node
     */
    public long distinct(String key, int child) {
        Below known = known(child);
        if (!ScorePath.exact(key, child)) {
            return known.distinct();
        }
        // Entries with a subscore other than 0 are counted in the tree of subscores; all others share one pair.
        return known.distinct() + (count(child) > known.total() ? 1 : 0);
    }

    /** The known counts of the node of a child. */
    Below known(int child) {
        return below.getOrDefault(child, NOTHING);
    }

    /** This node with other counts of the node of a child. */
    RankNode with(int child, Below counts) {
        NavigableMap<Integer, Below> known = new TreeMap<>(below);
        known.put(child, counts);
        return new RankNode(this.counts, watermarks, times, marks, known, version, writes);
    }

    /** Number of distinct pairs in this node. */
    public long distinct(String key) {
        return distinct(key, children());
    }

    /** Number of distinct pairs below the children better than the given one. */
    public long distinctBetter(String key, int child, Order order) {
        NavigableSet<Integer> all = children();
        return distinct(key, order == Order.ASCENDING ? all.headSet(child, false) : all.tailSet(child, false));
    }

    /** The children with counts, or with known counts of their nodes. */
    public NavigableSet<Integer> children() {
        NavigableSet<Integer> children = new TreeSet<>(counts.keySet());
        children.addAll(below.keySet());
        return children;
    }

    private long distinct(String key, Collection<Integer> children) {
        long sum = 0;
        for (int child : children) {
            sum += distinct(key, child);
        }
        return sum;
    }

    /** This node after a delta, in its next version. */
    RankNode counted(NodeDelta delta) {
        NavigableMap<Integer, Long> sum = new TreeMap<>(counts);
        delta.sums().forEach((child, by) -> sum.merge(child, by, Long::sum));
        return new RankNode(sum, watermarks, times, marks, below, version + 1, writes);
    }

    /** This node in its next version, with newer known counts of children. */
    RankNode knowing(Map<Integer, Below> newer) {
        NavigableMap<Integer, Below> known = new TreeMap<>(below);
        known.putAll(newer);
        return new RankNode(counts, watermarks, times, marks, known, version + 1, writes);
    }

    /** The count below one child; 0 if absent. */
    public long count(int child) {
        return Math.max(0, counts.getOrDefault(child, 0L));
    }

    /** The sum over all children. */
    public long total() {
        return sum(counts);
    }

    /** The sum over the children better than the given one. */
    public long better(int child, Order order) {
        return sum(order == Order.ASCENDING ? counts.headMap(child, false) : counts.tailMap(child, false));
    }

    /** The children from the best to the worst. */
    public NavigableMap<Integer, Long> bestFirst(Order order) {
        return Collections.unmodifiableNavigableMap(order == Order.ASCENDING ? counts : counts.descendingMap());
    }

    /** Whether all writes before the lane markers are counted. */
    public boolean passed(long mark, int lanes) {
        return IntStream.range(0, lanes).allMatch(lane -> marks.getOrDefault(lane, 0L) >= mark);
    }

    /** This node with one entry less below a child. */
    public RankNode minusOne(int child) {
        NavigableMap<Integer, Long> less = new TreeMap<>(counts);
        less.merge(child, -1L, Long::sum);
        return new RankNode(less, watermarks, times, marks, below, version, writes);
    }

    /**
     * The sum of this node and the same node of another generation of the tree. A pair that both count is counted twice below
     * their children; only exact scores can be corrected.
     */
    public RankNode plus(RankNode other) {
        if (other.counts.isEmpty()) {
            return this;
        }
        NavigableMap<Integer, Long> sum = new TreeMap<>(counts);
        other.counts.forEach((child, count) -> sum.merge(child, count, Long::sum));
        Map<Integer, Long> newest = new TreeMap<>(times);
        other.times.forEach((lane, time) -> newest.merge(lane, time, Math::max));
        NavigableMap<Integer, Below> known = new TreeMap<>(below);
        other.below.forEach((child, more) -> known.merge(
                child,
                more,
                (a, b) -> new Below(a.distinct() + b.distinct(), a.total() + b.total(), a.version() + b.version())));
        Map<Integer, CountedWrites> counted = new TreeMap<>();
        newest.keySet().forEach(lane -> counted.put(lane, writes(lane).plus(other.writes(lane))));
        return new RankNode(sum, watermarks, newest, marks, known, version + other.version, counted);
    }

    private static long sum(Map<Integer, Long> counts) {
        long sum = 0;
        for (long count : counts.values()) {
            sum += Math.max(0, count);
        }
        return sum;
    }
}
