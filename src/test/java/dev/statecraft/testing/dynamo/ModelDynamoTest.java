package dev.statecraft.testing.dynamo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.table.Attributes;
import dev.statecraft.table.TableNames;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** The operations of the model on tables of the project, as a caller of the SDK sees them. */
// The SDK's methods with several consumers create generic arrays.
@SuppressWarnings("unchecked")
class ModelDynamoTest {

    private final ModelDatabase database = new ModelDatabase();
    private final DynamoDbClient dynamo = database.client();
    private final TableNames tables = database.freshTables();
    private final String table = tables.ranks();

    @Test
    void itemsAreWrittenReadUpdatedAndDeleted() {
        dynamo.putItem(put -> put.tableName(table).item(item("a", "1", 5)));
        var updated = dynamo.updateItem(update -> update.tableName(table)
                .key(key("a", "1"))
                .updateExpression("SET #n = #n + :one ADD #m :two REMOVE #x")
                .expressionAttributeNames(Map.of("#n", "n", "#m", "m", "#x", "x"))
                .expressionAttributeValues(Map.of(":one", n(1), ":two", n(2)))
                .returnValues(ReturnValue.ALL_NEW));
        assertEquals(6, Attributes.number(updated.attributes(), "n"));
        assertEquals(2, Attributes.number(updated.attributes(), "m"));
        assertThrows(
                ConditionalCheckFailedException.class,
                () -> dynamo.putItem(put ->
                        put.tableName(table).item(item("a", "1", 5)).conditionExpression("attribute_not_exists(pk)")));
        dynamo.deleteItem(delete -> delete.tableName(table).key(key("a", "1")));
        assertFalse(
                dynamo.getItem(get -> get.tableName(table).key(key("a", "1"))).hasItem());
    }

    @Test
    void queriesArePagedInBothDirections() {
        for (int i = 0; i < 7; i++) {
            int number = i;
            dynamo.putItem(put -> put.tableName(table).item(item("a", "k" + number, number)));
        }
        QueryResponse first = dynamo.query(query -> query.tableName(table)
                .keyConditionExpression("pk = :pk AND begins_with(sk, :k)")
                .expressionAttributeValues(Map.of(":pk", s("a"), ":k", s("k")))
                .scanIndexForward(false)
                .limit(3));
        assertEquals(List.of("k6", "k5", "k4"), sortKeys(first));
        List<String> all = dynamo
                .queryPaginator(query -> query.tableName(table)
                        .keyConditionExpression("pk = :pk AND sk > :k")
                        .filterExpression("n <> :four")
                        .expressionAttributeValues(Map.of(":pk", s("a"), ":k", s("k1"), ":four", n(4)))
                        .limit(2))
                .items()
                .stream()
                .map(item -> Attributes.string(item, "sk"))
                .toList();
        assertEquals(List.of("k2", "k3", "k5", "k6"), all);
    }

    @Test
    void transactionsAreAppliedCompletelyOrCancelledWithReasons() {
        dynamo.putItem(put -> put.tableName(table).item(item("a", "1", 5)));
        TransactionCanceledException cancelled = assertThrows(
                TransactionCanceledException.class,
                () -> dynamo.transactWriteItems(transaction -> transaction.transactItems(
                        one -> one.put(put -> put.tableName(table).item(item("b", "1", 1))),
                        two -> two.update(update -> update.tableName(table)
                                .key(key("a", "1"))
                                .updateExpression("SET n = :n")
                                .conditionExpression("n = :seen")
                                .expressionAttributeValues(Map.of(":n", n(1), ":seen", n(4)))))));
        assertEquals(
                List.of("None", "ConditionalCheckFailed"),
                cancelled.cancellationReasons().stream()
                        .map(reason -> reason.code())
                        .toList());
        assertFalse(
                dynamo.getItem(get -> get.tableName(table).key(key("b", "1"))).hasItem());
    }

    @Test
    void batchesAndScansReachEveryItem() {
        dynamo.batchWriteItem(batch -> batch.requestItems(Map.of(
                table,
                List.of("x", "y", "z").stream()
                        .map(id -> WriteRequest.builder()
                                .putRequest(put -> put.item(item(id, "1", 1)))
                                .build())
                        .toList())));
        var found = dynamo.batchGetItem(batch -> batch.requestItems(Map.of(
                table,
                KeysAndAttributes.builder()
                        .keys(List.of(key("x", "1"), key("q", "1"), key("z", "1")))
                        .build())));
        assertEquals(2, found.responses().getOrDefault(table, List.of()).size());
        assertTrue(found.unprocessedKeys().isEmpty());
        int count = 0;
        for (int segment = 0; segment < 3; segment++) {
            int number = segment;
            count += dynamo.scan(scan -> scan.tableName(table).segment(number).totalSegments(3))
                    .count();
        }
        assertEquals(3, count);
    }

    private static List<String> sortKeys(QueryResponse page) {
        return page.items().stream().map(item -> Attributes.string(item, "sk")).toList();
    }

    private static Map<String, AttributeValue> key(String partition, String sort) {
        return Map.of("pk", s(partition), "sk", s(sort));
    }

    private static Map<String, AttributeValue> item(String partition, String sort, int number) {
        return Map.of("pk", s(partition), "sk", s(sort), "n", n(number));
    }

    private static AttributeValue s(String text) {
        return AttributeValue.fromS(text);
    }

    private static AttributeValue n(long number) {
        return AttributeValue.fromN(String.valueOf(number));
    }
}
