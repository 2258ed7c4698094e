package dev.statecraft.leaderboard.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.leaderboard.rank.RankNode.Below;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Nodes that were read from a replica that lags behind that of their parents. */
class DistinctRanksTest {

    private static RankNode node(long version, Map<Integer, Below> below) {
        return new RankNode(new TreeMap<>(), Map.of(), Map.of(), Map.of(), new TreeMap<>(below), version);
    }

    @Test
    void nodeOfAnEarlierVersionThanItsParentKnows_isOutdated() {
        Map<Integer, Below> known = Map.of(1, new Below(1, 0, 5), 2, new Below(1, 0, 5), 3, new Below(1, 0, 5));
        Map<String, RankNode> read = Map.of(
                "r", node(9, known), "r.1", node(4, Map.of()), "r.2", node(5, Map.of()), "r.4", node(1, Map.of()));
        assertEquals(
                Set.of("r.1", "r.3"), DistinctRanks.outdated(Set.of("r", "r.1", "r.2", "r.3", "r.4", "r.4.7"), read));
    }
}
