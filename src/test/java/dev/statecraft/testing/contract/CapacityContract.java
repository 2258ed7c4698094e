package dev.statecraft.testing.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;

/** Consumed capacity: 4 KB for a read unit, half of it if eventually consistent; 1 KB for a write unit. */
abstract class CapacityContract extends ContractCase {

    private static final ReturnConsumedCapacity TOTAL = ReturnConsumedCapacity.TOTAL;

    private double writing(String sk, int bytes) {
        return db().putItem(r -> r.tableName(tables().singles)
                        .item(attributes("pk", s(pk + sk), "x", s(repeated('x', bytes))))
                        .returnConsumedCapacity(TOTAL))
                .consumedCapacity()
                .capacityUnits();
    }

    private double reading(String sk, boolean consistent) {
        return db().getItem(r -> r.tableName(tables().singles)
                        .key(Map.of("pk", s(pk + sk)))
                        .consistentRead(consistent)
                        .returnConsumedCapacity(TOTAL))
                .consumedCapacity()
                .capacityUnits();
    }

    @Test
    void nothingIsReported_unlessAsked() {
        assertTrue(
                db().putItem(r -> r.tableName(tables().items).item(item("a"))).consumedCapacity() == null);
    }

    @Test
    void writes_countEachStartedKilobyte_ofTheLargerItem() {
        assertEquals(1, writing("a", 100));
        assertEquals(3, writing("a", 2500));
        assertEquals(3, writing("a", 100));
        assertEquals(
                1,
                db().deleteItem(r -> r.tableName(tables().singles)
                                .key(Map.of("pk", s(pk + "a")))
                                .returnConsumedCapacity(TOTAL))
                        .consumedCapacity()
                        .capacityUnits());
        assertEquals(
                1,
                db().deleteItem(r -> r.tableName(tables().singles)
                                .key(Map.of("pk", s(pk + "none")))
                                .returnConsumedCapacity(TOTAL))
                        .consumedCapacity()
                        .capacityUnits());
    }

    @Test
    void reads_countEachStarted4Kilobytes_halfIfEventuallyConsistent() {
        writing("a", 100);
        writing("b", 9000);
        assertEquals(1, reading("a", true));
        assertEquals(0.5, reading("a", false));
        assertEquals(3, reading("b", true));
        assertEquals(1.5, reading("b", false));
        assertEquals(1, reading("none", true));
        assertEquals(0.5, reading("none", false));
    }

    @Test
    void queries_countTheSumOfSizes_evenIfFiltered() {
        for (int i = 0; i < 5; i++) {
            put("k" + i, "x", s(repeated('x', 1500)));
        }
        for (String filter : List.of("attribute_exists(x)", "attribute_not_exists(x)")) {
            ConsumedCapacity consumed = db().query(r -> r.tableName(tables().items)
                            .keyConditionExpression("pk = :pk")
                            .filterExpression(filter)
                            .expressionAttributeValues(Map.of(":pk", s(pk)))
                            .consistentRead(true)
                            .returnConsumedCapacity(TOTAL))
                    .consumedCapacity();
            assertEquals(2, consumed.capacityUnits());
            assertEquals(tables().items, consumed.tableName());
        }
    }

    @Test
    void queriesThatFindNothing_consumeTheMinimum() {
        needs(Capability.CAPACITY_OF_MISSING_ITEMS);
        assertEquals(1, querying("none", null, true));
        assertEquals(0.5, querying("none", null, false));
        put("k", "x", s("1"));
        assertEquals(1, querying(pk, "z", true));
        assertEquals(0.5, queryingDue("none"));
    }

    @Test
    void missingItemsOfABatch_consumeTheMinimum() {
        needs(Capability.CAPACITY_OF_MISSING_ITEMS);
        writing("a", 100);
        assertEquals(3, batch(true, "a", "none", "none2"));
        assertEquals(1.5, batch(false, "a", "none", "none2"));
        assertEquals(1, batch(true, "none"));
    }

