package dev.statecraft.leaderboard.rank;

import dev.statecraft.leaderboard.entry.ScorePath;
import dev.statecraft.leaderboard.entry.ScorePath.Step;
import dev.statecraft.leaderboard.rank.RankNode.Below;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Propagates the number of distinct scores from the nodes of a batch to their parents, on boards with DENSE ranking.
 *
 * <p>The number is a function of the node, so it is not summed from changes: every node has a version, and the parent
 * stores the number with the version it was read from, unless it has a newer version. Batches that are repeated, cut
 * differently or counted in another order between lanes end with the newest version and the same numbers. A number is
 * propagated if it changed, and also if it turns out to be written already: the process that wrote it may have stopped
 * before it propagated the number, or may be this one, whose first attempt of the write lost its response.
 */
final class DistinctCounts {

    /** A node, and the numbers of its children that it must store. */
    record Note(String tree, String node, Map<Integer, Below> below, boolean repeated) {}

    private record Key(String tree, String node) {}

    private record Child(Below below, boolean repeated) {}

    private final Map<Integer, Map<Key, Map<Integer, Child>>> byDepth = new HashMap<>();

    /**
     * Records the state of a node after a write.
     *
     * @param repeated whether the number is propagated although the write did not change it
     */
    synchronized void record(String tree, String node, RankNode before, RankNode after, boolean repeated) {
        boolean subscores = ScorePath.isSubscoreRoot(node);
        boolean changed =
                before.distinct(node) != after.distinct(node) || (subscores && before.total() != after.total());
        Optional<Step> above = ScorePath.stepTo(node);
        if (above.isEmpty() || !(changed || repeated)) {
            return;
        }
        Step step = above.get();
        Below below = new Below(after.distinct(node), subscores ? after.total() : 0, after.version());
        byDepth.computeIfAbsent(NodeDelta.depthOf(step.node()), depth -> new LinkedHashMap<>())
                .computeIfAbsent(new Key(tree, step.node()), key -> new TreeMap<>())
                .merge(step.child(), new Child(below, repeated), DistinctCounts::newer);
    }

    private static Child newer(Child a, Child b) {
        return new Child(
                a.below().version() > b.below().version() ? a.below() : b.below(), a.repeated() || b.repeated());
    }

    /** Removes and returns the numbers that the nodes at a depth must store. */
    synchronized List<Note> take(int depth) {
        Map<Key, Map<Integer, Child>> nodes = byDepth.remove(depth);
        return nodes == null
                ? List.of()
                : nodes.entrySet().stream().map(DistinctCounts::note).toList();
    }

    private static Note note(Map.Entry<Key, Map<Integer, Child>> node) {
        Map<Integer, Below> below = new TreeMap<>();
        node.getValue().forEach((child, known) -> below.put(child, known.below()));
        boolean repeated = node.getValue().values().stream().anyMatch(Child::repeated);
        return new Note(node.getKey().tree(), node.getKey().node(), below, repeated);
    }
}
