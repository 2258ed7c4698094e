package dev.statecraft.table;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

class TransientFailureTest {

    /** A throttled transaction otherwise fails a migration for good, and is a 500 instead of a 503. */
    @ParameterizedTest
    @CsvSource({
        "true, None, TransactionConflict",
        "true, ThrottlingError, None",
        "true, None, ProvisionedThroughputExceeded",
        "true, ConditionalCheckFailed, TransactionConflict",
        "false, ConditionalCheckFailed, None",
        "false, ValidationError, None",
        "false, ItemCollectionSizeLimitExceeded, None"
    })
    void cancelledTransaction_isTransientByItsReasons(boolean expected, String first, String second) {
        TransactionCanceledException.Builder cancelled = TransactionCanceledException.builder()
                .cancellationReasons(Stream.of(first, second)
                        .map(code -> CancellationReason.builder().code(code).build())
                        .toList());
        cancelled
                .statusCode(400)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode("TransactionCanceledException")
                        .build());
        assertEquals(expected, TransientFailure.is(cancelled.build()));
    }
}
