package dev.statecraft.testing.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.IdempotentParameterMismatchException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactGetItem;
import software.amazon.awssdk.services.dynamodb.model.TransactGetItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/** Transactions: all items or none, and the reason of each. */
abstract class TransactionContract extends ContractCase {

    private static final int MAX_ITEMS = 100;

    private TransactWriteItem putting(String sk, long x, @Nullable String condition) {
        return TransactWriteItem.builder()
                .put(p -> p.tableName(tables().items).item(item(sk, "x", n(x))).conditionExpression(condition))
                .build();
    }

    private TransactWriteItem putting(String sk, long x) {
        return putting(sk, x, null);
    }

    private TransactWriteItem deleting(String sk, @Nullable String condition) {
        return TransactWriteItem.builder()
                .delete(d -> d.tableName(tables().items).key(key(sk)).conditionExpression(condition))
                .build();
    }

    private TransactWriteItem checking(String sk, @Nullable String condition) {
        return TransactWriteItem.builder()
                .conditionCheck(c -> c.tableName(tables().items).key(key(sk)).conditionExpression(condition))
                .build();
    }

    private TransactWriteItem adding(String sk, AttributeValue value) {
        return TransactWriteItem.builder()
                .update(u -> u.tableName(tables().items)
                        .key(key(sk))
                        .updateExpression("ADD x :v")
                        .expressionAttributeValues(Map.of(":v", value)))
                .build();
    }

    private void write(TransactWriteItem... items) {
        db().transactWriteItems(r -> r.transactItems(items));
    }

    private List<String> cancelled(TransactWriteItem... items) {
        TransactionCanceledException cancelled = assertThrows(TransactionCanceledException.class, () -> write(items));
        assertEquals("TransactionCanceledException", cancelled.awsErrorDetails().errorCode());
        return cancelled.cancellationReasons().stream()
                .map(CancellationReason::code)
                .toList();
    }

    @Nested
    class Writes {

        @Test
        void everyKindOfWrite_isApplied() {
            put("b", "x", n(5));
            put("c", "x", n(1));
            put("d");
            write(
                    putting("a", 1, "attribute_not_exists(pk)"),
                    adding("b", n(2)),
                    deleting("c", "attribute_exists(x)"),
                    checking("d", "attribute_exists(pk)"),
                    checking("e", "attribute_not_exists(pk)"));
            assertEquals(item("a", "x", n(1)), get("a"));
            assertEquals(item("b", "x", n(7)), get("b"));
            assertTrue(get("c").isEmpty());
            assertEquals(key("d"), get("d"));
            assertTrue(get("e").isEmpty());
        }

        @Test
        void oneFailedCondition_cancelsAll_withReasonsInOrder() {
            put("c");
            assertEquals(
                    List.of("None", "ConditionalCheckFailed", "ConditionalCheckFailed", "None"),
                    cancelled(
                            putting("a", 1),
                            checking("b", "attribute_exists(pk)"),
                            deleting("c", "attribute_not_exists(pk)"),
                            adding("d", n(1))));
            assertTrue(get("a").isEmpty());
            assertEquals(key("c"), get("c"));
            assertTrue(get("d").isEmpty());
        }

        @Test
        void failedCondition_returnsTheStoredItemIfAsked() {
            Map<String, AttributeValue> stored = put("a", "x", n(1));
            TransactionCanceledException cancelled = assertThrows(
                    TransactionCanceledException.class,
                    () -> write(
                            putting("a", 2, "attribute_not_exists(pk)")
                                    .copy(w -> w.put(w.build()
                                            .put()
                                            .copy(p -> p.returnValuesOnConditionCheckFailure(
                                                    ReturnValuesOnConditionCheckFailure.ALL_OLD)))),
                            checking("b", "attribute_exists(pk)"),
                            putting("c", 1)));
            List<CancellationReason> reasons = cancelled.cancellationReasons();
            assertEquals(stored, reasons.get(0).item());
            assertFalse(reasons.get(1).hasItem());
            assertFalse(reasons.get(2).hasItem());
            assertTrue(reasons.get(2).message() == null);
        }

        @Test
        void updateThatTheItemDoesNotAllow_cancelsWithAValidationError() {
            needs(Capability.VALIDATION_REASONS);
            put("a", "x", s("text"));
            assertEquals(List.of("None", "ValidationError"), cancelled(putting("b", 1), adding("a", n(1))));
            assertTrue(get("b").isEmpty());
        }

        @Test
        void conditionsAndUpdates_seeTheStateBefore() {
            assertEquals(
                    List.of("None", "ConditionalCheckFailed"),
                    cancelled(putting("a", 1), checking("b", "attribute_exists(pk)")));
            write(putting("a", 1), checking("b", "attribute_not_exists(pk)"));
        }

