package dev.statecraft.leaderboard.rank;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.ScorePath;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.Score;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Dense ranks from nodes of the rank tree, corrected for entries that were written after the tree counted them.
 *
 * <p>A score is one of the distinct scores while at least one entry has it. Therefore, for each score that an entry had when
 * it was counted and for each that it has now, the number of its entries decides whether the correction adds a score,
 * removes one, or neither.
 */
final class DistinctRanks {

    private final Board board;
    private final Map<String, RankNode> nodes;

    /**
     * Dense ranks on a board.
     *
     * @param nodes the nodes of the entries' scores, and those of {@link #missing}
     */
    DistinctRanks(Board board, Map<String, RankNode> nodes) {
        this.board = board;
        this.nodes = nodes;
    }

    /**
     * Keys of further nodes that are needed: of the scores that the tree still counts for the entries.
     *
     * @param read the nodes of the entries' scores
     */
    static Set<String> missing(Board board, List<Entry> entries, Map<String, RankNode> read) {
        Set<String> missing = new LinkedHashSet<>();
        for (Entry entry : entries) {
            Score counted = counted(board, entry, ScorePath.ROOT, read);
            if (counted != null && !counted.equals(entry.score())) {
                missing.addAll(RankTree.nodesOf(counted, board.subscored()));
            }
        }
        missing.removeAll(read.keySet());
        return missing;
    }

    /**
     * The dense rank of a score.
     *
     * @param written entries that are counted with their current score, regardless of the score in the tree
     */
    long rank(Score score, List<Entry> written) {
        Order order = board.order();
        long better = RankTree.distinctBetter(score, order, board.subscored(), nodes);
        Set<Score> touched = new HashSet<>();
        for (Entry entry : written) {
            touched.add(entry.requireScore());
            Score before = counted(board, entry, ScorePath.ROOT, nodes);
            if (before != null) {
                touched.add(before);
            }
        }
        for (Score other : touched) {
            if (order.better(other, score)) {
                better += correction(other, written);
            }
        }
        return Math.max(0, better) + 1;
    }

    /** 1 if an entry has a score that the tree does not count, −1 if the tree counts a score that no entry has, otherwise 0. */
    private int correction(Score other, List<Entry> written) {
        long counted = RankTree.standing(other, board.order(), board.subscored(), nodes)
                .equal();
        List<ScorePath.Step> path = ScorePath.of(other);
        String leaf = path.get(path.size() - 1).node();
        long holders = counted;
        for (Entry entry : written) {
            if (other.equals(counted(board, entry, leaf, nodes))) {
                holders--;
            }
            if (other.equals(entry.score())) {
                holders++;
            }
        }
        return (holders > 0 ? 1 : 0) - (counted > 0 ? 1 : 0);
    }

    private static @Nullable Score counted(Board board, Entry entry, String node, Map<String, RankNode> nodes) {
        RankNode read = nodes.getOrDefault(node, RankNode.EMPTY);
        return entry.countedAt(read.times().get(board.laneOf(entry.playerId())));
    }
}
