package dev.statecraft.testing.dynamo;

import static dev.statecraft.testing.dynamo.ModelFixture.TABLE;
import static dev.statecraft.testing.dynamo.ModelFixture.key;
import static dev.statecraft.testing.dynamo.ModelFixture.n;
import static dev.statecraft.testing.dynamo.ModelFixture.s;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.statecraft.testing.dynamo.expression.ItemSize;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/** The examples and rules of the developer guide about item sizes and capacity units. */
// The SDK's methods with several consumers create generic arrays.
@SuppressWarnings("unchecked")
class ModelCapacityTest {

    private final ModelFixture model = new ModelFixture(1, settings -> settings);

    @Test
    void sizes_areThoseOfTheDeveloperGuide() {
        assertEquals(2 + 3, size("pk", s("abc")));
        assertEquals(1 + 4, size("a", s("é€".substring(0, 1) + "é")), "two characters of two bytes");
        assertEquals(1 + 4, size("a", s("😀")));
        assertEquals(1 + 2, size("a", AttributeValue.fromN("27")), "two digits in one byte, and one more");
        assertEquals(1 + 3, size("a", AttributeValue.fromN("-27")), "a sign");
        assertEquals(1 + 2, size("a", AttributeValue.fromN("0.027")), "leading zeros are trimmed");
        assertEquals(1 + 2, size("a", AttributeValue.fromN("27000")), "trailing zeros are trimmed");
        assertEquals(1 + 20, size("a", AttributeValue.fromN("12345678901234567890123456789012345678")));
        assertEquals(1 + 4, size("a", AttributeValue.fromB(SdkBytes.fromByteArray(new byte[4]))));
        assertEquals(1 + 1, size("a", AttributeValue.fromBool(true)));
        assertEquals(1 + 1, size("a", AttributeValue.fromNul(true)));
        assertEquals(1 + 3, size("a", AttributeValue.fromL(List.of())), "an empty list takes three bytes");
        assertEquals(1 + 3, size("a", AttributeValue.fromM(Map.of())), "an empty map takes three bytes");
        assertEquals(1 + 3 + 1 + 1 + 2, size("a", AttributeValue.fromM(Map.of("b", s("cd")))));
        assertEquals(1 + 3 + 2 * (1 + 1), size("a", AttributeValue.fromL(List.of(s("b"), s("c")))));
    }

