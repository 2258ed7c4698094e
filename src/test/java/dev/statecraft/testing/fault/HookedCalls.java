package dev.statecraft.testing.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.InterceptorContext;
import software.amazon.awssdk.core.internal.interceptor.DefaultFailedExecutionContext;
import software.amazon.awssdk.http.SdkHttpFullResponse;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;

/** Calls the hooks of an interceptor as the SDK does, around calls that only record that they took effect. */
final class HookedCalls {

    private static final Map<String, AttributeValue> KEY =
            Map.of("pk", AttributeValue.fromS("p"), "sk", AttributeValue.fromS("s"));
    static final SdkRequest GET =
            GetItemRequest.builder().tableName("t-entries").key(KEY).build();
    static final SdkRequest PUT =
            PutItemRequest.builder().tableName("t-entries").item(KEY).build();
    static final SdkRequest TRANSACTION = TransactWriteItemsRequest.builder()
            .transactItems(
                    TransactWriteItem.builder()
                            .put(put -> put.tableName("t-log").item(KEY))
                            .build(),
                    TransactWriteItem.builder()
                            .delete(delete -> delete.tableName("t-log").key(KEY))
                            .build())
            .build();

    private final ExecutionInterceptor interceptor;
    final List<SdkRequest> applied = new ArrayList<>();

    HookedCalls(ExecutionInterceptor interceptor) {
        this.interceptor = interceptor;
    }

    void send(SdkRequest request) {
        send(request, () -> applied.add(request));
    }

    void send(SdkRequest request, Runnable effect) {
        ExecutionAttributes attributes = new ExecutionAttributes();
        InterceptorContext context = InterceptorContext.builder()
                .request(request)
                .httpResponse(SdkHttpFullResponse.builder().statusCode(200).build())
                .response(PutItemResponse.builder().build())
                .build();
        interceptor.beforeExecution(context, attributes);
        try {
            transmit(effect, context, attributes);
            interceptor.afterExecution(context, attributes);
        } catch (RuntimeException e) {
            interceptor.onExecutionFailure(
                    DefaultFailedExecutionContext.builder()
                            .interceptorContext(context)
                            .exception(e)
                            .build(),
                    attributes);
            throw e;
        }
    }

    /** The SDK makes another attempt after a retryable failure. */
    private void transmit(Runnable effect, InterceptorContext context, ExecutionAttributes attributes) {
        try {
            effect.run();
            interceptor.afterTransmission(context, attributes);
        } catch (RetryableException e) {
            effect.run();
            interceptor.afterTransmission(context, attributes);
        }
    }
}
