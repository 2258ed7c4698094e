package dev.statecraft.leaderboard.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.leaderboard.entry.ScorePath;
import dev.statecraft.leaderboard.entry.ScorePath.Step;
import dev.statecraft.leaderboard.rank.RankTree.Place;
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
}
