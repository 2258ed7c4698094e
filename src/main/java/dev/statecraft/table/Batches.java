package dev.statecraft.table;

import jakarta.enterprise.context.ApplicationScoped;
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
 * Complete batch reads and writes. DynamoDB may leave part of a batch unprocessed; that part is requested again with
 * exponential backoff and jitter, for at most eight attempts.
 */
@ApplicationScoped
public class Batches {

    /** Maximum number of keys in one BatchGetItem. */
    public static final int READ_LIMIT = 100;

    /** Maximum number of requests in one BatchWriteItem. */
    public static final int WRITE_LIMIT = 25;

    private static final int ATTEMPTS = 8;
    private static final long FIRST_PAUSE_MILLIS = 20;

    private final DynamoDbClient dynamo;
    private final Backoff backoff;

    public Batches(DynamoDbClient dynamo, Backoff backoff) {
        this.dynamo = dynamo;
        this.backoff = backoff;
    }

    /**
     * Reads up to {@link #READ_LIMIT} keys in one round trip, or in several if DynamoDB throttles.
     *
     * @return the items found, by table
     * @throws ProvisionedThroughputExceededException if keys are still unprocessed after the last attempt
     */
    public Map<String, List<Map<String, AttributeValue>>> get(Map<String, KeysAndAttributes> request) {
        return get(request, null);
    }

    /**
     * Reads up to {@link #READ_LIMIT} keys and adds the consumed capacity to {@code consumption}, unless it is null.
     *
     * @return the items found, by table
     * @throws ProvisionedThroughputExceededException if keys are still unprocessed after the last attempt
     */
    public Map<String, List<Map<String, AttributeValue>>> get(
            Map<String, KeysAndAttributes> request, @Nullable CapacityUsage consumption) {
        Map<String, List<Map<String, AttributeValue>>> found = new HashMap<>();
        Map<String, KeysAndAttributes> unprocessed = request;
        for (int attempt = 0; !unprocessed.isEmpty(); attempt++) {
            pauseBefore(attempt);
            Map<String, KeysAndAttributes> requested = unprocessed;
            var response = dynamo.batchGetItem(batch -> batch.requestItems(requested)
                    .returnConsumedCapacity(consumption == null ? null : ReturnConsumedCapacity.TOTAL));
            if (consumption != null) {
                consumption.add(response.consumedCapacity());
            }
            response.responses().forEach((table, items) -> found.computeIfAbsent(table, key -> new ArrayList<>())
                    .addAll(items));
            unprocessed = response.unprocessedKeys();
        }
        return found;
    }

    /**
     * Writes any number of requests, {@link #WRITE_LIMIT} at a time.
     * @throws ProvisionedThroughputExceededException if requests are still unprocessed after the last attempt; all
     *     others are written
     */
    public void write(String table, List<WriteRequest> requests) {
        for (int from = 0; from < requests.size(); from += WRITE_LIMIT) {
            List<WriteRequest> part = requests.subList(from, Math.min(requests.size(), from + WRITE_LIMIT));
            Map<String, List<WriteRequest>> unprocessed = Map.of(table, part);
            for (int attempt = 0; !unprocessed.isEmpty(); attempt++) {
                pauseBefore(attempt);
                Map<String, List<WriteRequest>> requested = unprocessed;
                unprocessed = dynamo.batchWriteItem(batch -> batch.requestItems(requested))
                        .unprocessedItems();
            }
        }
    }

    /**
     * Result of a removal from a partition.
     *
     * @param count number of removed items
     * @param more whether the partition may contain further items
     */
    public record Removed(int count, boolean more) {}

    /**
     * Removes the first items of a partition. Cost: one strongly consistent read of the items, then 1 WCU per KB and
     * per index entry.
     *
     * @param limit maximum number of items, at least 1
     */
    public Removed removeFirst(String table, String partition, int limit) {
        QueryResponse response = dynamo.query(query -> query.tableName(table)
                .keyConditionExpression("pk = :pk")
                .expressionAttributeValues(Map.of(":pk", Attributes.s(partition)))
                .projectionExpression("pk, sk")
                .consistentRead(true)
                .limit(limit));
        write(
                table,
                response.items().stream()
                        .map(key -> WriteRequest.builder()
                                .deleteRequest(delete -> delete.key(key))
                                .build())
                        .toList());
        return new Removed(response.items().size(), !response.lastEvaluatedKey().isEmpty());
    }

    private void pauseBefore(int attempt) {
        if (attempt == ATTEMPTS) {
            throw ProvisionedThroughputExceededException.builder()
                    .message("DynamoDB left part of a batch unprocessed in " + ATTEMPTS + " attempts")
                    .build();
        }
        backoff.pauseBefore(attempt, FIRST_PAUSE_MILLIS);
    }
}
