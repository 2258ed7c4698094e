package dev.statecraft.testing.contract.fuzz;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Random keys and items of one run: few keys, so that requests meet the same items, and now and then an invalid one.
 *
 * @param partition prefix of the partition keys, which no other run uses
 */
record RandomItems(Random random, String partition) {

    static final List<String> SORT_KEYS = List.of("a", "ab", "b", "c");
    private static final int PARTITIONS = 2;

    /** All partition keys that occur. */
    List<String> partitions() {
        return IntStream.range(0, PARTITIONS).mapToObj(i -> partition + i).toList();
    }

    private RandomExpressions expressions() {
        return new RandomExpressions(random);
    }

    AttributeValue partitionKey() {
        return AttributeValue.fromS(partition + random.nextInt(PARTITIONS));
    }

    Map<String, AttributeValue> key() {
        Map<String, AttributeValue> key = new HashMap<>();
        key.put("pk", partitionKey());
        key.put("sk", AttributeValue.fromS(expressions().pick(SORT_KEYS)));
        if (random.nextInt(60) == 0) {
            key.put("sk", random.nextBoolean() ? AttributeValue.fromN("1") : AttributeValue.fromS(""));
        } else if (random.nextInt(60) == 0) {
            key.remove("sk");
        }
        return key;
    }

    Map<String, AttributeValue> item() {
        RandomExpressions values = expressions();
        Map<String, AttributeValue> item = key();
        for (String attribute : RandomExpressions.ATTRIBUTES) {
            if (values.chance(2)) {
                item.put(attribute, values.value());
            }
        }
        if (values.chance(3)) {
            item.put("dpk", partitionKey());
            item.put("due", values.chance(20) ? values.value() : AttributeValue.fromN("" + random.nextInt(4)));
        }
        if (values.chance(3)) {
            item.put("lsk", AttributeValue.fromS(values.pick(SORT_KEYS)));
        }
        if (values.chance(3)) {
            item.put("opk", partitionKey());
            item.put("osk", AttributeValue.fromB(values.bytes()));
            item.put("meta", values.value());
        }
        return item;
    }
}
