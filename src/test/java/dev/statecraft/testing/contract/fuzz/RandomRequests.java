package dev.statecraft.testing.contract.fuzz;

import dev.statecraft.testing.contract.ContractTables;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.Select;
import software.amazon.awssdk.services.dynamodb.model.TransactGetItem;
import software.amazon.awssdk.services.dynamodb.model.TransactGetItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * Random requests for a handful of items of two tables, valid and invalid. They leave out what the capabilities of the
 * contract allow to differ: keys of indexes in updates, and checks of an item that the same transaction writes.
 */
final class RandomRequests {

    private final Random random;
    private final ContractTables tables;
    private final RandomItems items;

    RandomRequests(Random random, ContractTables tables, RandomItems items) {
        this.random = random;
        this.tables = tables;
        this.items = items;
    }

    DynamoDbRequest next() {
        return switch (random.nextInt(20)) {
            case 0, 1, 2, 3 -> put();
            case 4, 5, 6, 7, 8 -> update();
            case 9 -> delete();
            case 10, 11 -> get();
            case 12, 13 -> query();
            case 14 -> indexQuery();
            case 15 -> scan();
            case 16 -> batchGet();
            case 17 -> batchWrite();
            case 18 -> transactGet();
            default -> transactWrite();
        };
    }

    private RandomExpressions expressions() {
        return new RandomExpressions(random);
    }

    private String table() {
        return random.nextBoolean() ? tables.items : tables.changes;
    }

    private @Nullable String condition(RandomExpressions expressions) {
        return random.nextBoolean() ? expressions.condition() : null;
    }

    private ReturnValuesOnConditionCheckFailure onFailure() {
        return random.nextBoolean()
                ? ReturnValuesOnConditionCheckFailure.ALL_OLD
                : ReturnValuesOnConditionCheckFailure.NONE;
    }

    private PutItemRequest put() {
        RandomExpressions e = expressions();
        return PutItemRequest.builder()
                .tableName(table())
                .item(items.item())
                .conditionExpression(condition(e))
                .expressionAttributeNames(e.names())
                .expressionAttributeValues(e.values())
                .returnValues(e.pick(List.of(ReturnValue.NONE, ReturnValue.ALL_OLD)))
                .returnValuesOnConditionCheckFailure(onFailure())
                .build();
    }

    private UpdateItemRequest update() {
        RandomExpressions e = expressions();
        String update = e.update();
        return UpdateItemRequest.builder()
                .tableName(table())
                .key(items.key())
                .updateExpression(update)
                .conditionExpression(condition(e))
                .expressionAttributeNames(e.names())
                .expressionAttributeValues(e.values())
                .returnValues(e.pick(List.of(
                        ReturnValue.NONE,
                        ReturnValue.ALL_OLD,
                        ReturnValue.ALL_NEW,
                        ReturnValue.UPDATED_OLD,
                        ReturnValue.UPDATED_NEW)))
                .returnValuesOnConditionCheckFailure(onFailure())
                .build();
    }

    private DeleteItemRequest delete() {
        RandomExpressions e = expressions();
        return DeleteItemRequest.builder()
                .tableName(table())
                .key(items.key())
                .conditionExpression(condition(e))
                .expressionAttributeNames(e.names())
                .expressionAttributeValues(e.values())
                .returnValues(e.pick(List.of(ReturnValue.NONE, ReturnValue.ALL_OLD)))
                .returnValuesOnConditionCheckFailure(onFailure())
                .build();
    }

    private GetItemRequest get() {
        RandomExpressions e = expressions();
        return GetItemRequest.builder()
                .tableName(table())
                .key(items.key())
                .consistentRead(true)
                .projectionExpression(random.nextBoolean() ? e.projection() : null)
                .build();
    }

    private QueryRequest query() {
        RandomExpressions e = expressions();
        AttributeValue pk = items.partitionKey();
        String condition = "pk = " + e.placeholder(pk);
        String lower = e.pick(RandomItems.SORT_KEYS);
        String bound = e.placeholder(AttributeValue.fromS(lower));
        condition += switch (random.nextInt(5)) {
            case 0 -> " AND begins_with(sk, " + bound + ")";
            case 1 -> " AND sk BETWEEN " + bound + " AND " + e.placeholder(AttributeValue.fromS("b"));
            default -> " AND sk " + e.pick(List.of("=", "<", "<=", ">", ">=")) + " " + bound;
        };
        QueryRequest.Builder request = QueryRequest.builder()
                .tableName(table())
                .keyConditionExpression(condition)
                .consistentRead(true)
                .scanIndexForward(random.nextBoolean())
                .limit(random.nextBoolean() ? 1 + random.nextInt(3) : null);
        if (random.nextBoolean()) {
            request.filterExpression(e.condition());
        }
        if (e.chance(4)) {
            request.select(Select.COUNT);
        } else if (e.chance(4)) {
            request.projectionExpression(e.projection());
        }
        if (e.chance(2) && lower.equals("a") && condition.contains(" BETWEEN ")) {
            // Within the range: at its ends, DynamoDB Local rejects the key in one direction.
            request.exclusiveStartKey(Map.of("pk", pk, "sk", AttributeValue.fromS("ab")));
        }
        return request.expressionAttributeNames(e.names())
                .expressionAttributeValues(e.values())
                .build();
    }

