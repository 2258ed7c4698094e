package dev.statecraft.testing.fault;

import static dev.statecraft.testing.fault.FaultyDynamo.When.AFTER;
import static dev.statecraft.testing.fault.FaultyDynamo.When.BEFORE;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.runtime.Ticker;
import dev.statecraft.table.TransientFailure;
import dev.statecraft.testing.fault.FaultyDynamo.Stopped;
import dev.statecraft.testing.fault.FaultyDynamo.When;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.InterceptorContext;
import software.amazon.awssdk.core.internal.interceptor.DefaultFailedExecutionContext;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

class FaultyDynamoTest {

    private static final Map<String, AttributeValue> KEY =
            Map.of("pk", AttributeValue.fromS("p"), "sk", AttributeValue.fromS("s"));
    private static final SdkRequest GET =
            GetItemRequest.builder().tableName("t-entries").key(KEY).build();
    private static final SdkRequest PUT =
            PutItemRequest.builder().tableName("t-entries").item(KEY).build();
    private static final SdkRequest TRANSACTION = TransactWriteItemsRequest.builder()
            .transactItems(
                    TransactWriteItem.builder()
                            .put(put -> put.tableName("t-log").item(KEY))
                            .build(),
                    TransactWriteItem.builder()
                            .delete(delete -> delete.tableName("t-log").key(KEY))
                            .build())
            .build();

    /** A ticker whose time passes only in pauses. */
    private static final class PausesOnly implements Ticker {

        private long nanos;

        @Override
        public long nanos() {
            return nanos;
        }

        @Override
        public void sleep(long length) {
            nanos += length;
        }
    }

    private final PausesOnly ticker = new PausesOnly();
    private final FaultyDynamo faults = new FaultyDynamo(ticker, new Random(7));
    private final List<SdkRequest> applied = new ArrayList<>();

    /** Calls the hooks as the SDK does, around a call that takes effect. */
    private void send(SdkRequest request) {
        send(request, () -> applied.add(request));
    }

    private void send(SdkRequest request, Runnable effect) {
        ExecutionAttributes attributes = new ExecutionAttributes();
        InterceptorContext context = InterceptorContext.builder()
                .request(request)
                .response(PutItemResponse.builder().build())
                .build();
        faults.beforeExecution(context, attributes);
        try {
            effect.run();
            faults.afterExecution(context, attributes);
        } catch (RuntimeException e) {
            faults.onExecutionFailure(
                    DefaultFailedExecutionContext.builder()
                            .interceptorContext(context)
                            .exception(e)
                            .build(),
                    attributes);
            throw e;
        }
    }

    private RuntimeException failure(FaultKind kind, SdkRequest request) {
        faults.plan(FaultPlan.NONE.with(kind, 1));
        return assertThrows(RuntimeException.class, () -> send(request));
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
        send(GET);
        assertEquals(List.of(GET), applied);
        assertThrows(
                IllegalArgumentException.class,
                () -> FaultPlan.NONE.with(FaultKind.TRANSACTION_CONFLICT, 1, AwsOperation.BATCH_WRITE));
    }

    @Test
    void slowCalls_succeedLater() {
        faults.plan(FaultPlan.NONE.with(FaultKind.SLOW, 1).slowUpTo(Duration.ofSeconds(5)));
        boolean before = false;
        boolean after = false;
        for (int i = 0; i < 20; i++) {
            long started = ticker.nanos();
            long[] effect = {0};
            send(PUT, () -> effect[0] = ticker.nanos() - started);
            long duration = ticker.nanos() - started;
            assertTrue(duration > 0 && duration < 5_000_000_000L, "nanoseconds: " + duration);
            before |= effect[0] == duration;
            after |= effect[0] == 0;
        }
        assertTrue(before && after, "before the effect: " + before + ", after it: " + after);
        assertEquals(20, faults.fired().get(FaultKind.SLOW));
    }

    @Test
    void equalSeeds_drawEqualFaults() {
        assertEquals(outcomes(1), outcomes(1));
        assertNotEquals(outcomes(1), outcomes(2));
        String all = outcomes(3).toString();
        for (FaultKind kind : FaultKind.values()) {
            assertTrue(all.contains(kind.name()), kind + " did not occur in " + all);
        }
    }

    private List<String> outcomes(long seed) {
        CallTrace trace = new CallTrace(1_000);
        FaultyDynamo drawn = new FaultyDynamo(ticker, new Random(seed))
                .plan(FaultPlan.each(0.05))
                .traceTo(trace, "i" + seed);
        for (int i = 0; i < 300; i++) {
            ExecutionAttributes attributes = new ExecutionAttributes();
            InterceptorContext context = InterceptorContext.builder()
                    .request(List.of(GET, PUT, TRANSACTION).get(i % 3))
                    .build();
            try {
                drawn.beforeExecution(context, attributes);
                drawn.afterExecution(context, attributes);
            } catch (AwsServiceException | SdkClientException e) {
                assertNotEquals("", e.getMessage());
            }
        }
        long faulty = trace.calls().stream()
                .filter(call -> !call.outcome().equals("ok"))
                .count();
        assertEquals(
                faulty,
                drawn.fired().values().stream().mapToLong(Long::longValue).sum());
        return trace.calls().stream().map(CallTrace.TracedCall::outcome).toList();
    }

