package dev.statecraft.testing.fault;

import static dev.statecraft.testing.fault.FaultyDynamo.When.AFTER;
import static dev.statecraft.testing.fault.FaultyDynamo.When.BEFORE;
import static dev.statecraft.testing.fault.HookedCalls.GET;
import static dev.statecraft.testing.fault.HookedCalls.PUT;
import static dev.statecraft.testing.fault.HookedCalls.TRANSACTION;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.table.Attributes;
import dev.statecraft.testing.PausingTicker;
import dev.statecraft.testing.dynamo.ModelDatabase;
import dev.statecraft.testing.fault.FaultyDynamo.Stopped;
import dev.statecraft.testing.fault.FaultyDynamo.When;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

class FaultyDynamoTest {

    private final PausingTicker ticker = new PausingTicker();
    private final FaultyDynamo faults = new FaultyDynamo(ticker, new Random(7));
    private final HookedCalls calls = new HookedCalls(faults);
    private final List<SdkRequest> applied = calls.applied;

    @Test
    void slowCalls_succeedLater() {
        faults.plan(FaultPlan.NONE.with(FaultKind.SLOW, 1).slowUpTo(Duration.ofSeconds(5)));
        boolean before = false;
        boolean after = false;
        for (int i = 0; i < 20; i++) {
            long started = ticker.nanos();
            long[] effect = {0};
            calls.send(PUT, () -> effect[0] = ticker.nanos() - started);
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
        HookedCalls all = new HookedCalls(drawn);
        for (int i = 0; i < 300; i++) {
            try {
                all.send(List.of(GET, PUT, TRANSACTION).get(i % 3));
            } catch (SdkException e) {
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
        calls.send(PUT);
        calls.send(GET);
        assertThrows(SdkClientException.class, () -> calls.send(TRANSACTION));
        assertThrows(SdkClientException.class, () -> calls.send(PUT));
        calls.send(GET);
        assertEquals(3, faults.writes());
        assertEquals(5, faults.calls());
        assertEquals(when == AFTER ? List.of(PUT, GET, TRANSACTION, GET) : List.of(PUT, GET, GET), applied);
        faults.heal();
        calls.send(PUT);
        assertEquals(1, faults.writes());
    }

    @ParameterizedTest
    @EnumSource(When.class)
    void failOnce_failsOneWrite(When when) {
        faults.failOnce(0, when);
        assertThrows(SdkClientException.class, () -> calls.send(PUT));
        calls.send(PUT);
        assertEquals(when == AFTER ? 2 : 1, applied.size());
        assertEquals(1, faults.fired().get(when == AFTER ? FaultKind.ANSWER_LOST : FaultKind.FAIL_BEFORE_SEND));
    }

    @Test
    void resentWrite_isSentTwiceWithOneResponse() {
        faults.resendOnce(1);
        calls.send(PUT);
        calls.send(GET);
        calls.send(TRANSACTION);
        calls.send(PUT);
        assertEquals(List.of(PUT, GET, TRANSACTION, TRANSACTION, PUT), applied);
        assertEquals(1, faults.fired().get(FaultKind.RESENT));
        assertEquals("ok, RESENT", faults.trace().calls().get(2).outcome());
    }

    @Test
    void resentConditionalWrite_isRejectedBecauseOfItself() {
        ModelDatabase model = new ModelDatabase();
        String table = model.freshTables().entries();
        DynamoDbClient client = model.client(List.of(faults));
        PutItemRequest first = ((PutItemRequest) PUT)
                .toBuilder()
                        .tableName(table)
                        .conditionExpression("attribute_not_exists(pk)")
                        .build();
        faults.resendOnce(0);
        assertThrows(ConditionalCheckFailedException.class, () -> client.putItem(first));
        assertTrue(client.getItem(get -> get.tableName(table).key(first.item())).hasItem());
    }

    @Test
    void resentTransaction_isAppliedOnce() {
        ModelDatabase model = new ModelDatabase();
        String table = model.freshTables().entries();
        DynamoDbClient client = model.client(List.of(faults));
        Map<String, AttributeValue> key = ((PutItemRequest) PUT).item();
        faults.resendOnce(0);
        client.transactWriteItems(write -> write.transactItems(TransactWriteItem.builder()
                .update(update -> update.tableName(table)
                        .key(key)
                        .updateExpression("ADD n :one")
                        .expressionAttributeValues(Map.of(":one", AttributeValue.fromN("1"))))
                .build()));
        assertEquals(1, faults.fired().get(FaultKind.RESENT));
        assertEquals(
                1,
                Attributes.number(
                        client.getItem(get -> get.tableName(table).key(key)).item(), "n"));
    }

    @Test
    void conflictNext_cancelsThatManyTransactions() {
        faults.conflictNext(2);
        calls.send(PUT);
        assertThrows(TransactionCanceledException.class, () -> calls.send(TRANSACTION));
        assertThrows(TransactionCanceledException.class, () -> calls.send(TRANSACTION));
        calls.send(TRANSACTION);
        assertEquals(List.of(PUT, TRANSACTION), applied);
    }

    @Test
    void stopAfterWrites_stopsEveryLaterCall() {
        faults.stopAfterWrites(2);
        calls.send(PUT);
        calls.send(GET);
        assertThrows(Stopped.class, () -> calls.send(PUT));
        assertThrows(Stopped.class, () -> calls.send(GET));
        assertEquals(List.of(PUT, GET, PUT), applied, "the last write took effect");
        faults.heal();
        assertDoesNotThrow(() -> calls.send(GET));
    }

    @Test
    void stopAfterCalls_stopsEveryLaterCall() {
        faults.stopAfterCalls(2);
        calls.send(GET);
        assertThrows(Stopped.class, () -> calls.send(GET));
        assertThrows(Stopped.class, () -> calls.send(PUT));
        assertEquals(List.of(GET, GET), applied);
    }

    @Test
    void beforeWrite_runsTheActionOnce() {
        faults.beforeWrite(1, () -> calls.send(GET));
        calls.send(PUT);
        assertFalse(faults.hasActed());
        calls.send(PUT);
        calls.send(PUT);
        assertTrue(faults.hasActed());
        assertEquals(List.of(PUT, GET, PUT, PUT), applied);
    }

    @Test
    void beforeNext_runsTheActionBeforeAnOperation() {
        faults.beforeNext(Set.of(AwsOperation.TRANSACT_WRITE), () -> calls.send(TRANSACTION));
        calls.send(PUT);
        assertFalse(faults.hasActed());
        calls.send(TRANSACTION);
        assertEquals(List.of(PUT, TRANSACTION, TRANSACTION), applied, "the action's own call runs no action");
    }

    @Test
    void failedCall_hasNoLostResponse() {
        faults.failFrom(0, AFTER);
        assertThrows(
                ConditionalCheckFailedException.class,
                () -> calls.send(PUT, () -> {
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
            calls.send(TRANSACTION, () -> {
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
        calls.send(GET);
        calls.send(TRANSACTION);
        faults.failFrom(0, BEFORE);
        assertThrows(SdkClientException.class, () -> calls.send(PUT));
        String[] lines = faults.trace().toString().lines().toArray(String[]::new);
        assertEquals(2, lines.length);
        assertTrue(
                lines[0].endsWith("i1 TransactWriteItems put log[p, s] delete log[p, s] -> ok after 0.000 ms"),
                lines[0]);
        assertTrue(
                lines[1].endsWith("i1 PutItem            entries[p, s] -> FAIL_BEFORE_SEND after 0.000 ms"), lines[1]);
    }
}
