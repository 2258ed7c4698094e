package dev.statecraft.testing.fault;

import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.InternalServerErrorException;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.dynamodb.model.ThrottlingException;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.TransactionConflictException;

/**
 * The faults of a call to DynamoDB. The caller sees what it sees after the last retry of the SDK: the exception of the
 * SDK with its class, status code and error code.
 */
public enum FaultKind {
    /** The connection could not be opened; the call has no effect. */
    FAIL_BEFORE_SEND,
    /** The call takes effect, and reading its response times out. */
    ANSWER_LOST,
    /** Rejected for throughput; no effect. A throttled transaction is cancelled and names the throttled item. */
    THROTTLE,
    /** A response with status 500. The call may have taken effect. */
    SERVER_ERROR,
    /** Rejected because a transaction on one of the items is in progress; no effect. Reads and batches are not affected. */
    TRANSACTION_CONFLICT,
    /** The call succeeds, but takes long before or after it takes effect. */
    SLOW,
    /** The connection is reset. The call may have taken effect. */
    CONNECTION_RESET,
    /**
     * A write takes effect and its response is lost, so the SDK sends it again; the caller sees the second response only. A
     * transaction keeps its client request token and is applied once. Any other write is applied twice or, with a condition,
     * may be rejected because of itself.
     */
    RESENT;

    private static final String CONFLICT = "Transaction is ongoing for the item";
    private static final String BUSY = "Throughput exceeds the current capacity of your table or index. DynamoDB is"
            + " automatically scaling your table or index so please try again shortly.";
    private static final String EXCEEDED = "The level of configured provisioned throughput for the table was exceeded."
            + " Consider increasing your provisioning level with the UpdateTable API.";

    /** Whether DynamoDB has this fault for an operation. */
    boolean affects(AwsOperation operation) {
        return switch (operation) {
            case POST_TO_CONNECTION, STREAM_DELIVERY, OTHER -> false;
            case PUT_ITEM, UPDATE_ITEM, DELETE_ITEM, TRANSACT_WRITE -> true;
            case TRANSACT_GET -> this != RESENT;
            case BATCH_WRITE -> this != TRANSACTION_CONFLICT;
            case GET_ITEM, QUERY, SCAN, BATCH_GET -> this != TRANSACTION_CONFLICT && this != RESENT;
        };
    }

    /** Draws whether this fault occurs after the call has taken effect. */
    boolean isAfterEffect(RandomGenerator random) {
        return switch (this) {
            case FAIL_BEFORE_SEND, THROTTLE, TRANSACTION_CONFLICT -> false;
            case ANSWER_LOST, RESENT -> true;
            case SERVER_ERROR, SLOW, CONNECTION_RESET -> random.nextBoolean();
        };
    }

    /** Whether the caller gets an exception. */
    boolean isFailure() {
        return this != SLOW && this != RESENT;
    }

    /** The exception that the SDK throws for this fault of a request. */
    RuntimeException exception(SdkRequest request, RandomGenerator random) {
        boolean transaction = AwsOperation.of(request).isTransaction();
        return switch (this) {
            case FAIL_BEFORE_SEND -> unsent(new ConnectException("Connection timed out"));
            case ANSWER_LOST -> unsent(new SocketTimeoutException("Read timed out"));
            case CONNECTION_RESET -> unsent(new SocketException("Connection reset"));
            case SERVER_ERROR ->
                of(InternalServerErrorException.builder(), 500, "InternalServerError", "Internal server error");
            case THROTTLE -> {
                boolean onDemand = random.nextBoolean();
                if (transaction) {
                    yield onDemand
                            ? cancelled(request, "ThrottlingError", BUSY, random)
                            : cancelled(request, "ProvisionedThroughputExceeded", EXCEEDED, random);
                }
                yield onDemand
                        ? of(ThrottlingException.builder(), 400, "ThrottlingException", BUSY)
                        : of(
                                ProvisionedThroughputExceededException.builder(),
                                400,
                                "ProvisionedThroughputExceededException",
                                EXCEEDED);
            }
            case TRANSACTION_CONFLICT ->
                transaction
                        ? cancelled(request, "TransactionConflict", CONFLICT, random)
                        : of(TransactionConflictException.builder(), 400, "TransactionConflictException", CONFLICT);
            case SLOW, RESENT -> throw new IllegalStateException(this + " is no failure");
        };
    }

    private static SdkClientException unsent(Exception cause) {
        return SdkClientException.create("Unable to execute HTTP request: " + cause.getMessage(), cause);
    }

    private static DynamoDbException of(DynamoDbException.Builder builder, int status, String code, String message) {
        AwsErrorDetails details = AwsErrorDetails.builder()
                .serviceName("DynamoDb")
                .errorCode(code)
                .errorMessage(message)
                .build();
        builder.awsErrorDetails(details).statusCode(status).requestId("injected");
        return (DynamoDbException) builder.message(message).build();
    }

    /** A cancellation that names a drawn item of the transaction. */
    private static DynamoDbException cancelled(
            SdkRequest request, String code, String message, RandomGenerator random) {
        int items = AwsOperation.items(request);
        int named = random.nextInt(items);
        List<CancellationReason> reasons = IntStream.range(0, items)
                .mapToObj(item -> item == named
                        ? CancellationReason.builder()
                                .code(code)
                                .message(message)
                                .build()
                        : CancellationReason.builder().code("None").build())
                .toList();
        String codes = reasons.stream().map(CancellationReason::code).collect(Collectors.joining(", ", "[", "]"));
        return of(
                TransactionCanceledException.builder().cancellationReasons(reasons),
                400,
                "TransactionCanceledException",
                "Transaction cancelled, please refer cancellation reasons for specific reasons " + codes);
    }
}
