package dev.statecraft.testing.dynamo;

import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptorChain;
import software.amazon.awssdk.core.interceptor.InterceptorContext;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;
import software.amazon.awssdk.core.internal.interceptor.DefaultFailedExecutionContext;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpFullResponse;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.CreateTableResponse;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.DeleteTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DeleteTableResponse;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableResponse;
import software.amazon.awssdk.services.dynamodb.model.DescribeTimeToLiveRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeTimeToLiveResponse;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbResponse;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.ListTablesRequest;
import software.amazon.awssdk.services.dynamodb.model.ListTablesResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactGetItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactGetItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;
import software.amazon.awssdk.services.dynamodb.model.UpdateTimeToLiveRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateTimeToLiveResponse;

/**
 * A client whose calls pass through interceptors as those of the SDK's client: in order before the call, in reverse order
 * after it. As in the SDK, a failure of {@code beforeExecution} or {@code modifyRequest} is not reported to {@code
 * onExecutionFailure}, and neither is an {@link Error}. A retryable failure of a transmission hook lets the request be sent
 * again, with the same token. There is no HTTP: those hooks see an empty request and response.
 */
public final class InterceptedDynamo implements DynamoDbClient {

    private static final SdkHttpFullRequest HTTP_REQUEST = SdkHttpFullRequest.builder()
            .method(SdkHttpMethod.POST)
            .protocol("http")
            .host("localhost")
            .encodedPath("/")
            .build();
    private static final SdkHttpFullResponse HTTP_RESPONSE =
            SdkHttpFullResponse.builder().statusCode(200).build();

    private static final int ATTEMPTS = 3;

    private final DynamoDbClient next;
    private final ExecutionInterceptorChain chain;

    /** Calls {@code next} through interceptors. */
    public InterceptedDynamo(DynamoDbClient next, List<ExecutionInterceptor> interceptors) {
        this.next = next;
        this.chain = new ExecutionInterceptorChain(List.copyOf(interceptors));
    }

    private <I extends DynamoDbRequest, O extends DynamoDbResponse> O call(
            String operation, I given, Function<I, O> function) {
        ExecutionAttributes attributes = new ExecutionAttributes();
        attributes.putAttribute(SdkExecutionAttribute.SERVICE_NAME, "DynamoDb");
        attributes.putAttribute(SdkExecutionAttribute.OPERATION_NAME, operation);
        InterceptorContext context = InterceptorContext.builder().request(given).build();
        chain.beforeExecution(context, attributes);
        context = chain.modifyRequest(context, attributes);
        try {
            @SuppressWarnings("unchecked")
            I request = (I) withToken(context.request());
            chain.beforeMarshalling(context, attributes);
            context = context.toBuilder().httpRequest(HTTP_REQUEST).build();
            chain.afterMarshalling(context, attributes);
            O response = send(request, function, context, attributes);
            context = context.toBuilder()
                    .httpResponse(HTTP_RESPONSE)
                    .response(response)
                    .build();
            chain.afterUnmarshalling(context, attributes);
            context = chain.modifyResponse(context, attributes);
            chain.afterExecution(context, attributes);
            @SuppressWarnings("unchecked")
            O result = (O) context.response();
            return result;
        } catch (RuntimeException failure) {
            DefaultFailedExecutionContext failed = DefaultFailedExecutionContext.builder()
                    .interceptorContext(context)
                    .exception(failure)
                    .build();
            failed = chain.modifyException(failed, attributes);
            chain.onExecutionFailure(failed, attributes);
            if (failed.exception() instanceof RuntimeException modified) {
                throw modified;
            }
            throw failure;
        }
    }

    /** Sends a request, and sends it again if an interceptor loses the response. */
    private <I extends DynamoDbRequest, O extends DynamoDbResponse> O send(
            I request, Function<I, O> function, InterceptorContext context, ExecutionAttributes attributes) {
        InterceptorContext answered =
                context.toBuilder().httpResponse(HTTP_RESPONSE).build();
        for (int attempt = 1; ; attempt++) {
            try {
                chain.beforeTransmission(context, attributes);
                O response = function.apply(request);
                chain.afterTransmission(answered, attributes);
                return response;
            } catch (RetryableException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** The SDK gives every transaction a token, which its attempts share. */
    private static SdkRequest withToken(SdkRequest request) {
        return request instanceof TransactWriteItemsRequest transaction && transaction.clientRequestToken() == null
                ? transaction.toBuilder()
                        .clientRequestToken(UUID.randomUUID().toString())
                        .build()
                : request;
    }

    @Override
    public CreateTableResponse createTable(CreateTableRequest request) {
        return call("CreateTable", request, next::createTable);
    }

    @Override
    public DescribeTableResponse describeTable(DescribeTableRequest request) {
        return call("DescribeTable", request, next::describeTable);
    }

    @Override
    public DeleteTableResponse deleteTable(DeleteTableRequest request) {
        return call("DeleteTable", request, next::deleteTable);
    }

    @Override
    public ListTablesResponse listTables(ListTablesRequest request) {
        return call("ListTables", request, next::listTables);
    }

    @Override
    public DescribeTimeToLiveResponse describeTimeToLive(DescribeTimeToLiveRequest request) {
        return call("DescribeTimeToLive", request, next::describeTimeToLive);
    }

    @Override
    public UpdateTimeToLiveResponse updateTimeToLive(UpdateTimeToLiveRequest request) {
        return call("UpdateTimeToLive", request, next::updateTimeToLive);
    }

    @Override
    public GetItemResponse getItem(GetItemRequest request) {
        return call("GetItem", request, next::getItem);
    }

    @Override
    public PutItemResponse putItem(PutItemRequest request) {
        return call("PutItem", request, next::putItem);
    }

    @Override
    public UpdateItemResponse updateItem(UpdateItemRequest request) {
        return call("UpdateItem", request, next::updateItem);
    }

    @Override
    public DeleteItemResponse deleteItem(DeleteItemRequest request) {
        return call("DeleteItem", request, next::deleteItem);
    }

    @Override
    public QueryResponse query(QueryRequest request) {
        return call("Query", request, next::query);
    }

    @Override
    public ScanResponse scan(ScanRequest request) {
        return call("Scan", request, next::scan);
    }

    @Override
    public BatchGetItemResponse batchGetItem(BatchGetItemRequest request) {
        return call("BatchGetItem", request, next::batchGetItem);
    }

    @Override
    public BatchWriteItemResponse batchWriteItem(BatchWriteItemRequest request) {
        return call("BatchWriteItem", request, next::batchWriteItem);
    }

    @Override
    public TransactGetItemsResponse transactGetItems(TransactGetItemsRequest request) {
        return call("TransactGetItems", request, next::transactGetItems);
    }

    @Override
    public TransactWriteItemsResponse transactWriteItems(TransactWriteItemsRequest request) {
        return call("TransactWriteItems", request, next::transactWriteItems);
    }

    @Override
    public String serviceName() {
        return next.serviceName();
    }

    /** Does nothing: the called client belongs to its creator. */
    @Override
    public void close() {
        // Holds nothing.
    }
}