    @ParameterizedTest
    @CsvSource({
        // Size in bytes, strongly consistent, eventually consistent, in a transaction.
        "100, 1, 0.5, 2",
        "4096, 1, 0.5, 2",
        "4097, 2, 1, 4",
        "8192, 2, 1, 4",
        "10240, 3, 1.5, 6"
    })
    void reads_areCountedIn4Kilobytes(int bytes, double strong, double eventual, double transactional) {
        model.put(sized("a", bytes));
        assertEquals(strong, get(true));
        assertEquals(eventual, get(false));
        ConsumedCapacity consumed = model.dynamo
                .transactGetItems(read -> read.returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)
                        .transactItems(
                                one -> one.get(get -> get.tableName(TABLE).key(key("a", "x")))))
                .consumedCapacity()
                .get(0);
        assertEquals(transactional, consumed.capacityUnits());
        assertEquals(transactional, consumed.readCapacityUnits());
    }

    @ParameterizedTest
    @CsvSource({"100, 1", "1024, 1", "1025, 2", "1536, 2", "3000, 3"})
    void writes_areCountedInKilobytes_twiceInTransactions(int bytes, double units) {
        assertEquals(units, put(sized("a", bytes)).capacityUnits());
        assertEquals(units, put(sized("a", 50)).capacityUnits(), "the larger one of both items counts");
        ConsumedCapacity consumed = transact(sized("b", bytes));
        assertEquals(2 * units, consumed.capacityUnits());
        assertEquals(2 * units, consumed.writeCapacityUnits());
    }

    /** 10 items of 1,500 bytes are 15,000 bytes, hence 4 units of 4 KB, not 10. */
    @Test
    void query_sumsSizesBeforeItRounds_andCountsFilteredItems() {
        for (int i = 0; i < 10; i++) {
            Map<String, AttributeValue> item = new HashMap<>(sized("a", 1500));
            item.put("sk", s(String.valueOf(i)));
            model.put(item);
        }
        var page = model.dynamo.query(query -> query.tableName(TABLE)
                .keyConditionExpression("pk = :a")
                .filterExpression("sk2 = :a")
                .projectionExpression("pk")
                .expressionAttributeValues(Map.of(":a", s("a")))
                .consistentRead(true)
                .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL));
        assertEquals(0, page.count());
        assertEquals(4, page.consumedCapacity().capacityUnits());
    }

    @Test
    void indexWrites_areThoseOfTheDeveloperGuide() {
        assertEquals(Map.of("table", 1.0), put("a", null, 1));
        assertEquals(Map.of("table", 1.0, "global", 1.0), put("a", "g1", 1), "an item that enters the index");
        assertEquals(Map.of("table", 1.0), put("a", "g1", 2), "no projected attribute changes");
        assertEquals(Map.of("table", 1.0, "global", 2.0), put("a", "g2", 2), "a row is deleted and another inserted");
        assertEquals(Map.of("table", 1.0, "global", 1.0), put("a", null, 2), "an item that leaves the index");
    }

    @Test
    void failedCondition_consumesTheSizeOfTheStoredItem() {
        model.put(sized("a", 3000));
        double before = model.writeUnits();
        assertThrows(
                ConditionalCheckFailedException.class,
                () -> model.dynamo.putItem(put ->
                        put.tableName(TABLE).item(sized("a", 100)).conditionExpression("attribute_not_exists(pk)")));
        assertEquals(before + 3, model.writeUnits());
        assertThrows(
                TransactionCanceledException.class,
                () -> model.dynamo.transactWriteItems(transaction -> transaction.transactItems(
                        one -> one.put(put -> put.tableName(TABLE).item(sized("b", 2000))),
                        two -> two.conditionCheck(check -> check.tableName(TABLE)
                                .key(key("a", "x"))
                                .conditionExpression("attribute_not_exists(pk)")))));
        assertEquals(before + 3 + 2 * 2 + 2 * 3, model.writeUnits());
    }

    /** What is consumed depends on the size of the stored item or of the one to be written. */
    @Test
    void failedCondition_consumesTheSizeOfTheNewItem_ifThatIsLarger() {
        assertEquals(2, rejected("attribute_exists(n)", 1500));
        model.put(sized("a", 3000));
        assertEquals(5, rejected("attribute_not_exists(n)", 4200));
        assertEquals(3, rejected("attribute_not_exists(n)", 100));
        double before = model.writeUnits();
        assertThrows(
                ConditionalCheckFailedException.class,
                () -> model.dynamo.updateItem(update -> update.tableName(TABLE)
                        .key(key("a", "x"))
                        .updateExpression("SET u = :u")
                        .conditionExpression("attribute_not_exists(n)")
                        .expressionAttributeValues(Map.of(":u", s("x".repeat(3000))))));
        assertEquals(before + 6, model.writeUnits());
    }

    private double rejected(String condition, int bytes) {
        double before = model.writeUnits();
        assertThrows(
                ConditionalCheckFailedException.class,
                () -> model.dynamo.putItem(
                        put -> put.tableName(TABLE).item(sized("a", bytes)).conditionExpression(condition)));
        return model.writeUnits() - before;
    }

    /** AWS charges a read, a query and a scan that find nothing. */
    @Test
    void readsThatFindNothing_consumeTheMinimum() {
        assertEquals(1, get(true));
        assertEquals(0.5, get(false));
        assertEquals(1, scan(true));
        assertEquals(0.5, scan(false));
    }

    private double scan(boolean consistent) {
        return model.dynamo
                .scan(scan -> scan.tableName(TABLE)
                        .consistentRead(consistent)
                        .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL))
                .consumedCapacity()
                .capacityUnits();
    }

    @Test
    void repeatedToken_consumesReads() {
        TransactWriteItem item = TransactWriteItem.builder()
                .put(put -> put.tableName(TABLE).item(sized("a", 5000)))
                .build();
        for (double units : new double[] {10, 4}) {
            ConsumedCapacity consumed = model.dynamo
                    .transactWriteItems(transaction -> transaction
                            .clientRequestToken("token")
                            .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)
                            .transactItems(item))
                    .consumedCapacity()
                    .get(0);
            assertEquals(units, consumed.capacityUnits());
        }
    }

    private double get(boolean consistent) {
        return model.dynamo
                .getItem(get -> get.tableName(TABLE)
                        .key(key("a", "x"))
                        .consistentRead(consistent)
                        .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL))
                .consumedCapacity()
                .capacityUnits();
    }

    private Map<String, Double> put(String partition, @Nullable String global, long number) {
        Map<String, AttributeValue> item = new HashMap<>(ModelFixture.item(partition, "x", number));
        if (global != null) {
            item.put("g", s(global));
        }
        ConsumedCapacity consumed = put(item);
        Map<String, Double> units = new HashMap<>();
        units.put("table", consumed.table().capacityUnits());
        consumed.globalSecondaryIndexes().forEach((name, capacity) -> units.put(name, capacity.capacityUnits()));
        return units;
    }

    private ConsumedCapacity put(Map<String, AttributeValue> item) {
        return model.dynamo
                .putItem(put -> put.tableName(TABLE).item(item).returnConsumedCapacity(ReturnConsumedCapacity.INDEXES))
                .consumedCapacity();
    }

    private ConsumedCapacity transact(Map<String, AttributeValue> item) {
        return model.dynamo
                .transactWriteItems(transaction -> transaction
                        .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)
                        .transactItems(
                                one -> one.put(put -> put.tableName(TABLE).item(item))))
                .consumedCapacity()
                .get(0);
    }

    /** An item of exactly so many bytes. */
    private static Map<String, AttributeValue> sized(String partition, int bytes) {
        Map<String, AttributeValue> item = new HashMap<>(key(partition, "x"));
        item.put("n", n(1));
        item.put("t", s(""));
        item.put("t", s("x".repeat(bytes - ItemSize.of(item))));
        assertEquals(bytes, ItemSize.of(item));
        return item;
    }

    private static int size(String name, AttributeValue value) {
        return ItemSize.of(Map.of(name, value));
    }
}
