package dev.statecraft.leaderboard.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.leaderboard.entry.ScorePath;
import dev.statecraft.leaderboard.entry.ScorePath.Step;
import dev.statecraft.leaderboard.rank.RankTree.Place;
import dev.statecraft.leaderboard.rank.RankTree.Standing;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.Score;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Which nodes a rank needs, and positions that nodes cannot name exactly. */
class RankTreeTest {

    private static final Score SCORE = new Score(100_000, 70_000);

    private final Map<String, RankNode> nodes = new HashMap<>();
    private final List<String> read = new ArrayList<>();

    /** Two entries at each step, without the nodes from a depth on. */
    private void count(List<Step> steps) {
        steps.forEach(step -> nodes.put(
                step.node(), new RankNode(new TreeMap<>(Map.of(step.child(), 2L)), Map.of(), Map.of(), Map.of())));
    }

    private RankNode node(String key) {
        read.add(key);
        return nodes.getOrDefault(key, RankNode.EMPTY);
    }

    @Test
    void nodesOfAScoreAreThoseOfItsPath_eachOnce() {
        List<String> path = ScorePath.of(SCORE).stream().map(Step::node).toList();
        assertEquals(path, RankTree.nodesOf(SCORE, true));
        assertEquals(path.subList(0, 3), RankTree.nodesOf(SCORE, false));
    }

    @Test
    void rangeWithEnoughEntries_endsTheSearch() {
        count(ScorePath.of(new Score(100_000, 0)));
        Place range = RankTree.select(1, Order.ASCENDING, false, this::node, 2).orElseThrow();
        assertEquals(List.of(ScorePath.ROOT), read);
        assertEquals(new Place(new Score(98_304, -Score.LIMIT), 0, 1, false), range);

        read.clear();
        Optional<Place> exact = RankTree.select(1, Order.ASCENDING, false, this::node, 1);
        assertEquals(Optional.of(new Place(new Score(100_000, 0), 0, 1, true)), exact);
        assertEquals(3, read.size());
    }

    /** A reader may see the root of subscores before the nodes below it. */
    @Test
    void subscoresWhoseNodeIsMissing_areARange() {
        List<Step> steps = ScorePath.of(SCORE);
        count(steps.subList(0, 4));
        ScorePath.Range range = ScorePath.rangeOfRootChild(steps.get(3).child());
        assertEquals(
                Optional.of(new Place(new Score(100_000, range.lowest()), 0, 1, false)),
                RankTree.select(1, Order.ASCENDING, true, this::node, 0));
        assertEquals(
                Optional.of(new Place(new Score(100_000, range.highest()), 0, 1, false)),
                RankTree.select(1, Order.DESCENDING, true, this::node, 0));
    }

    /** Entries of better scores come before those of the score whose node is missing. */
    @Test
    void positionsInARangeOfSubscores_countFromItsFirst() {
        List<Step> steps = ScorePath.of(SCORE);
        count(steps.subList(0, 4));
        better(steps.get(0), 3);
        ScorePath.Range range = ScorePath.rangeOfRootChild(steps.get(3).child());
        assertEquals(
                Optional.of(new Place(new Score(100_000, range.highest()), 3, 1, false)),
                RankTree.select(4, Order.DESCENDING, true, this::node, 0));
    }

    /** Nodes are not written together: a node may count better entries that the root does not count yet. */
    @Test
    void noMoreEntriesAreBetter_thanTheRootCounts() {
        List<Step> steps = ScorePath.of(new Score(SCORE.value(), 0));
        count(steps);
        better(steps.get(1), 5);
        assertEquals(new Standing(0, 2, 2), RankTree.standing(SCORE, Order.DESCENDING, false, nodes));
        better(steps.get(0), 3);
        assertEquals(new Standing(3, 2, 5), RankTree.standing(SCORE, Order.DESCENDING, false, nodes));
    }

    @Test
    void entriesWithAScore_areThoseOfItsLeafWithoutOtherSubscores() {
        Score plain = new Score(SCORE.value(), 0);
        List<Step> steps = ScorePath.of(plain);
        count(steps);
        assertEquals(2, RankTree.equal(plain, false, nodes));
        assertEquals(2, RankTree.equal(plain, true, nodes));
        Step subscore = new Step(ScorePath.subscoreRoot(steps.get(steps.size() - 1)), ScorePath.zeroChild() + 1);
        nodes.put(
                subscore.node(),
                new RankNode(new TreeMap<>(Map.of(subscore.child(), 1L)), Map.of(), Map.of(), Map.of()));
        assertEquals(1, RankTree.equal(plain, true, nodes));
        better(subscore, 3);
        assertEquals(0, RankTree.equal(plain, true, nodes));
        count(ScorePath.of(SCORE));
        assertEquals(2, RankTree.equal(SCORE, true, nodes));
    }

    /** Adds entries with a better score than that of a step to its node. */
    private void better(Step step, long entries) {
        nodes.put(
                step.node(),
                new RankNode(
                        new TreeMap<>(Map.of(step.child(), 2L, step.child() + 1, entries)),
                        Map.of(),
                        Map.of(),
                        Map.of()));
    }
}
