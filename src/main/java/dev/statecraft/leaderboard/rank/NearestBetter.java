package dev.statecraft.leaderboard.rank;

import dev.statecraft.leaderboard.entry.ScorePath;
import dev.statecraft.leaderboard.entry.ScorePath.Range;
import dev.statecraft.leaderboard.entry.ScorePath.Step;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.Score;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the scores directly better than a score, in the nodes of its path: the siblings of each step have counts, so the
 * position from which the order index contains a given number of better entries is known without another read.
 */
public final class NearestBetter {

    /**
     * A position in the order index before a score.
     *
     * @param from the best score of the position; no tie crosses it. Null for the best position of the board
     * @param entries number of entries from there to the score, without the entries that have the score
     */
    public record Start(@Nullable Score from, long entries) {}

    /**
     * A node, and the numbers that it divides.
     *
     * @param range the node's own numbers; null for a root
     * @param value the score whose subscores the node counts; null for a node that counts scores
     */
    private record Place(
            String key,
            RankNode node,
            @Nullable Range range,
            @Nullable Long value) {

        Range rangeOf(int child) {
            return range == null ? ScorePath.rangeOfRootChild(child) : ScorePath.rangeOfChild(range, child);
        }

        Score bestOf(int child, Order order) {
            boolean rising = order == Order.ASCENDING;
            long best = rising ? rangeOf(child).lowest() : rangeOf(child).highest();
            return value == null ? new Score(best, rising ? -Score.LIMIT : Score.LIMIT) : new Score(value, best);
        }

        /** The children better than one of them. */
        NavigableMap<Integer, Long> betterThan(int child, Order order) {
            return order == Order.ASCENDING
                    ? node.counts().headMap(child, false)
                    : node.counts().tailMap(child, false);
        }
    }

    private record Level(Place place, int child) {}

    private final Order order;
    private final Map<String, RankNode> nodes;
    private final long wanted;
    private long entries;

    private NearestBetter(Order order, Map<String, RankNode> nodes, long wanted) {
        this.order = order;
        this.nodes = nodes;
        this.wanted = wanted;
    }

    /** Keys of the nodes that {@link #of} needs; those of the nearest better score keep the range small. */
    static Set<String> nodesOf(Score score, Order order, boolean subscores) {
        Set<String> keys = new LinkedHashSet<>(RankTree.nodesOf(score, subscores));
        long next = score.value() + (order == Order.ASCENDING ? -1 : 1);
        if (Score.inRange(next)) {
            keys.addAll(RankTree.nodesOf(new Score(next, 0), false));
        }
        return keys;
    }

    /**
     * The nearest position with at least {@code wanted} better entries between it and the score; the best position of the
     * board if there are fewer.
     *
     * @param nodes the nodes of {@link #nodesOf}; a missing node is empty
     */
    public static Start of(Score score, Order order, boolean subscores, Map<String, RankNode> nodes, long wanted) {
        if (wanted == 0) {
            return new Start(score, 0);
        }
        NearestBetter search = new NearestBetter(order, nodes, wanted);
        List<Level> levels = levels(score, subscores, nodes);
        Collections.reverse(levels);
        for (Level level : levels) {
            Score from = search.among(level.place(), level.place().betterThan(level.child(), order));
            if (from != null) {
                return new Start(from, search.entries);
            }
        }
        return new Start(null, search.entries);
    }

    /** Adds children, nearest first, until enough entries are found; null if there are too few. */
    private @Nullable Score among(Place place, NavigableMap<Integer, Long> better) {
        NavigableMap<Integer, Long> nearestFirst = order == Order.ASCENDING ? better.descendingMap() : better;
        for (Map.Entry<Integer, Long> child : nearestFirst.entrySet()) {
            String key = new Step(place.key(), child.getKey()).next();
            RankNode below = nodes.get(key);
            if (below == null) {
                entries += Math.max(0, child.getValue());
                if (entries >= wanted) {
                    return place.bestOf(child.getKey(), order);
                }
            } else {
                Score from = among(new Place(key, below, place.rangeOf(child.getKey()), place.value()), below.counts());
                if (from != null) {
                    return from;
                }
            }
        }
        return null;
    }

    private static List<Level> levels(Score score, boolean subscores, Map<String, RankNode> nodes) {
        List<Step> byValue = ScorePath.of(new Score(score.value(), 0));
        List<Level> levels = new ArrayList<>(levels(byValue, null, nodes));
        if (subscores) {
            Step leaf = byValue.get(byValue.size() - 1);
            String root = ScorePath.subscoreRoot(leaf);
            long count = node(nodes, leaf.node()).count(leaf.child());
            List<Step> all = ScorePath.of(score);
            List<Step> bySubscore = score.subscore() == 0
                    ? List.of(new Step(root, ScorePath.zeroChild()))
                    : all.subList(byValue.size(), all.size());
            List<Level> below = levels(bySubscore, score.value(), nodes);
            Level first = below.get(0);
            RankNode whole = RankTree.withZero(first.place().node(), count);
            below.set(0, new Level(new Place(root, whole, null, score.value()), first.child()));
            levels.addAll(below);
        }
        return levels;
    }

    private static List<Level> levels(List<Step> steps, @Nullable Long value, Map<String, RankNode> nodes) {
        List<Level> levels = new ArrayList<>();
        Range range = null;
        for (Step step : steps) {
            Place place = new Place(step.node(), node(nodes, step.node()), range, value);
            levels.add(new Level(place, step.child()));
            range = place.rangeOf(step.child());
        }
        return levels;
    }

    private static RankNode node(Map<String, RankNode> nodes, String key) {
        return nodes.getOrDefault(key, RankNode.EMPTY);
    }
}
