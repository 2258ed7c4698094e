package dev.statecraft.leaderboard.rank;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.ScorePath;
import dev.statecraft.leaderboard.rank.Distribution.Bucket;
import dev.statecraft.leaderboard.rank.Distribution.Cell;
import dev.statecraft.leaderboard.rank.RankTree.Place;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.Score;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Computes distributions of values from the rank tree. The cost does not depend on the size of the board. */
@ApplicationScoped
public class DistributionService {

    /** Nodes below the root that are read for finer boundaries: 0.5 RCU each. */
    private static final int DIVIDED = 4;

    private final RankStore ranks;

    public DistributionService(RankStore ranks) {
        this.ranks = ranks;
    }

    /**
     * The distribution of values in buckets of about equal width, whose boundaries are those of tree nodes. Cost: at most 2.5
     * RCU, in two requests; three or four if all scores lie within a small part of their size.
     *
     * @param buckets maximum number of buckets; fewer for a narrow range, and for a range with few nodes
     */
    public Distribution distribution(Board board, int season, int buckets) {
        List<String> trees = RankStore.treesOf(board, season);
        RankNode root = ranks.read(trees, ScorePath.ROOT);
        List<Cell> cells = Distribution.cells(root);
        int left = DIVIDED;
        // The first division narrows most ranges enough; scores that share their first digits need another one.
        while (left > 0 && (left == DIVIDED || cells.size() < buckets / 2)) {
            Set<String> wide = Distribution.wide(cells, buckets, left);
            if (wide.isEmpty()) {
                break;
            }
            cells = Distribution.divided(cells, ranks.read(trees, wide));
            left -= wide.size();
        }
        return Distribution.of(cells, buckets, root.total(), RankWalk.asOf(board, season, root));
    }

    /**
     * The distribution of values in buckets of exactly equal width, the last one excepted, between the lowest and the highest
     * value. Cost: one node for each level of the lowest and the highest value, one request each, and one batch read of the
     * paths of all boundaries.
     *
     * @param buckets maximum number of buckets; fewer for a narrow range
     */
    public Distribution exact(Board board, int season, int buckets) {
        RankWalk walk = new RankWalk(ranks, board, season);
        RankWalk.Summary summary = walk.summary();
        Optional<Place> lowest = RankTree.select(0, Order.ASCENDING, false, walk::node, 0);
        Optional<Place> highest = RankTree.select(0, Order.DESCENDING, false, walk::node, 0);
        if (lowest.isEmpty() || highest.isEmpty()) {
            return new Distribution(List.of(), 0, summary.asOf());
        }
        long from = lowest.get().from().value();
        long to = Math.max(from, highest.get().from().value());
        long width = Math.max(1, (to - from + buckets) / buckets);
        List<Long> bounds = new ArrayList<>();
        for (long bound = from; bound <= to; bound += width) {
            bounds.add(bound);
        }
        Set<String> keys = new LinkedHashSet<>();
        bounds.forEach(bound -> keys.addAll(RankTree.nodesOf(new Score(bound, 0), false)));
        Map<String, RankNode> nodes = ranks.read(RankStore.treesOf(board, season), keys);
        List<Bucket> result = new ArrayList<>();
        for (int i = 0; i < bounds.size(); i++) {
            boolean last = i == bounds.size() - 1;
            long below = RankTree.below(bounds.get(i), nodes);
            long until = last ? summary.total() : RankTree.below(bounds.get(i + 1), nodes);
            result.add(new Bucket(bounds.get(i), last ? to : bounds.get(i + 1), Math.max(0, until - below)));
        }
        return new Distribution(result, summary.total(), summary.asOf());
    }
}
