package dev.statecraft.testing.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** Batches: many items of several tables in a request, without order and not as one. */
abstract class BatchContract extends ContractCase {

    private static final int MAX_READS = 100;
    private static final int MAX_WRITES = 25;

    private static WriteRequest putting(Map<String, AttributeValue> item) {
        return WriteRequest.builder().putRequest(p -> p.item(item)).build();
    }

    private static WriteRequest deleting(Map<String, AttributeValue> key) {
        return WriteRequest.builder().deleteRequest(d -> d.key(key)).build();
    }

    private BatchWriteItemResponse write(List<WriteRequest> writes) {
        return db().batchWriteItem(r -> r.requestItems(Map.of(tables().items, writes)));
    }

    private BatchGetItemResponse read(KeysAndAttributes keys) {
        return db().batchGetItem(r -> r.requestItems(Map.of(tables().items, keys)));
    }

    private BatchGetItemResponse batchOf(Map<String, KeysAndAttributes> keys) {
        return db().batchGetItem(r -> r.requestItems(keys));
    }

    /** The items found in the table of items. */
    private List<Map<String, AttributeValue>> found(BatchGetItemResponse response) {
        return Objects.requireNonNull(response.responses().get(tables().items));
    }

    private KeysAndAttributes keys(int from, int to) {
        return KeysAndAttributes.builder()
                .keys(IntStream.range(from, to).mapToObj(i -> key("k" + i)).toList())
                .consistentRead(true)
                .build();
    }

    private List<WriteRequest> puts(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> putting(item("k" + i, "x", n(i))))
                .toList();
    }

    @Nested
    class Reads {

        @Test
        void existingItems_areReturned_missingOnesLeftOut() {
            put("k0", "x", n(0));
            put("k2", "x", n(2));
            BatchGetItemResponse response = read(keys(0, 4));
            assertEquals(Set.of(item("k0", "x", n(0)), item("k2", "x", n(2))), Set.copyOf(found(response)));
            assertTrue(response.unprocessedKeys().isEmpty());
        }

        @Test
        void nothingFound_isAnEmptyListOfTheTable() {
            BatchGetItemResponse response = read(keys(0, 1));
            assertEquals(List.of(), found(response));
        }

        @Test
        void severalTables_andProjections() {
            put("k0", "x", n(0), "y", n(1));
            db().putItem(r -> r.tableName(tables().singles).item(Map.of("pk", s(pk))));
            BatchGetItemResponse response = db().batchGetItem(r -> r.requestItems(Map.of(
                    tables().items,
                    keys(0, 1).copy(k -> k.projectionExpression("#x").expressionAttributeNames(Map.of("#x", "x"))),
                    tables().singles,
                    KeysAndAttributes.builder()
                            .keys(List.of(Map.of("pk", s(pk))))
                            .consistentRead(true)
                            .build())));
            assertEquals(List.of(attributes("x", n(0))), found(response));
            assertEquals(List.of(attributes("pk", s(pk))), response.responses().get(tables().singles));
        }

        @Test
        void limit_is100Keys() {
            assertEquals(List.of(), found(read(keys(0, MAX_READS))));
            invalid(() -> read(keys(0, MAX_READS + 1)));
        }

        @Test
        void duplicates_emptyBatches_andWrongKeys_areRejected() {
            invalid(() -> read(KeysAndAttributes.builder()
                    .keys(List.of(key("a"), key("a")))
                    .build()));
            invalid(() -> db().batchGetItem(r -> r.requestItems(Map.of())));
            invalid(() -> read(KeysAndAttributes.builder().keys(List.of()).build()));
            invalid(() -> read(KeysAndAttributes.builder()
                    .keys(List.of(Map.of("pk", s(pk))))
                    .build()));
        }

        @Test
        void response_endsAt16Megabytes_andNamesTheRest() {
            String large = repeated('x', 390_000);
            for (int i = 0; i < 45; i++) {
                put("k" + i, "x", s(large));
            }
            Set<String> seen = new HashSet<>();
            BatchGetItemResponse response = read(keys(0, 45));
            assertFalse(response.unprocessedKeys().isEmpty());
            seen.addAll(strings(found(response), "sk"));
            response = batchOf(response.unprocessedKeys());
            seen.addAll(strings(found(response), "sk"));
            assertEquals(45, seen.size());
        }
    }

    @Nested
    class Writes {

        @Test
        void putsAndDeletes_ofSeveralTables() {
            put("k9");
            BatchWriteItemResponse response = db().batchWriteItem(r -> r.requestItems(Map.of(
                    tables().items,
                    List.of(putting(item("k0", "x", n(1))), deleting(key("k9")), deleting(key("none"))),
                    tables().singles,
                    List.of(putting(attributes("pk", s(pk)))))));
            assertTrue(response.unprocessedItems().isEmpty());
            assertEquals(item("k0", "x", n(1)), get("k0"));
            assertTrue(get("k9").isEmpty());
        }

        @Test
        void limit_is25Items() {
            write(puts(0, MAX_WRITES));
            assertEquals(MAX_WRITES, found(read(keys(0, MAX_WRITES))).size());
            invalid(() -> write(puts(0, MAX_WRITES + 1)));
        }

        @Test
        void duplicates_areRejected_andNothingIsWritten() {
            invalid(() -> write(List.of(putting(item("a", "x", n(1))), putting(item("a", "x", n(2))))));
            invalid(() -> write(List.of(putting(item("a", "x", n(1))), deleting(key("a")))));
            assertTrue(get("a").isEmpty());
        }

        @Test
        void invalidItem_rejectsTheBatch() {
            invalid(() -> write(List.of(putting(item("a", "x", n(1))), putting(attributes("pk", s(pk))))));
            invalid(() -> write(List.of(putting(item("a", "x", n(1))), deleting(item("b", "x", n(1))))));
            invalid(() -> write(List.of(putting(item("a")), putting(item("b", "x", s(repeated('x', 410_000)))))));
            invalid(() -> write(List.of(WriteRequest.builder().build())));
            invalid(() -> write(List.of()));
            assertTrue(get("a").isEmpty());
        }

        @Test
        void missingTable_isNotFound() {
            assertThrows(ResourceNotFoundException.class, () -> db().batchWriteItem(
                            r -> r.requestItems(Map.of(tables().items + "-missing", List.of(putting(item("a")))))));
        }
    }
}
