package dev.statecraft.testing.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.awssdk.services.dynamodb.model.Select;

/** Scans: every item once, by pages and segments. Other tests write to the same table. */
abstract class ScanContract extends ContractCase {

    private static final int PARTITIONS = 8;
    private static final int ITEMS = 3;

    @BeforeEach
    void putItems() {
        for (int i = 0; i < PARTITIONS; i++) {
            for (int j = 0; j < ITEMS; j++) {
                Map<String, AttributeValue> item =
                        attributes("pk", s(pk + "-" + i), "sk", n(j), "mine", s(pk), "x", n(i));
                db().putItem(r -> r.tableName(tables().numbers).item(item));
            }
        }
    }

    private ScanResponse scan(Consumer<ScanRequest.Builder> more) {
        ScanRequest.Builder request =
                ScanRequest.builder().tableName(tables().numbers).consistentRead(true);
        more.accept(request);
        return db().scan(request.build());
    }

    private List<Map<String, AttributeValue>> all(Consumer<ScanRequest.Builder> more) {
        List<Map<String, AttributeValue>> items = new ArrayList<>();
        Map<String, AttributeValue> start = null;
        do {
            Map<String, AttributeValue> from = start;
            ScanResponse page = scan(r -> {
                r.filterExpression("mine = :o")
                        .expressionAttributeValues(Map.of(":o", s(pk)))
                        .exclusiveStartKey(from);
                more.accept(r);
            });
            assertEquals(page.count(), page.items().size());
            assertTrue(page.scannedCount() >= page.count());
            items.addAll(page.items());
            start = page.hasLastEvaluatedKey() ? page.lastEvaluatedKey() : null;
        } while (start != null);
        return items;
    }

    @Test
    void pages_haveEveryItemOnce_andAPartitionInOrder() {
        List<Map<String, AttributeValue>> items = all(r -> r.limit(7));
        assertEquals(PARTITIONS * ITEMS, items.size());
        assertEquals(PARTITIONS * ITEMS, new HashSet<>(items).size());
        List<String> partitions =
                items.stream().map(item -> required(item, "pk").s()).distinct().toList();
        List<String> expected = partitions.stream()
                .flatMap(partition -> IntStream.range(0, ITEMS).mapToObj(i -> partition + i))
                .toList();
        assertEquals(
                expected,
                items.stream()
                        .map(item ->
                                required(item, "pk").s() + required(item, "sk").n())
                        .toList());
    }

    @Test
    void segments_togetherHaveEveryItemOnce() {
        List<Map<String, AttributeValue>> together = new ArrayList<>();
        List<Set<String>> partitions = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int segment = i;
            List<Map<String, AttributeValue>> part =
                    all(r -> r.segment(segment).totalSegments(4).limit(5));
            together.addAll(part);
            partitions.add(new HashSet<>(strings(part, "pk")));
        }
        assertEquals(PARTITIONS * ITEMS, together.size());
        assertEquals(PARTITIONS * ITEMS, new HashSet<>(together).size());
        if (tables().database().can(Capability.SEGMENTS_BY_PARTITION)) {
            assertEquals(PARTITIONS, partitions.stream().mapToInt(Set::size).sum());
        }
    }

    @Test
    void order_isThatOfHashes_notOfKeys_andStable() {
        assertEquals(all(r -> {}), all(r -> r.limit(4)));
    }

    @Test
    void filterCountAndProjection() {
        assertEquals(
                ITEMS,
                all(r -> r.filterExpression("mine = :o AND x = :x")
                                .expressionAttributeValues(attributes(":o", s(pk), ":x", n(5))))
                        .size());
        assertEquals(Set.of("x"), all(r -> r.projectionExpression("x")).get(0).keySet());
        ScanResponse counted = scan(r -> r.select(Select.COUNT));
        assertFalse(counted.hasItems());
        assertTrue(counted.count() >= PARTITIONS * ITEMS);
        assertEquals(
                PARTITIONS * ITEMS,
                all(r -> r.filterExpression("mine = :o AND begins_with(pk, :p)")
                                .expressionAttributeValues(attributes(":o", s(pk), ":p", s(pk + "-"))))
                        .size());
    }

    @Test
    void wrongSegmentsAndKeys_areRejected() {
        invalid(() -> scan(r -> r.segment(0)));
        invalid(() -> scan(r -> r.totalSegments(2)));
        invalid(() -> scan(r -> r.segment(2).totalSegments(2)));
        invalid(() -> scan(r -> r.limit(0)));
        invalid(() -> scan(r -> r.exclusiveStartKey(Map.of("pk", s(pk)))));
    }

    @Test
    void index_canBeScanned() {
        put("a", "wpk", s(pk), "x", n(1));
        put("b", "x", n(2));
        eventually(
                Capability.IMMEDIATE_INDEXES,
                () -> assertEquals(
                        List.of("a"),
                        strings(
                                db().scan(r -> r.tableName(tables().items)
                                                .indexName("whole")
                                                .filterExpression("wpk = :h")
                                                .expressionAttributeValues(Map.of(":h", s(pk))))
                                        .items(),
                                "sk")));
    }
}