    private double querying(String partition, @Nullable String prefix, boolean consistent) {
        return db().query(r -> r.tableName(tables().items)
                        .keyConditionExpression(prefix == null ? "pk = :pk" : "pk = :pk AND begins_with(sk, :sk)")
                        .expressionAttributeValues(
                                prefix == null
                                        ? Map.of(":pk", s(partition))
                                        : Map.of(":pk", s(partition), ":sk", s(prefix)))
                        .consistentRead(consistent)
                        .returnConsumedCapacity(TOTAL))
                .consumedCapacity()
                .capacityUnits();
    }

    private double queryingDue(String partition) {
        return db().query(r -> r.tableName(tables().items)
                        .indexName("due")
                        .keyConditionExpression("dpk = :pk")
                        .expressionAttributeValues(Map.of(":pk", s(partition)))
                        .returnConsumedCapacity(TOTAL))
                .consumedCapacity()
                .capacityUnits();
    }

    private double batch(boolean consistent, String... keys) {
        return db().batchGetItem(r -> r.returnConsumedCapacity(TOTAL)
                        .requestItems(Map.of(
                                tables().singles,
                                KeysAndAttributes.builder()
                                        .keys(Stream.of(keys)
                                                .map(key -> Map.of("pk", s(pk + key)))
                                                .toList())
                                        .consistentRead(consistent)
                                        .build())))
                .consumedCapacity()
                .get(0)
                .capacityUnits();
    }

    @Test
    void batches_countEachItem() {
        writing("a", 100);
        writing("b", 5000);
        assertEquals(3, batch(true, "a", "b"));
        assertEquals(1.5, batch(false, "a", "b"));
    }

    @Test
    void failedConditions_consumeCapacity() {
        writing("a", 2500);
        assertThrows(ConditionalCheckFailedException.class, () -> db().deleteItem(r -> r.tableName(tables().singles)
                .key(Map.of("pk", s(pk + "a")))
                .conditionExpression("attribute_not_exists(pk)")
                .returnConsumedCapacity(TOTAL)));
    }

    @Test
    void transactions_countTwice() {
        needs(Capability.TRANSACTION_CAPACITY);
        List<ConsumedCapacity> consumed = db().transactWriteItems(r -> r.returnConsumedCapacity(TOTAL)
                        .transactItems(
                                writing(w -> w.put(p -> p.tableName(tables().singles)
                                        .item(attributes("pk", s(pk + "a"), "x", s(repeated('x', 1500)))))),
                                writing(w ->
                                        w.put(p -> p.tableName(tables().singles).item(Map.of("pk", s(pk + "b")))))))
                .consumedCapacity();
        assertEquals(6, consumed.get(0).capacityUnits());
        List<ConsumedCapacity> read = db().transactGetItems(r -> r.returnConsumedCapacity(TOTAL)
                        .transactItems(
                                reading(g -> g.tableName(tables().singles).key(Map.of("pk", s(pk + "a")))),
                                reading(g -> g.tableName(tables().singles).key(Map.of("pk", s(pk + "b"))))))
                .consumedCapacity();
        assertEquals(4, read.get(0).capacityUnits());
    }

    @Test
    void indexes_countTheirOwnWrites() {
        needs(Capability.INDEX_CAPACITY);
        ConsumedCapacity inserted = db().putItem(r -> r.tableName(tables().items)
                        .item(item("a", "dpk", s(pk), "due", n(1)))
                        .returnConsumedCapacity(ReturnConsumedCapacity.INDEXES))
                .consumedCapacity();
        assertEquals(2, inserted.capacityUnits());
        assertEquals(1, inserted.table().capacityUnits());
        assertEquals(
                1,
                Objects.requireNonNull(inserted.globalSecondaryIndexes().get("due"))
                        .capacityUnits());
        ConsumedCapacity moved = db().putItem(r -> r.tableName(tables().items)
                        .item(item("a", "dpk", s(pk), "due", n(2)))
                        .returnConsumedCapacity(TOTAL))
                .consumedCapacity();
        assertEquals(3, moved.capacityUnits());
        ConsumedCapacity unchanged = db().putItem(r -> r.tableName(tables().items)
                        .item(item("a", "dpk", s(pk), "due", n(2), "x", n(1)))
                        .returnConsumedCapacity(TOTAL))
                .consumedCapacity();
        assertEquals(1, unchanged.capacityUnits());
    }
}
