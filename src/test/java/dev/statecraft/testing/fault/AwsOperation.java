package dev.statecraft.testing.fault;

import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactGetItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;

/** The AWS operations that have latencies and faults of their own. */
public enum AwsOperation {
    GET_ITEM("GetItem"),
    QUERY("Query"),
    SCAN("Scan"),
    BATCH_GET("BatchGetItem"),
    TRANSACT_GET("TransactGetItems"),
    PUT_ITEM("PutItem"),
    UPDATE_ITEM("UpdateItem"),
    DELETE_ITEM("DeleteItem"),
    BATCH_WRITE("BatchWriteItem"),
    TRANSACT_WRITE("TransactWriteItems"),
    /** The PostToConnection operation of the API Gateway Management API. */
    POST_TO_CONNECTION("PostToConnection"),
    /** From a write to the invocation of the function that reads the table's stream; not a call of the SDK. */
    STREAM_DELIVERY("stream delivery"),
    OTHER("other");

    private static final Map<String, AwsOperation> BY_REQUEST = Stream.of(values())
            .collect(Collectors.toMap(operation -> operation.title + "Request", Function.identity()));

    /** All operations that change items. */
    public static final Set<AwsOperation> WRITES =
            Set.of(PUT_ITEM, UPDATE_ITEM, DELETE_ITEM, BATCH_WRITE, TRANSACT_WRITE);

    private final String title;

    AwsOperation(String title) {
        this.title = title;
    }

    /** The operation of a request; {@link #OTHER} for an operation that is not listed. */
    public static AwsOperation of(SdkRequest request) {
        return BY_REQUEST.getOrDefault(request.getClass().getSimpleName(), OTHER);
    }

    /** The number of items that a request names; 1 for requests that name one item or a range. */
    static int items(SdkRequest request) {
        if (request instanceof TransactWriteItemsRequest transaction) {
            return transaction.transactItems().size();
        }
        if (request instanceof TransactGetItemsRequest transaction) {
            return transaction.transactItems().size();
        }
        if (request instanceof BatchGetItemRequest batch) {
            return batch.requestItems().values().stream()
                    .mapToInt(part -> part.keys().size())
                    .sum();
        }
        if (request instanceof BatchWriteItemRequest batch) {
            return batch.requestItems().values().stream()
                    .mapToInt(part -> part.size())
                    .sum();
        }
        return 1;
    }

    boolean isWrite() {
        return WRITES.contains(this);
    }

    boolean isTransaction() {
        return this == TRANSACT_WRITE || this == TRANSACT_GET;
    }

    @Override
    public String toString() {
        return title;
    }
}
