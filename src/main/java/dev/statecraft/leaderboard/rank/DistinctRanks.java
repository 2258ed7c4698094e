package dev.statecraft.leaderboard.rank;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.ScorePath;
import dev.statecraft.leaderboard.rank.RankNode.Below;
import dev.statecraft.leaderboard.settings.Score;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Dense ranks from nodes of the rank tree, corrected for entries that were written after the tree counted them.
 *
 * <p>A score is one of the distinct scores while at least one entry has it. A node stores for each child how many distinct
 * scores are below it, and such a number may depend on an entry alone. Therefore the numbers on the paths of all scores that
 * the tree may count for the entries are computed again, from the nodes without the entries.
 */
final class DistinctRanks {

    private final Board board;
    private final Map<String, RankNode> others;

    /**
     * Dense ranks on a board.
     *
     * @param entries entries that are counted with their current score, regardless of the score in the tree
     * @param nodes the nodes of {@link #paths}
     */
    DistinctRanks(Board board, List<Entry> entries, Map<String, RankNode> nodes) {
        this.board = board;
        this.others = summed(OtherEntries.of(board, entries, nodes));
    }

    /**
     * Keys of the nodes of the entries' scores, and of those that the tree may still count for them.
     *
     * @param read nodes with the root, which is the last to count a change
     */
    static Set<String> paths(Board board, List<Entry> entries, Map<String, RankNode> read) {
        RankNode root = read.getOrDefault(ScorePath.ROOT, RankNode.EMPTY);
        Set<String> paths = new LinkedHashSet<>();
        for (Entry entry : entries) {
            int lane = board.laneOf(entry.playerId());
            Long until = root.countedUntil(lane, CountedWrites.tagOf(entry.playerId()));
            entry.scoresSince(until).forEach(score -> paths.addAll(RankTree.nodesOf(score, board.subscored())));
        }
        return paths;
    }

    /**
     * The nodes of paths that must be read again: their parents have numbers of a later version.
     *
     * @param paths keys of nodes
     * @param read the nodes that were found
     */
    static Set<String> outdated(Set<String> paths, Map<String, RankNode> read) {
        return paths.stream()
                .filter(key -> read.getOrDefault(key, RankNode.EMPTY).version() < knownVersion(key, read))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static long knownVersion(String key, Map<String, RankNode> read) {
        return ScorePath.stepTo(key)
                .map(step -> read.getOrDefault(step.node(), RankNode.EMPTY)
                        .known(step.child())
                        .version())
                .orElse(0L);
    }

    /** The nodes with the numbers of those children that are among them, unless the stored ones are of a later version. */
    private static Map<String, RankNode> summed(Map<String, RankNode> nodes) {
        Map<String, RankNode> summed = new HashMap<>(nodes);
        nodes.keySet().stream()
                .sorted(Comparator.comparingInt(NodeDelta::depthOf).reversed())
                .forEach(key -> ScorePath.stepTo(key).ifPresent(step -> {
                    RankNode node = Objects.requireNonNull(summed.get(key));
                    Below below = new Below(node.distinct(key), node.total(), node.version());
                    summed.computeIfPresent(
                            step.node(),
                            (above, parent) -> parent.known(step.child()).version() > node.version()
                                    ? parent
                                    : parent.with(step.child(), below));
                }));
        return summed;
    }

    /**
     * The dense rank of a score.
     *
     * @param written entries that are counted with their current score
     */
    long rank(Score score, List<Entry> written) {
        long better = RankTree.distinctBetter(score, board.order(), board.subscored(), others);
        long added = written.stream()
                .map(Entry::requireScore)
                .distinct()
                .filter(own -> board.order().better(own, score))
                .filter(own -> RankTree.equal(own, board.subscored(), others) == 0)
                .count();
        return better + added + 1;
    }
}