    @ParameterizedTest
    @EnumSource(When.class)
    void failFrom_failsTheWriteAndAllLaterOnes(When when) {
        faults.failFrom(1, when);
        send(PUT);
        send(GET);
        assertThrows(SdkClientException.class, () -> send(TRANSACTION));
        assertThrows(SdkClientException.class, () -> send(PUT));
        send(GET);
        assertEquals(3, faults.writes());
        assertEquals(5, faults.calls());
        assertEquals(when == AFTER ? List.of(PUT, GET, TRANSACTION, GET) : List.of(PUT, GET, GET), applied);
        faults.heal();
        send(PUT);
        assertEquals(1, faults.writes());
    }

    @ParameterizedTest
    @EnumSource(When.class)
    void failOnce_failsOneWrite(When when) {
        faults.failOnce(0, when);
        assertThrows(SdkClientException.class, () -> send(PUT));
        send(PUT);
        assertEquals(when == AFTER ? 2 : 1, applied.size());
        assertEquals(1, faults.fired().get(when == AFTER ? FaultKind.ANSWER_LOST : FaultKind.FAIL_BEFORE_SEND));
    }

    @Test
    void conflictNext_cancelsThatManyTransactions() {
        faults.conflictNext(2);
        send(PUT);
        assertThrows(TransactionCanceledException.class, () -> send(TRANSACTION));
        assertThrows(TransactionCanceledException.class, () -> send(TRANSACTION));
        send(TRANSACTION);
        assertEquals(List.of(PUT, TRANSACTION), applied);
    }

    @Test
    void stopAfterWrites_stopsEveryLaterCall() {
        faults.stopAfterWrites(2);
        send(PUT);
        send(GET);
        assertThrows(Stopped.class, () -> send(PUT));
        assertThrows(Stopped.class, () -> send(GET));
        assertEquals(List.of(PUT, GET, PUT), applied, "the last write took effect");
        faults.heal();
        assertDoesNotThrow(() -> send(GET));
    }

    @Test
    void stopAfterCalls_stopsEveryLaterCall() {
        faults.stopAfterCalls(2);
        send(GET);
        assertThrows(Stopped.class, () -> send(GET));
        assertThrows(Stopped.class, () -> send(PUT));
        assertEquals(List.of(GET, GET), applied);
    }

    @Test
    void beforeWrite_runsTheActionOnce() {
        faults.beforeWrite(1, () -> send(GET));
        send(PUT);
        assertFalse(faults.hasActed());
        send(PUT);
        send(PUT);
        assertTrue(faults.hasActed());
        assertEquals(List.of(PUT, GET, PUT, PUT), applied);
    }

    @Test
    void beforeNext_runsTheActionBeforeAnOperation() {
        faults.beforeNext(Set.of(AwsOperation.TRANSACT_WRITE), () -> send(TRANSACTION));
        send(PUT);
        assertFalse(faults.hasActed());
        send(TRANSACTION);
        assertEquals(List.of(PUT, TRANSACTION, TRANSACTION), applied, "the action's own call runs no action");
    }

    @Test
    void failedCall_hasNoLostResponse() {
        faults.failFrom(0, AFTER);
        assertThrows(
                ConditionalCheckFailedException.class,
                () -> send(PUT, () -> {
                    throw ConditionalCheckFailedException.builder()
                            .message("no")
                            .build();
                }));
        assertEquals(0, faults.fired().get(FaultKind.ANSWER_LOST));
        assertEquals(
                "ConditionalCheckFailedException", faults.trace().calls().get(0).outcome());
    }

    @Test
    void latency_isTheTotalDuration() {
        LatencyProfile expected = LatencyProfile.aws(new Random(5));
        faults.latency(LatencyProfile.aws(new Random(5)));
        for (int i = 0; i < 50; i++) {
            long total = expected.nanos(AwsOperation.TRANSACT_WRITE, 2);
            long started = ticker.nanos();
            long[] effect = {0};
            send(TRANSACTION, () -> {
                effect[0] = ticker.nanos() - started;
                ticker.sleep(1_000_000);
            });
            assertEquals(total / 2, effect[0]);
            assertEquals(Math.max(total, total / 2 + 1_000_000), ticker.nanos() - started);
        }
    }

    @Test
    void trace_keepsTheLatestCallsWithKeysAndOutcomes() {
        faults.traceTo(new CallTrace(2), "i1");
        send(GET);
        send(TRANSACTION);
        faults.failFrom(0, BEFORE);
        assertThrows(SdkClientException.class, () -> send(PUT));
        String[] lines = faults.trace().toString().lines().toArray(String[]::new);
        assertEquals(2, lines.length);
        assertTrue(
                lines[0].endsWith("i1 TransactWriteItems put log[p, s] delete log[p, s] -> ok after 0.000 ms"),
                lines[0]);
        assertTrue(
                lines[1].endsWith("i1 PutItem            entries[p, s] -> FAIL_BEFORE_SEND after 0.000 ms"), lines[1]);
    }
}
