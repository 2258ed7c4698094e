package dev.statecraft.leaderboard.rank;

import dev.statecraft.leaderboard.entry.ScorePath;
import dev.statecraft.leaderboard.entry.ScorePath.Range;
import dev.statecraft.leaderboard.entry.ScorePath.Step;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.Score;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Rank and select over the nodes of a counting trie (see {@link ScorePath}): the number of entries better than a score, and
 * the score at a position. Pure functions of the given nodes.
 *
 * <p>Both follow one path, so both read at most nine nodes (four for scores below 2^24, and the same again for a subscore)
 * at any number of entries.
 */
public final class RankTree {

    private RankTree() {}

    /**
     * Counts around a score.
     *
     * @param better number of entries with a strictly better pair
     * @param equal number of entries with the same pair
     * @param total number of entries
     */
    public record Standing(long better, long equal, long total) {}

    /**
     * The entry at a position, as a start in the order index.
     *
     * @param from the score to start at: exact, or the best end of a range that contains the position
     * @param before number of entries strictly better than {@code from}
     * @param skip number of entries to skip from there
     * @param exact whether {@code from} is the score at the position
     */
    public record Place(Score from, long before, long skip, boolean exact) {}

    /** Keys of the nodes that {@link #standing} of this score needs. */
    public static List<String> nodesOf(Score score, boolean subscores) {
        List<String> keys = new ArrayList<>();
        List<Step> byValue = ScorePath.of(new Score(score.value(), 0));
        byValue.forEach(step -> keys.add(step.node()));
        if (subscores) {
            keys.add(ScorePath.subscoreRoot(byValue.get(byValue.size() - 1)));
            List<Step> all = ScorePath.of(score);
            all.subList(Math.min(all.size(), byValue.size() + 1), all.size()).forEach(step -> keys.add(step.node()));
        }
        return keys;
    }

    /**
     * Counts around a score.
     *
     * @param nodes the nodes of {@link #nodesOf}; a missing node is empty
     */
    public static Standing standing(Score score, Order order, boolean subscores, Map<String, RankNode> nodes) {
        long better = 0;
        long equal = 0;
        List<Step> byValue = ScorePath.of(new Score(score.value(), 0));
        for (Step step : byValue) {
            RankNode node = node(nodes, step.node());
            better += node.better(step.child(), order);
            equal = node.count(step.child());
        }
        if (subscores) {
            Step leaf = byValue.get(byValue.size() - 1);
            RankNode root = withZero(node(nodes, ScorePath.subscoreRoot(leaf)), equal);
            List<Step> all = ScorePath.of(score);
            List<Step> bySubscore = score.subscore() == 0
                    ? List.of(new Step(ScorePath.subscoreRoot(leaf), ScorePath.zeroChild()))
                    : all.subList(byValue.size(), all.size());
            for (int i = 0; i < bySubscore.size(); i++) {
                Step step = bySubscore.get(i);
                RankNode node = i == 0 ? root : node(nodes, step.node());
                better += node.better(step.child(), order);
                equal = node.count(step.child());
            }
        }
        // While a score that changes is being counted, two nodes may count it. The root decides how many entries there
        // are.
        long total = node(nodes, ScorePath.ROOT).total();
        long tied = Math.min(equal, total);
        return new Standing(Math.min(better, total - tied), tied, total);
    }

    /**
     * Number of entries with a score.
     *
     * @param nodes the nodes of {@link #nodesOf}; a missing node is empty
     */
    static long equal(Score score, boolean subscores, Map<String, RankNode> nodes) {
        List<Step> steps = ScorePath.of(score);
        Step leaf = steps.get(steps.size() - 1);
        long equal = node(nodes, leaf.node()).count(leaf.child());
        return subscores && score.subscore() == 0
                ? Math.max(0, equal - node(nodes, ScorePath.subscoreRoot(leaf)).total())
                : equal;
    }