    /** A query of an index without a limit, because the order of equal keys is not part of the contract. */
    private QueryRequest indexQuery() {
        RandomExpressions e = expressions();
        QueryRequest.Builder request = QueryRequest.builder().tableName(tables.items);
        String pk = e.placeholder(items.partitionKey());
        switch (random.nextInt(3)) {
            case 0 ->
                request.indexName("due")
                        .keyConditionExpression("dpk = " + pk + " AND due >= "
                                + e.placeholder(AttributeValue.fromN("" + random.nextInt(3))));
            case 1 -> request.indexName("lane").keyConditionExpression("pk = " + pk);
            default -> request.indexName("order").keyConditionExpression("opk = " + pk);
        }
        return request.scanIndexForward(random.nextBoolean())
                .expressionAttributeNames(e.names())
                .expressionAttributeValues(e.values())
                .build();
    }

    private ScanRequest scan() {
        RandomExpressions e = expressions();
        String own = "begins_with(pk, " + e.placeholder(AttributeValue.fromS(items.partition())) + ")";
        return ScanRequest.builder()
                .tableName(table())
                .consistentRead(true)
                .filterExpression(own + " AND (" + expressions(e) + ")")
                .expressionAttributeNames(e.names())
                .expressionAttributeValues(e.values())
                .build();
    }

    /** A condition that may stand in parentheses: DynamoDB rejects redundant ones. */
    private static String expressions(RandomExpressions e) {
        return e.condition() + " OR attribute_exists(vd)";
    }

    private BatchGetItemRequest batchGet() {
        return BatchGetItemRequest.builder()
                .requestItems(Map.of(
                        table(),
                        KeysAndAttributes.builder()
                                .consistentRead(true)
                                .keys(Stream.generate(items::key)
                                        .limit(1 + random.nextInt(3))
                                        .toList())
                                .build()))
                .build();
    }

    private BatchWriteItemRequest batchWrite() {
        List<WriteRequest> writes = new ArrayList<>();
        for (int i = 0; i < 1 + random.nextInt(3); i++) {
            writes.add(
                    random.nextBoolean()
                            ? WriteRequest.builder()
                                    .putRequest(p -> p.item(items.item()))
                                    .build()
                            : WriteRequest.builder()
                                    .deleteRequest(d -> d.key(items.key()))
                                    .build());
        }
        return BatchWriteItemRequest.builder()
                .requestItems(Map.of(table(), writes))
                .build();
    }

    private TransactGetItemsRequest transactGet() {
        String table = table();
        return TransactGetItemsRequest.builder()
                .transactItems(Stream.generate(items::key)
                        .limit(2)
                        .map(key -> TransactGetItem.builder()
                                .get(g -> g.tableName(table).key(key))
                                .build())
                        .toList())
                .build();
    }

    private TransactWriteItemsRequest transactWrite() {
        Map<Map<String, AttributeValue>, TransactWriteItem> writes = new LinkedHashMap<>();
        String table = table();
        for (int i = 0; i < 1 + random.nextInt(4); i++) {
            Map<String, AttributeValue> key = items.key();
            writes.put(key, transactWrite(table, key));
        }
        return TransactWriteItemsRequest.builder()
                .transactItems(writes.values())
                .build();
    }

    private TransactWriteItem transactWrite(String table, Map<String, AttributeValue> key) {
        RandomExpressions e = expressions();
        TransactWriteItem.Builder write = TransactWriteItem.builder();
        return switch (random.nextInt(4)) {
            case 0 -> {
                Map<String, AttributeValue> item = items.item();
                item.keySet().removeAll(List.of("pk", "sk"));
                item.putAll(key);
                String condition = condition(e);
                yield write.put(p -> p.tableName(table)
                                .item(item)
                                .conditionExpression(condition)
                                .expressionAttributeNames(e.names())
                                .expressionAttributeValues(e.values())
                                .returnValuesOnConditionCheckFailure(onFailure()))
                        .build();
            }
            case 1 -> {
                String update = e.update();
                String condition = condition(e);
                yield write.update(u -> u.tableName(table)
                                .key(key)
                                .updateExpression(update)
                                .conditionExpression(condition)
                                .expressionAttributeNames(e.names())
                                .expressionAttributeValues(e.values())
                                .returnValuesOnConditionCheckFailure(onFailure()))
                        .build();
            }
            case 2 -> write.delete(d -> d.tableName(table).key(key)).build();
            default -> {
                String condition = e.condition();
                yield write.conditionCheck(c -> c.tableName(table)
                                .key(key)
                                .conditionExpression(condition)
                                .expressionAttributeNames(e.names())
                                .expressionAttributeValues(e.values())
                                .returnValuesOnConditionCheckFailure(onFailure()))
                        .build();
            }
        };
    }
}
