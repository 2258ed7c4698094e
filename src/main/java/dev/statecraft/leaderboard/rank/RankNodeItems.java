package dev.statecraft.leaderboard.rank;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.table.Attributes;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/** The stored form of a {@link RankNode}: its key and its item in the ranks table. */
final class RankNodeItems {

    /** Players that a write adds to an unknown lane at most. */
    private static final int BLIND = CountedWrites.KEPT / 2;

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
        Map<Integer, CountedWrites> writes = new TreeMap<>();
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
            } else if (kind == 'c') {
                int lane = Integer.parseInt(name.substring(1));
                Map<Long, Long> last = new HashMap<>();
                value.bs().stream()
                        .map(one -> CountedWrites.unpack(one.asByteArrayUnsafe()))
                        .forEach(one -> last.merge(one.getKey(), one.getValue(), Math::max));
                writes.put(lane, new CountedWrites(Attributes.number(item, "f" + lane, 0), last));
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
        return new RankNode(counts, watermarks, times, marks, below, Attributes.number(item, "n", 0), writes);
    }

    /**
     * A write of a delta.
     *
     * @param known the lane that the write requires; null if it adds to what the node has
     */
    record Counting(UpdateItemRequest request, NodeDelta delta, KnownNodes.@Nullable Lane known, int most) {

        /** The lane after the write, given the node before. */
        KnownNodes.Lane lane(RankNode before) {
            KnownNodes.Lane lane = known == null ? KnownNodes.Lane.of(before, delta.lane()) : known;
            CountedWrites first = new CountedWrites(0, Map.of()).with(delta.lastByPlayer(), most);
            int lanes = before.watermarks().size();
            return lane == null
                    ? new KnownNodes.Lane(delta.last(), delta.newest(), first, lanes + 1)
                    : lane.after(delta, most).of(Math.max(lanes, lane.lanes()));
        }
    }

    /**
     * The write of a delta, on condition that the node has not counted its first change yet. Returns the node before.
     *
     * @param known the lane as the node stores it, null if unknown. An unknown lane is written too, unless players would have
     *     to be dropped from the set, because the bound is not known either
     */
    static Counting counting(String table, NodeDelta delta, KnownNodes.@Nullable Lane known) {
        Map<String, String> names = new HashMap<>();
        Map<String, AttributeValue> values = new HashMap<>();
        List<String> set = new ArrayList<>(List.of("#w = :last", "#t = :t"));
        List<String> add = new ArrayList<>();
        names.put("#w", "w" + delta.lane());
        names.put("#t", "t" + delta.lane());
        names.put("#c", "c" + delta.lane());
        values.put(":last", AttributeValue.fromN(delta.last().toString()));
        Map<Long, Long> last = delta.lastByPlayer();
        KnownNodes.Lane current = known == null || known.watermark().compareTo(delta.first()) >= 0 ? null : known;
        int most = current == null ? BLIND : CountedWrites.most(current.lanes());
        long newest = delta.newest();
        String condition = "attribute_not_exists(#w)";
        CountedWrites writes = new CountedWrites(0, Map.of()).with(last, most);
        if (current != null) {
            writes = current.writes().with(last, most);
            newest = Math.max(newest, current.newest());
            condition = "#w = :known";
            values.put(":known", AttributeValue.fromN(current.watermark().toString()));
        }
        if (current == null && last.size() <= most) {
            condition += " OR (#w < :first AND #t <= :t AND size(#c) <= :most)";
            values.put(":first", AttributeValue.fromN(delta.first().toString()));
            values.put(":most", n(CountedWrites.KEPT - last.size()));
            add.add("#c :c");
        } else {
            set.add("#c = :c");
        }
        values.put(":t", n(newest));
        values.put(":c", packed(writes.last()));
        if (writes.bound() > 0) {
            names.put("#f", "f" + delta.lane());
            values.put(":f", n(writes.bound()));
            set.add("#f = :f");
        }
        if (delta.mark() > 0) {
            names.put("#k", "k" + delta.lane());
            values.put(":k", n(delta.mark()));
            set.add("#k = :k");
        }
        delta.sums().forEach((child, by) -> {
            names.put("#c" + child, child.toString());
            values.put(":c" + child, n(by));
            add.add("#c" + child + " :c" + child);
        });
        if (delta.distinct()) {
            names.put("#n", "n");
            values.put(":one", n(1));
            add.add("#n :one");
        }
        UpdateItemRequest request = UpdateItemRequest.builder()
                .tableName(table)
                .key(key(delta.tree(), delta.node()))
                .updateExpression(
                        "SET " + String.join(", ", set) + (add.isEmpty() ? "" : " ADD " + String.join(", ", add)))
                .conditionExpression(condition)
                .expressionAttributeNames(names)
                .expressionAttributeValues(values)
                .returnValues(ReturnValue.ALL_OLD)
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                .build();
        return new Counting(request, delta, current, current == null && last.size() <= most ? Integer.MAX_VALUE : most);
    }

    private static AttributeValue packed(Map<Long, Long> last) {
        return AttributeValue.fromBs(last.entrySet().stream()
                .map(one -> SdkBytes.fromByteArrayUnsafe(CountedWrites.pack(one.getKey(), one.getValue())))
                .sorted(Comparator.comparing(SdkBytes::asByteBuffer))
                .toList());
    }
}
