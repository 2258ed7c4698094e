package dev.statecraft.table;

import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/** Distinguishes transient failures of DynamoDB from permanent ones. */
public final class TransientFailure {

    /** Error codes of transient failures that the SDK does not count as throttling. */
    private static final Set<String> CODES =
            Set.of("TransactionConflictException", "TransactionInProgressException", "LimitExceededException");

    /** Reasons of a cancelled transaction that may be gone at a retry. */
    private static final Set<String> REASONS =
            Set.of("TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded");

    private TransientFailure() {}

    /**
     * Whether a retry may succeed: the call was throttled, conflicted, did not reach AWS, or failed there with 5xx. A
     * cancelled transaction was throttled or conflicted if one of its items was: the retry sees its other conditions.
     */
    public static boolean is(Throwable failure) {
        if (failure instanceof TransactionCanceledException cancelled) {
            return cancelled.cancellationReasons().stream()
                    .anyMatch(reason -> reason.code() != null && REASONS.contains(reason.code()));
        }
        if (failure instanceof AwsServiceException service) {
            AwsErrorDetails details = service.awsErrorDetails();
            boolean named = details != null && CODES.contains(details.errorCode());
            return named || service.isThrottlingException() || service.statusCode() >= 500;
        }
        return failure instanceof SdkClientException || failure instanceof ContentionException;
    }
}
