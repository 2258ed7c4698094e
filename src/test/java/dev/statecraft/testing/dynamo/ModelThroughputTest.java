package dev.statecraft.testing.dynamo;

import static dev.statecraft.testing.dynamo.ModelFixture.TABLE;
import static dev.statecraft.testing.dynamo.ModelFixture.item;
import static dev.statecraft.testing.dynamo.ModelFixture.key;
import static dev.statecraft.testing.dynamo.ModelFixture.n;
import static dev.statecraft.testing.dynamo.ModelFixture.s;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.table.TransientFailure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** Partition keys that are used more than DynamoDB allows: here 10 read and 5 write units a second. */
// The SDK's methods with several consumers create generic arrays.
@SuppressWarnings("unchecked")
class ModelThroughputTest {

    private final ModelFixture model = new ModelFixture(1, settings -> settings.withThroughput(10, 5));

    @Test
    void hotPartition_isThrottled_othersAreNot_andItRecovers() {
        for (int i = 0; i < 5; i++) {
            model.put("hot", "x", i);
        }
        ProvisionedThroughputExceededException throttled =
                assertThrows(ProvisionedThroughputExceededException.class, () -> model.put("hot", "x", 6));
        assertTrue(throttled.isThrottlingException());
        assertTrue(TransientFailure.is(throttled));
        assertEquals(400, throttled.statusCode());
        model.put("cold", "x", 1);
        model.advance(Duration.ofSeconds(1));
        model.put("hot", "x", 7);
        assertEquals(7, model.number("hot", "x", true));
    }

    @Test
    void reads_areThrottledApartFromWrites() {
        for (int i = 0; i < 10; i++) {
            assertEquals(-1, model.number("hot", "x", true));
        }
        assertThrows(ProvisionedThroughputExceededException.class, () -> model.number("hot", "x", true));
        assertThrows(ProvisionedThroughputExceededException.class, () -> model.sortKeys(null, "pk", "hot", false));
        model.put("hot", "x", 1);
        model.advance(Duration.ofMillis(100));
        assertEquals(1, model.number("hot", "x", false));
    }

    @Test
    void hotPartitionOfAGlobalIndex_throttlesTheTable() {
        for (int i = 0; i < 5; i++) {
            model.put(Map.of("pk", s("p" + i), "sk", s("x"), "g", s("hot")));
        }
        assertThrows(
                ProvisionedThroughputExceededException.class,
                () -> model.put(Map.of("pk", s("p9"), "sk", s("x"), "g", s("hot"))));
        model.put(Map.of("pk", s("p9"), "sk", s("x"), "g", s("cold")));
    }

    @Test
    void transaction_isCancelledWithAReason() {
        for (int i = 0; i < 5; i++) {
            model.put("hot", "x", i);
        }
        TransactionCanceledException cancelled = assertThrows(
                TransactionCanceledException.class,
                () -> model.dynamo.transactWriteItems(transaction -> transaction.transactItems(
                        one -> one.put(put -> put.tableName(TABLE).item(item("cold", "x", 1))),
                        two -> two.put(put -> put.tableName(TABLE).item(item("hot", "x", 1))))));
        assertEquals(
                List.of("None", "ThrottlingError"),
                cancelled.cancellationReasons().stream()
                        .map(reason -> reason.code())
                        .toList());
        assertEquals(-1, model.number("cold", "x", true));
    }

    @Test
    void batches_leaveTheRestUnprocessed_andFailIfThatIsAll() {
        WriteRequest hot = write("hot");
        WriteRequest cold = write("cold");
        for (int i = 0; i < 5; i++) {
            model.put("hot", "x", i);
        }
        var written = model.dynamo.batchWriteItem(batch -> batch.requestItems(Map.of(TABLE, List.of(hot, cold))));
        assertEquals(Map.of(TABLE, List.of(hot)), written.unprocessedItems());
        assertThrows(
                ProvisionedThroughputExceededException.class,
                () -> model.dynamo.batchWriteItem(batch -> batch.requestItems(Map.of(TABLE, List.of(hot)))));
        for (int i = 0; i < 10; i++) {
            model.number("hot", "x", true);
        }
        KeysAndAttributes keys = KeysAndAttributes.builder()
                .consistentRead(true)
                .keys(List.of(key("hot", "x"), key("cold", "x")))
                .build();
        var read = model.dynamo.batchGetItem(batch -> batch.requestItems(Map.of(TABLE, keys)));
        assertEquals(1, read.responses().getOrDefault(TABLE, List.of()).size());
        assertEquals(
                Map.of(TABLE, keys.toBuilder().keys(List.of(key("hot", "x"))).build()), read.unprocessedKeys());
    }

    @Test
    void largeWrite_mayTakeMoreThanIsLeft() {
        model.put(Map.of("pk", s("hot"), "sk", s("x"), "text", s("x".repeat(19 * 1024)), "n", n(1)));
        model.advance(Duration.ofSeconds(2));
        assertThrows(ProvisionedThroughputExceededException.class, () -> model.put("hot", "x", 1));
        model.advance(Duration.ofSeconds(2));
        model.put("hot", "x", 2);
        assertEquals(2, model.number("hot", "x", true));
    }

    private static WriteRequest write(String partition) {
        return WriteRequest.builder()
                .putRequest(put -> put.item(item(partition, "x", 9)))
                .build();
    }
}
