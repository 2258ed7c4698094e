package dev.statecraft.testing.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/**
 * Records the requests to DynamoDB, and repeats them without the application: what the bare SDK costs. The state is static,
 * because the SDK creates the interceptor.
 */
public final class RepeatedCalls implements ExecutionInterceptor {

    private static final List<SdkRequest> RECORDED = Collections.synchronizedList(new ArrayList<>());

    private static volatile boolean recording;

    @Override
    public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
        if (recording) {
            RECORDED.add(context.request());
        }
    }

    /** The requests that some work sends. */
    static List<SdkRequest> of(Runnable work) {
        RECORDED.clear();
        recording = true;
        work.run();
        recording = false;
        return List.copyOf(RECORDED);
    }

    /** Sends requests again. Puts have no conditions, so that they succeed. */
    static void repeat(DynamoDbClient dynamo, List<SdkRequest> requests) {
        for (SdkRequest request : requests) {
            if (request instanceof GetItemRequest get) {
                dynamo.getItem(get);
            } else if (request instanceof BatchGetItemRequest batch) {
                dynamo.batchGetItem(batch);
            } else if (request instanceof QueryRequest query) {
                dynamo.query(query);
            } else if (request instanceof PutItemRequest put) {
                dynamo.putItem(put);
            } else if (request instanceof UpdateItemRequest update) {
                repeat(dynamo, update);
            } else if (request instanceof BatchWriteItemRequest batch) {
                dynamo.batchWriteItem(batch);
            } else if (request instanceof TransactWriteItemsRequest write) {
                dynamo.transactWriteItems(write);
            } else {
                throw new AssertionError("cannot repeat " + request.getClass().getSimpleName());
            }
        }
    }

    private static void repeat(DynamoDbClient dynamo, UpdateItemRequest update) {
        try {
            dynamo.updateItem(update);
        } catch (ConditionalCheckFailedException e) {
            // The condition held when the request was recorded. Its failure costs about as much.
            return;
        }
    }

    /** The requests in a form that can be repeated. */
    static List<SdkRequest> repeatable(List<SdkRequest> requests) {
        return requests.stream().map(RepeatedCalls::repeatable).toList();
    }

    private static SdkRequest repeatable(SdkRequest request) {
        if (request instanceof PutItemRequest put) {
            return put.toBuilder()
                    .conditionExpression(null)
                    .expressionAttributeNames(null)
                    .expressionAttributeValues(null)
                    .build();
        }
        if (request instanceof TransactWriteItemsRequest write) {
            return write.toBuilder()
                    .clientRequestToken(null)
                    .transactItems(write.transactItems().stream()
                            .map(RepeatedCalls::repeatable)
                            .toList())
                    .build();
        }
        return request;
    }

    private static TransactWriteItem repeatable(TransactWriteItem item) {
        return item.put() == null
                ? item
                : item.toBuilder()
                        .put(item.put().toBuilder()
                                .conditionExpression(null)
                                .expressionAttributeNames(null)
                                .expressionAttributeValues(null)
                                .build())
                        .build();
    }
}
