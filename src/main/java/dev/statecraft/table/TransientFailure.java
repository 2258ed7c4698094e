package dev.statecraft.table;

import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Tells failures of the database that pass by themselves from those that repeat. */
public final class TransientFailure {

    /** DynamoDB's ways of saying "not now" that the SDK does not count as throttling. */
    private static final Set<String> CODES =
            Set.of("TransactionConflictException", "TransactionInProgressException", "LimitExceededException");

    private TransientFailure() {}

    /** Whether the same call may succeed a moment later: throttled, in conflict, unreachable, or failed at AWS. */
    public static boolean is(Throwable failure) {
        if (failure instanceof AwsServiceException service) {
            AwsErrorDetails details = service.awsErrorDetails();
            boolean named = details != null && CODES.contains(details.errorCode());
            return named || service.isThrottlingException() || service.statusCode() >= 500;
        }
        return failure instanceof SdkClientException || failure instanceof ContentionException;
    }
}
