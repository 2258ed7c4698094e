package dev.statecraft.leaderboard.rank;

import static dev.statecraft.table.Attributes.s;

import dev.statecraft.table.Attributes;
import java.math.BigInteger;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The stored form of a {@link RankNode}: its key and its item in the ranks table. */
final class RankNodeItems {

    private RankNodeItems() {}

    /** The key of a node of a tree. */
    static Map<String, AttributeValue> key(String tree, String node) {
        return Map.of("pk", s(tree), "sk", s(node));
    }

    /** The node of an item; a node without counts for an item without attributes. */
    static RankNode fromItem(Map<String, AttributeValue> item) {
        NavigableMap<Integer, Long> counts = new TreeMap<>();
        Map<Integer, BigInteger> watermarks = new TreeMap<>();
        Map<Integer, Long> times = new TreeMap<>();
        Map<Integer, Long> marks = new TreeMap<>();
        NavigableMap<Integer, RankNode.Below> below = new TreeMap<>();
        item.forEach((name, value) -> {
            char kind = name.charAt(0);
            if (Character.isDigit(kind)) {
                counts.put(Integer.valueOf(name), Long.valueOf(value.n()));
            } else if (kind == 'w') {
                watermarks.put(Integer.valueOf(name.substring(1)), new BigInteger(value.n()));
            } else if (kind == 't') {
                times.put(Integer.valueOf(name.substring(1)), Long.valueOf(value.n()));
            } else if (kind == 'k') {
                marks.put(Integer.valueOf(name.substring(1)), Long.valueOf(value.n()));
            } else if (kind == 'e') {
                int child = Integer.parseInt(name.substring(1));
                below.put(
                        child,
                        new RankNode.Below(
                                Attributes.number(item, "d" + child),
                                Attributes.number(item, "z" + child, 0),
                                Long.parseLong(value.n())));
            }
        });
        return new RankNode(counts, watermarks, times, marks, below, Attributes.number(item, "n", 0));
    }
}
