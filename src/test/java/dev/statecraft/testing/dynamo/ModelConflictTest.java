package dev.statecraft.testing.dynamo;

import static dev.statecraft.testing.dynamo.ModelFixture.TABLE;
import static dev.statecraft.testing.dynamo.ModelFixture.item;
import static dev.statecraft.testing.dynamo.ModelFixture.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.IdempotentParameterMismatchException;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.TransactionConflictException;
import software.amazon.awssdk.services.dynamodb.model.TransactionInProgressException;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** What other requests see between the steps of a transaction. */
// The SDK's methods with several consumers create generic arrays.
@SuppressWarnings("unchecked")
class ModelConflictTest {

    /** Stops a caller in the middle of a transaction. */
    private static final class Death extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private final List<Runnable> meanwhile = new ArrayList<>();

    private ModelFixture fixture(long seed, boolean torn) {
        return new ModelFixture(
                seed,
                settings -> settings.withInterleaving(
                        what -> {
                            if (!meanwhile.isEmpty()) {
                                meanwhile.remove(0).run();
                            }
                        },
                        torn));
    }

    @Test
    void anotherTransactionOfAnItemInFlight_isCancelled() {
        ModelFixture model = fixture(1, false);
        List<String> codes = new ArrayList<>();
        meanwhile.add(() -> codes.addAll(codes(assertThrows(
                TransactionCanceledException.class, () -> write(model, null, put("free", 7), put("a", 7))))));
        write(model, null, put("a", 1), put("b", 1));
        assertEquals(List.of("None", "TransactionConflict"), codes);
        assertEquals(1, model.number("a", "x", true));
        assertEquals(-1, model.number("free", "x", true));
        write(model, null, put("a", 2));
        assertEquals(2, model.number("a", "x", true));
    }

    /** AWS publishes no rule for it; the model counts a rejected transaction as any cancelled one. */
    @Test
    void transactionThatIsRejectedByAnother_consumesAsMuchAsACancelledOne() {
        ModelFixture model = fixture(1, false);
        meanwhile.add(() -> {
            assertThrows(TransactionCanceledException.class, () -> write(model, null, put("free", 7), put("a", 7)));
            assertEquals(4, model.writeUnits());
            assertThrows(
                    TransactionCanceledException.class,
                    () -> model.dynamo.transactGetItems(read -> read.transactItems(
                            one -> one.get(get -> get.tableName(TABLE).key(key("a", "x"))))));
            assertEquals(
                    2,
                    Objects.requireNonNull(model.dynamo.consumed().get(TABLE)).readUnits());
        });
        write(model, null, put("a", 1), put("b", 1));
        assertEquals(8, model.writeUnits());
    }

    @Test
    void plainWriteOfAnItemInFlight_failsWithConflict_andBatchesLeaveItOut() {
        ModelFixture model = fixture(1, false);
        meanwhile.add(() -> {
            assertThrows(TransactionConflictException.class, () -> model.put("a", "x", 7));
            assertThrows(
                    TransactionConflictException.class,
                    () -> model.dynamo.deleteItem(
                            delete -> delete.tableName(TABLE).key(key("a", "x"))));
            WriteRequest busy = WriteRequest.builder()
                    .putRequest(put -> put.item(item("a", "x", 7)))
                    .build();
            WriteRequest free = WriteRequest.builder()
                    .putRequest(put -> put.item(item("c", "x", 7)))
                    .build();
            var response = model.dynamo.batchWriteItem(batch -> batch.requestItems(Map.of(TABLE, List.of(busy, free))));
            assertEquals(Map.of(TABLE, List.of(busy)), response.unprocessedItems());
        });
        write(model, null, put("a", 1));
        assertTrue(meanwhile.isEmpty());
        assertEquals(1, model.number("a", "x", true));
        assertEquals(7, model.number("c", "x", true));
    }

    @Test
    void plainReadsSeeTheItemBefore_transactionalReadsAreCancelled() {
        ModelFixture model = fixture(1, false);
        model.put("a", "x", 5);
        meanwhile.add(() -> {
            assertEquals(5, model.number("a", "x", true));
            assertEquals(List.of("x"), model.sortKeys(null, "pk", "a", true));
            TransactionCanceledException cancelled = assertThrows(
                    TransactionCanceledException.class,
                    () -> model.dynamo.transactGetItems(read -> read.transactItems(
                            one -> one.get(get -> get.tableName(TABLE).key(key("a", "x"))))));
            assertEquals(List.of("TransactionConflict"), codes(cancelled));
        });
        write(model, null, put("a", 6));
        assertTrue(meanwhile.isEmpty());
    }

    @Test
    void tornTransaction_showsItsItemsOneAfterTheOther() {
        ModelFixture model = fixture(1, true);
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            meanwhile.add(() -> seen.add(model.number("a", "x", true) + "/" + model.number("b", "x", true)));
        }
        write(model, null, put("a", 1), put("b", 1));
        assertEquals(Set.of("-1/-1", "1/-1"), seen);
        assertEquals(1, model.number("b", "x", true));
    }

    @Test
    void transactionOfADyingCaller_isAppliedCompletelyOrNotAtAll() {
        Set<Long> outcomes = new HashSet<>();
        for (long seed = 0; seed < 20; seed++) {
            for (boolean torn : new boolean[] {false, true}) {
                for (int point = 0; point < (torn ? 2 : 1); point++) {
                    ModelFixture model = fixture(seed, torn);
                    meanwhile.clear();
                    for (int i = 0; i < point; i++) {
                        meanwhile.add(() -> {});
                    }
                    meanwhile.add(() -> {
                        throw new Death();
                    });
                    assertThrows(Death.class, () -> write(model, "token", put("a", 1), put("b", 1)));
                    long a = model.number("a", "x", true);
                    assertEquals(a, model.number("b", "x", true), "seed " + seed);
                    if (point > 0) {
                        assertEquals(1, a, "a decided transaction is applied, seed " + seed);
                    }
                    outcomes.add(a);
                    model.put("a", "x", 9);
                    write(model, "token", put("a", 1), put("b", 1));
                    assertEquals(a == 1 ? 9 : 1, model.number("a", "x", true), "seed " + seed);
                }
            }
        }
        assertEquals(Set.of(-1L, 1L), outcomes);
    }

    @Test
    void token_isRememberedForTenMinutes_andReportsARunningTransaction() {
        ModelFixture model = fixture(1, false);
        meanwhile.add(
                () -> assertThrows(TransactionInProgressException.class, () -> write(model, "token", put("a", 1))));
        write(model, "token", put("a", 1));
        model.put("a", "x", 2);
        model.advance(Duration.ofMinutes(9));
        write(model, "token", put("a", 1));
        assertEquals(2, model.number("a", "x", true));
        assertThrows(IdempotentParameterMismatchException.class, () -> write(model, "token", put("b", 1)));
        model.advance(Duration.ofMinutes(1));
        write(model, "token", put("a", 1));
        assertEquals(1, model.number("a", "x", true));
    }

    private static void write(ModelFixture model, @Nullable String token, TransactWriteItem... items) {
        Consumer<TransactWriteItemsRequest.Builder> request =
                transaction -> transaction.clientRequestToken(token).transactItems(items);
        model.dynamo.transactWriteItems(request);
    }

    private static TransactWriteItem put(String partition, long number) {
        return TransactWriteItem.builder()
                .put(put -> put.tableName(TABLE).item(item(partition, "x", number)))
                .build();
    }

    private static List<String> codes(TransactionCanceledException cancelled) {
        return cancelled.cancellationReasons().stream()
                .map(CancellationReason::code)
                .toList();
    }
}
