package dev.statecraft.migration.run;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.table.Attributes;
import dev.statecraft.table.PaddedNumber;
import dev.statecraft.table.PartitionKey;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Maps segments, quarantined records, counts and sums to DynamoDB items and back. SegmentStore lists the attributes. */
final class SegmentItems {

    /** Maximum length of the reason that is stored with a quarantined record, in characters. */
    private static final int REASON_LENGTH = 1_000;

    private SegmentItems() {}

    static String partition(String game, String run) {
        return PartitionKey.of(game, "segments", run);
    }

    static Map<String, AttributeValue> key(String game, String run, int number) {
        return Map.of("pk", s(partition(game, run)), "sk", s(PaddedNumber.of(number, 2)));
    }

    static String quarantinePartition(String game, String run) {
        return PartitionKey.of(game, "quarantine", run);
    }

    static Map<String, AttributeValue> quarantineKey(String game, String run, String space, String id) {
        return Map.of("pk", s(quarantinePartition(game, run)), "sk", s(space + "#" + id));
    }

    static Map<String, AttributeValue> toItem(String game, String run, Quarantined record) {
        Map<String, AttributeValue> item = new HashMap<>(quarantineKey(game, run, record.space(), record.id()));
        item.put("v", n(record.version()));
        item.put(
                "re",
                s(record.reason()
                        .substring(0, Math.min(REASON_LENGTH, record.reason().length()))));
        item.put("ax", n(record.attempts()));
        return item;
    }

    static Quarantined quarantined(Map<String, AttributeValue> item) {
        String key = Attributes.string(item, "sk");
        int hash = key.indexOf('#');
        return new Quarantined(
                key.substring(hash + 1),
                key.substring(0, hash),
                Attributes.number(item, "v"),
                Attributes.string(item, "re"),
                (int) Attributes.number(item, "ax"));
    }

    static Segment fromItem(String run, Map<String, AttributeValue> item) {
        String first = Attributes.stringOrNull(item, "c1");
        AttributeValue units = item.get("un");
        return new Segment(
                run,
                Integer.parseInt(Attributes.string(item, "sk")),
                (int) Attributes.number(item, "ps", 0),
                Attributes.flag(item, "fi"),
                Attributes.stringOrNull(item, "ho"),
                Attributes.number(item, "tk", 0),
                Attributes.number(item, "rv", 0),
                first == null ? null : new Segment.Checkpoint(first, Attributes.string(item, "c2")),
                counts(item, ""),
                counts(item, "r"),
                (int) Attributes.number(item, "ax", 0),
                units == null ? 0 : Double.parseDouble(units.n()),
                sums(item));
    }

    static RunCounts counts(Map<String, AttributeValue> item, String prefix) {
        return new RunCounts(
                Attributes.number(item, prefix + "dn", 0),
                Attributes.number(item, prefix + "dc", 0),
                Attributes.number(item, prefix + "ss", 0),
                Attributes.number(item, prefix + "fl", 0));
    }

    static void putCounts(Map<String, AttributeValue> item, String prefix, RunCounts counts) {
        item.put(prefix + "dn", n(counts.done()));
        item.put(prefix + "dc", n(counts.counted()));
        item.put(prefix + "ss", n(counts.skipped()));
        item.put(prefix + "fl", n(counts.failed()));
    }

    static InvariantSums sums(Map<String, AttributeValue> item) {
        return new InvariantSums(sums(item, "b"), sums(item, "a"));
    }

    private static List<BigDecimal> sums(Map<String, AttributeValue> item, String prefix) {
        List<BigDecimal> sums = new ArrayList<>();
        for (AttributeValue sum = item.get(prefix + 0); sum != null; sum = item.get(prefix + sums.size())) {
            sums.add(new BigDecimal(sum.n()));
        }
        return sums;
    }

    static void putSums(Map<String, AttributeValue> item, InvariantSums sums) {
        for (int i = 0; i < sums.before().size(); i++) {
            item.put("b" + i, decimal(sums.before().get(i)));
            item.put("a" + i, decimal(sums.after().get(i)));
        }
    }

    static AttributeValue decimal(BigDecimal value) {
        return AttributeValue.fromN(value.toPlainString());
    }
}
