package dev.statecraft.leaderboard.rank;

import dev.statecraft.leaderboard.entry.ScoreChange;
import dev.statecraft.leaderboard.entry.ScorePath;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The sum of the changes of one lane to one node, in stream order.
 *
 * <p>It is written on condition that the node's watermark of the lane is before {@link #first}, and advances the watermark
 * to {@link #last}. A change that is delivered twice is therefore dropped by {@link #after(BigInteger)}. A delta with an
 * empty sum is written too, to advance the watermark.
 */
public record NodeDelta(String tree, String node, int lane, List<Change> changes, boolean distinct) {

    /** A delta in a tree that counts entries only. */
    public NodeDelta(String tree, String node, int lane, List<Change> changes) {
        this(tree, node, lane, changes, false);
    }

    /**
     * Effect of one stream record on one count: +1, −1 or 0.
     *
     * @param mark number of the lane marker, 0 if the record is not one
     * @param player the tag of the player, {@link CountedWrites#NOBODY} if the record is a lane marker
     */
    public record Change(BigInteger sequence, long at, int child, int by, long mark, long player) {

        /** A change of no player. */
        public Change(BigInteger sequence, long at, int child, int by, long mark) {
            this(sequence, at, child, by, mark, CountedWrites.NOBODY);
        }
    }

    private record Key(String tree, String node, int lane) {

        NodeDelta delta(List<Change> changes, Set<String> distinct) {
            return new NodeDelta(tree, node, lane, changes, distinct.contains(tree));
        }
    }

    /**
     * Groups the changes of a batch by node and lane. Deeper nodes are written first and roots last, so that a root never
     * includes changes that the nodes below it do not count yet.
     */
    public static List<NodeDelta> of(List<ScoreChange> batch) {
        Map<Key, List<Change>> grouped = new LinkedHashMap<>();
        for (ScoreChange change : batch) {
            // The root receives every change, also one without effect, so that its time shows the progress of counting.
            grouped.computeIfAbsent(new Key(change.tree(), ScorePath.ROOT, change.lane()), key -> new ArrayList<>())
                    .add(new Change(
                            change.sequence(), change.at(), ScorePath.zeroChild(), 0, change.mark(), change.player()));
            change.forEachStep((step, by) -> grouped.computeIfAbsent(
                            new Key(change.tree(), step.node(), change.lane()), key -> new ArrayList<>())
                    .add(new Change(change.sequence(), change.at(), step.child(), by, 0, change.player())));
        }
        List<NodeDelta> deltas = new ArrayList<>();
        Set<String> distinct = batch.stream()
                .filter(ScoreChange::distinct)
                .map(ScoreChange::tree)
                .collect(Collectors.toSet());
        grouped.forEach((key, changes) -> deltas.add(key.delta(changes, distinct)));
        return deltas;
    }

    /** Levels below the root; the root itself is 0. */
    public int depth() {
        return depthOf(node);
    }

    /** Levels of a node below the root; the root itself is 0. */
    static int depthOf(String node) {
        return (int) node.chars().filter(c -> c == '.').count();
    }

    /** Sequence number of the first change. */
    public BigInteger first() {
        return changes.get(0).sequence();
    }

    /** Sequence number of the last change. */
    public BigInteger last() {
        return changes.get(changes.size() - 1).sequence();
    }

    /** Write time of the newest change, Unix milliseconds. */
    public long newest() {
        return changes.stream().mapToLong(Change::at).max().orElseThrow();
    }

    /** Time of each player's last write among the changes, by tag of the player. */
    public Map<Long, Long> lastByPlayer() {
        Map<Long, Long> last = new HashMap<>();
        changes.forEach(change -> last.merge(change.player(), change.at(), Math::max));
        return last;
    }

    /** Number of the last lane marker among the changes, 0 if there is none. */
    public long mark() {
        return changes.stream().mapToLong(Change::mark).max().orElseThrow();
    }

    /** The sum by child, without children whose changes cancel out. */
    public Map<Integer, Long> sums() {
        Map<Integer, Long> sums = new TreeMap<>();
        changes.forEach(change -> sums.merge(change.child(), (long) change.by(), Long::sum));
        sums.values().removeIf(sum -> sum == 0);
        return sums;
    }

    /** The part after a watermark; empty if everything is counted already. */
    public Optional<NodeDelta> after(BigInteger watermark) {
        List<Change> left = changes.stream()
                .filter(change -> change.sequence().compareTo(watermark) > 0)
                .toList();
        return left.isEmpty() ? Optional.empty() : Optional.of(new NodeDelta(tree, node, lane, left, distinct));
    }
}
