package dev.statecraft.leaderboard.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.entry.ScorePath;
import dev.statecraft.leaderboard.entry.ScorePath.Step;
import dev.statecraft.leaderboard.rank.DistinctCounts.Note;
import dev.statecraft.leaderboard.rank.RankNode.Below;
import dev.statecraft.leaderboard.settings.Score;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Nodes of a rank tree, and the numbers of distinct scores that they pass to their parents. */
class RankNodeTest {

    private static RankNode node(Map<Integer, Long> counts, Map<Integer, Below> below, long version) {
        return new RankNode(new TreeMap<>(counts), Map.of(), Map.of(), Map.of(), new TreeMap<>(below), version);
    }

    @Test
    void marksArePassedIfEveryLaneHasPassedThem() {
        RankNode root = new RankNode(new TreeMap<>(), Map.of(), Map.of(), Map.of(0, 5L, 1, 7L));
        assertTrue(root.passed(5, 2));
        assertFalse(root.passed(6, 2));
        assertFalse(root.passed(5, 3));
        assertTrue(root.passed(5, 1));
    }

    @Test
    void generationsOfANodeAddUp() {
        RankNode one = node(Map.of(1, 2L), Map.of(1, new Below(2, 3, 4)), 6);
        RankNode two = node(Map.of(1, 5L, 2, 1L), Map.of(1, new Below(20, 30, 40), 2, new Below(1, 1, 1)), 60);
        RankNode sum = one.plus(two);
        assertEquals(Map.of(1, 7L, 2, 1L), sum.counts());
        assertEquals(Map.of(1, new Below(22, 33, 44), 2, new Below(1, 1, 1)), sum.below());
        assertEquals(66, sum.version());
        assertSame(one, one.plus(RankNode.EMPTY));
        RankNode early = new RankNode(new TreeMap<>(Map.of(1, 1L)), Map.of(), Map.of(0, 5L, 1, 9L), Map.of());
        RankNode late = new RankNode(new TreeMap<>(Map.of(1, 1L)), Map.of(), Map.of(0, 7L, 1, 8L), Map.of());
        assertEquals(Map.of(0, 7L, 1, 9L), early.plus(late).times());
        assertEquals(two.counts(), RankNode.EMPTY.plus(two).counts());
    }

    /** The last node on the path of a score, and the step that leads to it. */
    private static final List<Step> PATH = ScorePath.of(new Score(1_500, 0));

    private static final String LEAF = PATH.get(PATH.size() - 1).node();
    private static final Step ABOVE = PATH.get(PATH.size() - 2);
    private static final int ABOVE_DEPTH = NodeDelta.depthOf(ABOVE.node());

    @Test
    void changedNumberOfDistinctScoresIsPassedUp() {
        DistinctCounts counts = new DistinctCounts();
        counts.record("t", LEAF, RankNode.EMPTY, node(Map.of(28, 3L), Map.of(), 1), false);
        counts.record("t", LEAF, node(Map.of(28, 3L), Map.of(), 1), node(Map.of(28, 4L), Map.of(), 2), false);
        assertEquals(List.of(), counts.take(ABOVE_DEPTH + 1));
        assertEquals(
                List.of(new Note("t", ABOVE.node(), Map.of(ABOVE.child(), new Below(1, 0, 1)), false)),
                counts.take(ABOVE_DEPTH));
        assertEquals(List.of(), counts.take(ABOVE_DEPTH));
    }

    @Test
    void repeatedWriteIsPassedUpAlthoughNothingChanged() {
        DistinctCounts counts = new DistinctCounts();
        RankNode same = node(Map.of(28, 3L), Map.of(), 4);
        counts.record("t", LEAF, same, same, true);
        assertEquals(
                List.of(new Note("t", ABOVE.node(), Map.of(ABOVE.child(), new Below(1, 0, 4)), true)),
                counts.take(ABOVE_DEPTH));
        counts.record("t", ScorePath.ROOT, RankNode.EMPTY, same, true);
        assertEquals(List.of(), counts.take(0));
    }

    @Test
    void newestVersionOfANodeIsPassedUp() {
        RankNode older = node(Map.of(28, 1L), Map.of(), 4);
        RankNode newer = node(Map.of(28, 1L, 29, 1L), Map.of(), 5);
        Below expected = new Below(2, 0, 5);
        for (boolean newerFirst : new boolean[] {false, true}) {
            for (boolean repeated : new boolean[] {false, true}) {
                DistinctCounts counts = new DistinctCounts();
                counts.record("t", LEAF, RankNode.EMPTY, newerFirst ? newer : older, repeated);
                counts.record("t", LEAF, RankNode.EMPTY, newerFirst ? older : newer, false);
                assertEquals(
                        List.of(new Note("t", ABOVE.node(), Map.of(ABOVE.child(), expected), repeated)),
                        counts.take(ABOVE_DEPTH));
            }
        }
    }

    /** Entries without a subscore are the count of the score minus the total of its subscores, so the total counts. */
    @Test
    void totalOfSubscoresIsPassedUp() {
        String subscores = ScorePath.of(new Score(1_500, 3)).stream()
                .map(Step::node)
                .filter(ScorePath::isSubscoreRoot)
                .findFirst()
                .orElseThrow();
        Step above = ScorePath.stepTo(subscores).orElseThrow();
        int child = ScorePath.of(new Score(1_500, 3)).stream()
                .filter(step -> step.node().equals(subscores))
                .findFirst()
                .orElseThrow()
                .child();
        DistinctCounts counts = new DistinctCounts();
        counts.record(
                "t", subscores, node(Map.of(child, 1L), Map.of(), 1), node(Map.of(child, 2L), Map.of(), 2), false);
        List<Note> notes = counts.take(NodeDelta.depthOf(above.node()));
        assertEquals(2, notes.get(0).below().get(above.child()).total());
        counts.record("t", LEAF, node(Map.of(28, 1L), Map.of(), 1), node(Map.of(28, 2L), Map.of(), 2), false);
        assertEquals(List.of(), counts.take(ABOVE_DEPTH));
    }
}