    /**
     * Number of distinct (score, subscore) pairs strictly better than a score, on boards with DENSE ranking.
     *
     * @param nodes the nodes of {@link #nodesOf}; a missing node is empty
     */
    public static long distinctBetter(Score score, Order order, boolean subscores, Map<String, RankNode> nodes) {
        long distinct = 0;
        long equal = 0;
        List<Step> byValue = ScorePath.of(new Score(score.value(), 0));
        for (Step step : byValue) {
            RankNode node = node(nodes, step.node());
            distinct += node.distinctBetter(step.node(), step.child(), order);
            equal = node.count(step.child());
        }
        if (subscores) {
            String root = ScorePath.subscoreRoot(byValue.get(byValue.size() - 1));
            List<Step> bySubscore = score.subscore() == 0
                    ? List.of(new Step(root, ScorePath.zeroChild()))
                    : ScorePath.of(score)
                            .subList(byValue.size(), ScorePath.of(score).size());
            for (Step step : bySubscore) {
                RankNode node = node(nodes, step.node());
                distinct += (step.node().equals(root) ? withZero(node, equal) : node)
                        .distinctBetter(step.node(), step.child(), order);
            }
        }
        return distinct;
    }

    /**
     * The pair with a given number of distinct better pairs.
     *
     * @param index the dense rank, 0 for the best
     * @param nodes reads a node by its key; called once for each level, from the root down
     * @return empty if fewer distinct pairs are counted
     */
    public static Optional<Place> selectDistinct(long index, Order order, boolean subscores, NodeReader nodes) {
        long before = 0;
        long left = index;
        String key = ScorePath.ROOT;
        Range range = new Range(-Score.LIMIT, Score.LIMIT);
        OptionalLong value = OptionalLong.empty();
        RankNode node = nodes.read(key);
        while (true) {
            DistinctPick pick = pickDistinct(key, node, order, left);
            if (pick == null) {
                return Optional.empty();
            }
            before += pick.before();
            left -= pick.distinctBefore();
            boolean root = key.equals(ScorePath.ROOT) || ScorePath.isSubscoreRoot(key);
            range = root ? ScorePath.rangeOfRootChild(pick.child()) : ScorePath.rangeOfChild(range, pick.child());
            Step step = new Step(key, pick.child());
            key = step.next();
            if (!range.exact()) {
                node = nodes.read(key);
            } else if (value.isPresent()) {
                return Optional.of(new Place(new Score(value.getAsLong(), range.lowest()), before, 0, true));
            } else if (!subscores) {
                return Optional.of(new Place(new Score(range.lowest(), 0), before, 0, true));
            } else {
                value = OptionalLong.of(range.lowest());
                key = ScorePath.subscoreRoot(step);
                node = withZero(nodes.read(key), pick.count());
            }
        }
    }

    private record DistinctPick(int child, long before, long distinctBefore, long count) {}

    private static @Nullable DistinctPick pickDistinct(String key, RankNode node, Order order, long index) {
        long before = 0;
        long distinct = 0;
        NavigableSet<Integer> children = node.children();
        for (int child : order == Order.ASCENDING ? children : children.descendingSet()) {
            long here = node.distinct(key, child);
            if (distinct + here > index) {
                return new DistinctPick(child, before, distinct, node.count(child));
            }
            distinct += here;
            before += node.count(child);
        }
        return null;
    }

    /**
     * Number of entries with a value below the given one, regardless of the board's order.
     *
     * @param nodes the nodes of the value's path
     */
    public static long below(long value, Map<String, RankNode> nodes) {
        long below = 0;
        for (Step step : ScorePath.of(new Score(value, 0))) {
            below += node(nodes, step.node()).better(step.child(), Order.ASCENDING);
        }
        return below;
    }

    /**
     * The score at a position.
     *
     * @param index the position, 0 for the best
     * @param nodes reads a node by its key; called once for each level, from the root down
     * @param enough stops above the exact score as soon as a range has at most this many entries; 0 never stops early
     * @return empty if fewer entries are counted
     */
    public static Optional<Place> select(long index, Order order, boolean subscores, NodeReader nodes, long enough) {
        long before = 0;
        String key = ScorePath.ROOT;
        Range range = new Range(-Score.LIMIT, Score.LIMIT);
        RankNode node = nodes.read(key);
        while (true) {
            Pick pick = pick(node, order, index - before);
            if (pick == null) {
                return key.equals(ScorePath.ROOT) ? Optional.empty() : Optional.of(at(range, order, before, index));
            }
            before += pick.before();
            range = key.equals(ScorePath.ROOT)
                    ? ScorePath.rangeOfRootChild(pick.child())
                    : ScorePath.rangeOfChild(range, pick.child());
            Step step = new Step(key, pick.child());
            if (range.exact()) {
                long value = range.lowest();
                if (!subscores) {
                    return Optional.of(new Place(new Score(value, 0), before, index - before, true));
                }
                return Optional.of(selectSubscore(index, order, nodes, value, step, before, pick.count()));
            }
            if (pick.count() <= enough) {
                return Optional.of(at(range, order, before, index));
            }
            key = step.next();
            node = nodes.read(key);
        }
    }

