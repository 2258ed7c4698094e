package dev.statecraft.testing.fault;

import static dev.statecraft.testing.fault.HookedCalls.GET;
import static dev.statecraft.testing.fault.HookedCalls.PUT;
import static dev.statecraft.testing.fault.HookedCalls.TRANSACTION;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.table.TransientFailure;
import dev.statecraft.testing.PausingTicker;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/** Each kind of fault is the exception that the SDK throws for it, and has an effect or not. */
class FaultKindTest {

    private final FaultyDynamo faults = new FaultyDynamo(new PausingTicker(), new Random(7));
    private final HookedCalls calls = new HookedCalls(faults);
    private final List<SdkRequest> applied = calls.applied;

    private RuntimeException failure(FaultKind kind, SdkRequest request) {
        faults.plan(FaultPlan.NONE.with(kind, 1));
        return assertThrows(RuntimeException.class, () -> calls.send(request));
    }

    @Test
    void connectionFaults_areClientExceptionsWithTheirCause() {
        for (SdkRequest request : List.of(GET, PUT, TRANSACTION)) {
            applied.clear();
            RuntimeException unsent = failure(FaultKind.FAIL_BEFORE_SEND, request);
            assertInstanceOf(SdkClientException.class, unsent);
            assertInstanceOf(ConnectException.class, unsent.getCause());
            assertEquals(List.of(), applied);

            RuntimeException lost = failure(FaultKind.ANSWER_LOST, request);
            assertInstanceOf(SdkClientException.class, lost);
            assertInstanceOf(SocketTimeoutException.class, lost.getCause());
            assertEquals(List.of(request), applied);

            assertInstanceOf(
                    SocketException.class,
                    failure(FaultKind.CONNECTION_RESET, request).getCause());
        }
    }

    @Test
    void serviceFaults_haveClassStatusAndCodeOfDynamoDb() {
        assertService("InternalServerErrorException", 500, "InternalServerError", FaultKind.SERVER_ERROR, GET);
        assertService(
                "TransactionConflictException",
                400,
                "TransactionConflictException",
                FaultKind.TRANSACTION_CONFLICT,
                PUT);
        for (int i = 0; i < 20; i++) {
            AwsServiceException throttled =
                    assertInstanceOf(AwsServiceException.class, failure(FaultKind.THROTTLE, PUT));
            assertEquals(400, throttled.statusCode());
            assertTrue(throttled.isThrottlingException(), throttled::toString);
            assertEquals(
                    throttled.getClass().getSimpleName(),
                    throttled.awsErrorDetails().errorCode());
            assertTrue(TransientFailure.is(throttled), throttled::toString);
        }
        assertEquals(20, faults.fired().get(FaultKind.THROTTLE));
    }

    private void assertService(String type, int status, String code, FaultKind kind, SdkRequest request) {
        AwsServiceException failed = assertInstanceOf(AwsServiceException.class, failure(kind, request));
        assertEquals(type, failed.getClass().getSimpleName());
        assertEquals(status, failed.statusCode());
        assertEquals(code, failed.awsErrorDetails().errorCode());
        assertTrue(TransientFailure.is(failed), failed::toString);
    }

    @Test
    void cancelledTransaction_namesOneItem() {
        Map<FaultKind, Set<String>> codes = Map.of(
                FaultKind.TRANSACTION_CONFLICT, Set.of("TransactionConflict"),
                FaultKind.THROTTLE, Set.of("ThrottlingError", "ProvisionedThroughputExceeded"));
        codes.forEach((kind, expected) -> {
            TransactionCanceledException cancelled =
                    assertInstanceOf(TransactionCanceledException.class, failure(kind, TRANSACTION));
            assertEquals(2, cancelled.cancellationReasons().size());
            assertTrue(TransientFailure.is(cancelled), cancelled::toString);
            assertEquals(
                    1,
                    cancelled.cancellationReasons().stream()
                            .filter(reason -> expected.contains(reason.code()))
                            .count());
            assertEquals(
                    "TransactionCanceledException", cancelled.awsErrorDetails().errorCode());
        });
        assertEquals(List.of(), applied);
    }

    @Test
    void ambiguousFaults_occurBeforeAndAfterTheEffect() {
        for (FaultKind kind : List.of(FaultKind.SERVER_ERROR, FaultKind.CONNECTION_RESET)) {
            applied.clear();
            for (int i = 0; i < 40; i++) {
                failure(kind, PUT);
            }
            assertTrue(!applied.isEmpty() && applied.size() < 40, kind + " after the effect: " + applied.size());
        }
    }

    @Test
    void conflicts_doNotOccurAtReadsAndBatches() {
        faults.plan(FaultPlan.NONE.with(FaultKind.TRANSACTION_CONFLICT, 1));
        calls.send(GET);
        assertEquals(List.of(GET), applied);
        assertThrows(
                IllegalArgumentException.class,
                () -> FaultPlan.NONE.with(FaultKind.TRANSACTION_CONFLICT, 1, AwsOperation.BATCH_WRITE));
    }
}
