package dev.statecraft.table;

import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Distinguishes transient failures of DynamoDB from permanent ones. */
public final class TransientFailure {

    /** Error codes of transient failures that the SDK does not count as throttling. */
    private static final Set<String> CODES =
            Set.of("TransactionConflictException", "TransactionInProgressException", "LimitExceededException");

    private TransientFailure() {}

    /**
     * Whether a retry may succeed: the call was throttled, conflicted, did not reach AWS, or failed there with 5xx.
     */
    public static boolean is(Throwable failure) {
        if (failure instanceof AwsServiceException service) {
            AwsErrorDetails details = service.awsErrorDetails();
            boolean named = details != null && CODES.contains(details.errorCode());
            return named || service.isThrottlingException() || service.statusCode() >= 500;
        }
        return failure instanceof SdkClientException || failure instanceof ContentionException;
    }
}