        @Test
        void oneItemTwice_isRejected() {
            invalid(() -> write(putting("a", 1), adding("a", n(1))));
            invalid(() -> write(deleting("a", null), putting("a", 1)));
            assertTrue(get("a").isEmpty());
        }

        @Test
        void oneItemWrittenAndChecked_isRejected() {
            needs(Capability.CHECKS_ARE_OPERATIONS);
            invalid(() -> write(putting("a", 1), checking("a", "attribute_not_exists(pk)")));
            assertTrue(get("a").isEmpty());
        }

        @Test
        void limit_is100Items() {
            write(IntStream.range(0, MAX_ITEMS)
                    .mapToObj(i -> putting("k" + i, i))
                    .toArray(TransactWriteItem[]::new));
            assertEquals(item("k99", "x", n(99)), get("k99"));
            invalid(() -> write(IntStream.rangeClosed(0, MAX_ITEMS)
                    .mapToObj(i -> putting("k" + i, 1))
                    .toArray(TransactWriteItem[]::new)));
            invalid(() -> write());
        }

        @Test
        void size_isAtMost4Megabytes() {
            String large = repeated('x', 390_000);
            TransactWriteItem[] items = IntStream.range(0, 11)
                    .mapToObj(i -> TransactWriteItem.builder()
                            .put(p -> p.tableName(tables().items).item(item("k" + i, "x", s(large))))
                            .build())
                    .toArray(TransactWriteItem[]::new);
            write(Arrays.copyOf(items, 10));
            invalid(() -> write(items));
        }

        @Test
        void malformedItems_areRejected() {
            invalid(() -> write(TransactWriteItem.builder().build()));
            invalid(() -> write(checking("a", null)));
            invalid(() -> write(checking("a", "x = ")));
            invalid(() -> write(putting("", 1)));
            invalid(() -> write(adding("a", s("text"))));
            invalid(() -> write(putting("a", 1)
                    .copy(w -> w.conditionCheck(c ->
                            c.tableName(tables().items).key(key("b")).conditionExpression("attribute_exists(pk)")))));
        }
    }

    @Nested
    class Tokens {

        @Test
        void repeatedToken_isAppliedOnce() {
            String token = pk + "-once";
            for (int i = 0; i < 3; i++) {
                db().transactWriteItems(r -> r.clientRequestToken(token).transactItems(adding("a", n(1))));
            }
            assertEquals(n(1), get("a").get("x"));
        }

        @Test
        void tokenOfAnotherTransaction_isRejected() {
            needs(Capability.TOKENS_OF_TRANSACTIONS);
            String token = pk + "-other";
            db().transactWriteItems(r -> r.clientRequestToken(token).transactItems(adding("a", n(1))));
            assertThrows(IdempotentParameterMismatchException.class, () -> db().transactWriteItems(
                            r -> r.clientRequestToken(token).transactItems(adding("a", n(2)))));
            assertEquals(n(1), get("a").get("x"));
        }

        @Test
        void tokenOfACancelledTransaction_mayBeUsedAgain() {
            String token = pk + "-again";
            TransactWriteItem[] items = {adding("a", n(1)), checking("b", "attribute_exists(pk)")};
            assertThrows(TransactionCanceledException.class, () -> db().transactWriteItems(
                            r -> r.clientRequestToken(token).transactItems(items)));
            put("b");
            db().transactWriteItems(r -> r.clientRequestToken(token).transactItems(items));
            assertEquals(n(1), get("a").get("x"));
        }
    }

    @Nested
    class Reads {

        private TransactGetItem getting(String sk) {
            return TransactGetItem.builder()
                    .get(g -> g.tableName(tables().items).key(key(sk)))
                    .build();
        }

        @Test
        void items_areReturnedInOrder_missingOnesEmpty() {
            put("a", "x", n(1));
            put("c", "x", n(3));
            TransactGetItemsResponse response =
                    db().transactGetItems(r -> r.transactItems(getting("c"), getting("b"), getting("a")));
            assertEquals(item("c", "x", n(3)), response.responses().get(0).item());
            assertFalse(response.responses().get(1).hasItem());
            assertEquals(item("a", "x", n(1)), response.responses().get(2).item());
        }

        @Test
        void duplicates_andTooManyItems_areRejected() {
            invalid(() -> db().transactGetItems(r -> r.transactItems(getting("a"), getting("a"))));
            invalid(() -> db().transactGetItems(r -> r.transactItems(
                    Stream.generate(() -> getting("a")).limit(101).toList())));
        }
    }
}
