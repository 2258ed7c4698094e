package dev.statecraft.table;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * Batch reads and writes that finish: DynamoDB may leave part of a batch undone, and that part is asked for again with
 * exponential backoff and jitter until the attempts are used up.
 */
public final class Batches {

    /** Most keys in one BatchGetItem. */
    public static final int READ_LIMIT = 100;

    /** Most requests in one BatchWriteItem. */
    public static final int WRITE_LIMIT = 25;

    private static final int ATTEMPTS = 8;
    private static final long FIRST_PAUSE_MILLIS = 20;

    private Batches() {}

    /**
     * Reads up to {@link #READ_LIMIT} keys in one round trip, or a few where DynamoDB throttles.
     *
     * @return the items found, by table
     * @throws ProvisionedThroughputExceededException if some keys were still refused at the last attempt
     */
    public static Map<String, List<Map<String, AttributeValue>>> get(
            DynamoDbClient dynamo, Map<String, KeysAndAttributes> request) {
        return get(dynamo, request, null);
    }

    /** The same; adds up what it consumes, unless nobody wants to know. */
    public static Map<String, List<Map<String, AttributeValue>>> get(
            DynamoDbClient dynamo, Map<String, KeysAndAttributes> request, @Nullable Consumption consumption) {
        Map<String, List<Map<String, AttributeValue>>> found = new HashMap<>();
        Map<String, KeysAndAttributes> open = request;
        for (int attempt = 0; !open.isEmpty(); attempt++) {
            pauseBefore(attempt);
            Map<String, KeysAndAttributes> asked = open;
            var response = dynamo.batchGetItem(batch -> batch.requestItems(asked)
                    .returnConsumedCapacity(consumption == null ? null : ReturnConsumedCapacity.TOTAL));
            if (consumption != null) {
                consumption.add(response.consumedCapacity());
            }
            response.responses().forEach((table, items) -> found.computeIfAbsent(table, key -> new ArrayList<>())
                    .addAll(items));
            open = response.unprocessedKeys();
        }
        return found;
    }

    /**
     * Writes any number of requests, {@link #WRITE_LIMIT} at a time.
     *
     * @throws ProvisionedThroughputExceededException if some were still refused at the last attempt; the others are
     *     written
     */
    public static void write(DynamoDbClient dynamo, String table, List<WriteRequest> requests) {
        for (int from = 0; from < requests.size(); from += WRITE_LIMIT) {
            List<WriteRequest> part = requests.subList(from, Math.min(requests.size(), from + WRITE_LIMIT));
            Map<String, List<WriteRequest>> open = Map.of(table, part);
            for (int attempt = 0; !open.isEmpty(); attempt++) {
                pauseBefore(attempt);
                Map<String, List<WriteRequest>> asked = open;
                open = dynamo.batchWriteItem(batch -> batch.requestItems(asked)).unprocessedItems();
            }
        }
    }

    /**
     * What was removed of a partition.
     *
     * @param count how many items
     * @param more whether there may be others
     */
    public record Removed(int count, boolean more) {}

    /**
     * Removes the first items of a partition: one strongly consistent read of the items, then 1 WCU for each KB and each
     * index entry.
     *
     * @param limit most items, more than 0
     */
    public static Removed removeFirst(DynamoDbClient dynamo, String table, String partition, int limit) {
        QueryResponse response = dynamo.query(query -> query.tableName(table)
                .keyConditionExpression("pk = :pk")
                .expressionAttributeValues(Map.of(":pk", Attributes.s(partition)))
                .projectionExpression("pk, sk")
                .consistentRead(true)
                .limit(limit));
        write(
                dynamo,
                table,
                response.items().stream()
                        .map(key -> WriteRequest.builder()
                                .deleteRequest(delete -> delete.key(key))
                                .build())
                        .toList());
        return new Removed(response.items().size(), !response.lastEvaluatedKey().isEmpty());
    }

    private static void pauseBefore(int attempt) {
        if (attempt == ATTEMPTS) {
            throw ProvisionedThroughputExceededException.builder()
                    .message("DynamoDB left part of a batch undone " + ATTEMPTS + " times")
                    .build();
        }
        Backoff.pauseBefore(attempt, FIRST_PAUSE_MILLIS);
    }
}
