package dev.statecraft.leaderboard.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.entry.ScoreChange;
import dev.statecraft.leaderboard.entry.ScorePath;
import dev.statecraft.leaderboard.rank.RankTree.Place;
import dev.statecraft.leaderboard.rank.RankTree.Standing;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.Score;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rank and select against a sorted list (invariants R1, R2). */
class RankTreeModelTest {

    private final Map<String, RankNode> nodes = new HashMap<>();

    @ParameterizedTest
    @EnumSource(Order.class)
    void standingAndSelectAgreeWithASortedList(Order order) {
        for (long seed = 1; seed <= 30; seed++) {
            nodes.clear();
            Random random = new Random(seed);
            boolean subscores = seed % 3 == 0;
            List<Score> scores = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                if (!scores.isEmpty() && random.nextInt(5) == 0) {
                    Score moved = random.nextBoolean() ? null : score(random, subscores);
                    change(scores.remove(random.nextInt(scores.size())), moved, i);
                    if (moved != null) {
                        scores.add(moved);
                    }
                } else {
                    Score added = score(random, subscores);
                    change(null, added, i);
                    scores.add(added);
                }
            }
            scores.sort(order.bestFirst());
            check(scores, order, subscores, "seed " + seed);
            propagateDistinctCounts();
            checkDistinct(scores, order, subscores, "seed " + seed);
        }
    }

    private void check(List<Score> sorted, Order order, boolean subscores, String context) {
        for (Score score : sorted) {
            assertStanding(sorted, score, order, subscores, context);
            assertStanding(sorted, new Score(score.value() + 1, score.subscore()), order, subscores, context);
            assertStanding(sorted, new Score(score.value() - 1, 0), order, subscores, context);
        }
        for (int index = 0; index < sorted.size(); index++) {
            Place exact =
                    RankTree.select(index, order, subscores, this::node, 0).orElseThrow();
            assertTrue(exact.exact(), context);
            assertEquals(sorted.get(index), exact.from(), context);
            assertEquals(sorted.indexOf(exact.from()), exact.before(), context);
            assertEquals(index - exact.before(), exact.skip(), context);

            Place rough =
                    RankTree.select(index, order, subscores, this::node, 16).orElseThrow();
            long better =
                    sorted.stream().filter(s -> order.better(s, rough.from())).count();
            assertEquals(better, rough.before(), context);
            assertEquals(index, rough.before() + rough.skip(), context);
        }
        assertFalse(
                RankTree.select(sorted.size(), order, subscores, this::node, 0).isPresent(), context);
    }

    /** Propagates distinct counts as the consumer does on boards with DENSE ranking, from the deepest nodes up. */
    private void propagateDistinctCounts() {
        List<String> deepestFirst = new ArrayList<>(nodes.keySet());
        deepestFirst.sort(Comparator.comparing(NodeDelta::depthOf).reversed());
        for (String key : deepestFirst) {
            RankNode node = node(key);
            ScorePath.stepTo(key)
                    .ifPresent(step -> nodes.put(
                            step.node(),
                            node(step.node())
                                    .knowing(Map.of(
                                            step.child(), new RankNode.Below(node.distinct(key), node.total(), 1)))));
        }
    }

    private void checkDistinct(List<Score> sorted, Order order, boolean subscores, String context) {
        List<Score> distinct = sorted.stream().distinct().toList();
        assertEquals(distinct.size(), node(ScorePath.ROOT).distinct(ScorePath.ROOT), context);
        for (int index = 0; index < distinct.size(); index++) {
            Score score = distinct.get(index);
            assertEquals(index, RankTree.distinctBetter(score, order, subscores, nodes), context + ", " + score);
            assertEquals(
                    Optional.of(new Place(score, sorted.indexOf(score), 0, true)),
                    RankTree.selectDistinct(index, order, subscores, this::node),
                    context);
            if (Score.inRange(score.value() + 1)) {
                Score next = new Score(score.value() + 1, 0);
                assertEquals(
                        distinct.stream().filter(s -> order.better(s, next)).count(),
                        RankTree.distinctBetter(next, order, subscores, nodes),
                        context + ", " + next);
            }
        }
        assertEquals(Optional.empty(), RankTree.selectDistinct(distinct.size(), order, subscores, this::node), context);
    }

    private void assertStanding(List<Score> sorted, Score score, Order order, boolean subscores, String context) {
        if (!Score.inRange(score.value())) {
            return;
        }
        long better = sorted.stream().filter(s -> order.better(s, score)).count();
        long equal = sorted.stream().filter(score::equals).count();
        assertEquals(
                new Standing(better, equal, sorted.size()),
                RankTree.standing(score, order, subscores, nodes),
                () -> context + ", score " + score);
        assertEquals(
                sorted.stream().filter(s -> s.value() < score.value()).count(),
                RankTree.below(score.value(), nodes),
                context);
    }

    @Test
    void nodesOfReturnsEveryNodeThatStandingReads() {
        Random random = new Random(7);
        for (int i = 0; i < 200; i++) {
            change(null, score(random, true), i);
        }
        for (int i = 0; i < 200; i++) {
            Score score = score(random, true);
            Map<String, RankNode> fetched = new HashMap<>();
            RankTree.nodesOf(score, true).forEach(key -> fetched.put(key, node(key)));
            assertEquals(
                    RankTree.standing(score, Order.DESCENDING, true, nodes),
                    RankTree.standing(score, Order.DESCENDING, true, fetched));
        }
    }

    @Test
    void laggingNodeStillReturnsAStartPosition() {
        for (int i = 0; i < 100; i++) {
            change(null, new Score(100_000 + i, 0), i);
        }
        nodes.remove(ScorePath.of(new Score(100_089, 0)).get(2).node());
        Optional<Place> place = RankTree.select(10, Order.DESCENDING, false, this::node, 0);
        assertTrue(place.isPresent());
        assertFalse(place.get().exact());
        assertEquals(10, place.get().before() + place.get().skip());
    }

    private static Score score(Random random, boolean subscores) {
        long value =
                switch (random.nextInt(4)) {
                    case 0 -> random.nextInt(-5, 6);
                    case 1 -> random.nextInt(-200, 200);
                    case 2 -> random.nextInt(1_000_000);
                    default -> random.nextLong(-Score.LIMIT, Score.LIMIT + 1) >> random.nextInt(50);
                };
        return new Score(value, subscores ? random.nextInt(-3, 4) * (random.nextBoolean() ? 1 : 1_000) : 0);
    }

    private RankNode node(String key) {
        return nodes.getOrDefault(key, RankNode.EMPTY);
    }

    private void change(Score before, Score after, int sequence) {
        ScoreChange change = new ScoreChange("tree", 0, BigInteger.valueOf(sequence), sequence, before, after, 0);
        for (NodeDelta delta : NodeDelta.of(List.of(change))) {
            RankNode sum = new RankNode(new TreeMap<>(delta.sums()), Map.of(), Map.of(), Map.of());
            nodes.merge(delta.node(), sum, (node, by) -> by.counts().isEmpty() ? node : node.plus(by));
        }
        nodes.values().forEach(node -> node.counts().values().forEach(count -> assertTrue(count >= 0)));
    }
}