    /**
     * Keys of the nodes that {@link #select} reads first: the child of the root that contains the position, and its child where
     * the position lies if the entries are spread evenly, or two children if it lies between them.
     *
     * @return empty if the root alone is enough
     */
    public static List<String> likely(long index, Order order, RankNode root, long enough) {
        Pick pick = pick(root, order, index);
        if (pick == null || pick.count() <= enough) {
            return List.of();
        }
        Range range = ScorePath.rangeOfRootChild(pick.child());
        String key = new Step(ScorePath.ROOT, pick.child()).next();
        if (range.exact()) {
            return List.of();
        }
        int children = ScorePath.childrenOf(range);
        List<String> keys = new ArrayList<>(List.of(key));
        if (pick.count() / children > enough && !ScorePath.exact(key, 0)) {
            // In eighths of a child: a position near an end of a child may be in the next one.
            long eighths = (index - pick.before()) * children * 8 / pick.count();
            LongStream.of(eighths - 1, eighths, eighths + 1)
                    .map(eighth -> Math.max(0, Math.min(children - 1, eighth / 8)))
                    .distinct()
                    .map(nearest -> order == Order.ASCENDING ? nearest : children - 1 - nearest)
                    .forEach(child -> keys.add(new Step(key, (int) child).next()));
        }
        return keys;
    }

    /** Reads a node of one tree by its key; {@link RankNode#EMPTY} if there is none. */
    @FunctionalInterface
    public interface NodeReader {
        /** The node with this key. */
        RankNode read(String key);
    }

    private static Place selectSubscore(
            long index, Order order, NodeReader nodes, long value, Step leaf, long before, long count) {
        String key = ScorePath.subscoreRoot(leaf);
        RankNode node = withZero(nodes.read(key), count);
        Range range = new Range(-Score.LIMIT, Score.LIMIT);
        boolean root = true;
        while (true) {
            Pick pick = pick(node, order, index - before);
            if (pick == null) {
                long best = order == Order.ASCENDING ? range.lowest() : range.highest();
                return new Place(new Score(value, best), before, index - before, false);
            }
            before += pick.before();
            range = root ? ScorePath.rangeOfRootChild(pick.child()) : ScorePath.rangeOfChild(range, pick.child());
            if (range.exact()) {
                return new Place(new Score(value, range.lowest()), before, index - before, true);
            }
            root = false;
            key = new Step(key, pick.child()).next();
            node = nodes.read(key);
        }
    }

    private record Pick(int child, long before, long count) {}

    private static @Nullable Pick pick(RankNode node, Order order, long index) {
        long before = 0;
        for (Map.Entry<Integer, Long> child : node.bestFirst(order).entrySet()) {
            long count = Math.max(0, child.getValue());
            if (before + count > index) {
                return new Pick(child.getKey(), before, count);
            }
            before += count;
        }
        return null;
    }

    /** The best end of a range, with the best possible subscore, so that no entry of the range precedes it. */
    private static Place at(Range range, Order order, long before, long index) {
        Score from = order == Order.ASCENDING
                ? new Score(range.lowest(), -Score.LIMIT)
                : new Score(range.highest(), Score.LIMIT);
        return new Place(from, before, index - before, false);
    }

    /** The root of the subscores of a score, with the entries whose subscore is 0. */
    static RankNode withZero(RankNode subscores, long countOfScore) {
        NavigableMap<Integer, Long> counts = new TreeMap<>(subscores.counts());
        // While a batch is being counted, the two nodes may briefly differ; the result is never negative.
        counts.put(ScorePath.zeroChild(), Math.max(0, countOfScore - subscores.total()));
        return new RankNode(
                counts,
                subscores.watermarks(),
                subscores.times(),
                subscores.marks(),
                subscores.below(),
                subscores.version(),
                subscores.writes());
    }

    private static RankNode node(Map<String, RankNode> nodes, String key) {
        return nodes.getOrDefault(key, RankNode.EMPTY);
    }
}
