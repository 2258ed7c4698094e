package dev.statecraft.combining;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.replication.Realm;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.TableNames;
import dev.statecraft.table.TransactionWrites;
import dev.statecraft.testing.dynamo.ModelDatabase;
import dev.statecraft.testing.dynamo.ModelSettings;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/** The conditions of the writes of a queue. */
class IntentStoreTest {

    private static final QueueKey QUEUE = new QueueKey("g", "space", "s");
    private static final long NOW = 1_700_000_000_000L;

    private static final QueueTime TIME = new QueueTime(NOW, NOW, NOW);

    private final FaultyDynamo calls = new FaultyDynamo();
    private final ModelDatabase database = new ModelDatabase();
    private final TableNames tables = database.freshTables();
    private final DynamoDbClient dynamo = database.client(List.of(calls));
    private final IntentStore store = new IntentStore(dynamo, tables, Realm.combining(Map.of()));

    private static ByteBuffer payload(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Intent intent(long writer, long number, String text) {
        return new Intent(writer, number, NOW, payload(text));
    }

    private static QueueState after(QueueState before, Intent done) {
        return before.after(List.of(done), List.of(payload("done")), TIME, 0);
    }

    private boolean transact(TransactionWrites writes) {
        try {
            dynamo.transactWriteItems(write -> write.transactItems(writes.items()));
            return true;
        } catch (TransactionCanceledException e) {
            return false;
        }
    }

    private Map<String, AttributeValue> item(String sk) {
        return dynamo.getItem(get -> get.tableName(tables.intents())
                        .key(Map.of("pk", AttributeValue.fromS("g#space#s"), "sk", AttributeValue.fromS(sk))))
                .item();
    }

    @Test
    void emptyQueue() {
        assertEquals(QueueState.NONE, store.state(QUEUE));
        assertEquals(new IntentStore.Queue(QueueState.NONE, List.of()), store.read(QUEUE));
    }

    @Test
    void intentsAndTurnsAreReadAsTheyWereWritten() {
        Intent request = intent(1, 4, "a");
        Intent turn = new Intent(Long.MAX_VALUE - 1, 1, NOW, null);
        store.put(QUEUE, request);
        store.put(QUEUE, turn);
        store.put(new QueueKey("g", "space", "other"), intent(3, 1, "c"));
        assertEquals(List.of(request, turn), store.read(QUEUE).intents());
        assertTrue(store.read(QUEUE).intents().get(1).isTurn());
        assertNull(store.read(QUEUE).intents().get(1).payload());
    }

    @Test
    void intentIsReplacedByALaterOneOnly() {
        store.put(QUEUE, intent(1, 4, "a"));
        store.put(QUEUE, intent(1, 5, "b"));
        store.put(QUEUE, intent(1, 4, "delayed duplicate"));
        store.put(QUEUE, intent(1, 5, "another body"));
        assertEquals(List.of(intent(1, 5, "b")), store.read(QUEUE).intents());
    }

    @Test
    void stateIsReadAsItWasWritten() {
        Intent done = intent(1, 4, "a");
        QueueState state = new QueueState(0, 0, 17, 0, 0, 5, Map.of())
                .after(List.of(done, intent(2, 8, "b")), List.of(payload("x")), TIME, 0);
        assertTrue(store.write(QUEUE, QueueState.NONE, state));
        assertEquals(state, store.state(QUEUE));
        assertEquals(state, store.read(QUEUE).state());
        assertEquals(2, store.state(QUEUE).next());
    }

    @Test
    void stateReplacesOnlyTheOneThatWasRead() {
        QueueState first = after(QueueState.NONE, intent(1, 1, "a"));
        QueueState second = after(first, intent(2, 1, "b"));
        assertTrue(store.write(QUEUE, QueueState.NONE, first));
        assertFalse(store.write(QUEUE, QueueState.NONE, first), "the first write, again");
        assertTrue(store.write(QUEUE, first, second));
        assertFalse(store.write(QUEUE, first, second), "a later write, again");
        assertEquals(second, store.state(QUEUE));
    }

    @Test
    void stateInATransactionReplacesOnlyTheOneThatWasRead() {
        QueueState first = after(QueueState.NONE, intent(1, 1, "a"));
        QueueState second = after(first, intent(2, 1, "b"));
        assertTrue(transact(store.writing(QUEUE, QueueState.NONE, first)));
        assertFalse(transact(store.writing(QUEUE, QueueState.NONE, first)));
        assertTrue(transact(store.writing(QUEUE, first, second)));
        assertFalse(transact(store.writing(QUEUE, first, second)));
        assertEquals(second, store.state(QUEUE));
    }

    /** A writer that read the queue before its state expired must not write on it. */
    @Test
    void stateThatExpiredIsNotReplacedByALaterGeneration() {
        QueueState first = after(QueueState.NONE, intent(1, 1, "a"));
        QueueState second = after(first, intent(2, 1, "b"));
        assertFalse(store.write(QUEUE, first, second));
        assertFalse(transact(store.writing(QUEUE, first, second)));
        assertEquals(QueueState.NONE, store.state(QUEUE));
    }

    @Test
    void intentIsDeletedUnlessItsWriterHasReplacedIt() {
        store.put(QUEUE, intent(1, 4, "a"));
        store.put(QUEUE, intent(2, 4, "b"));
        store.put(QUEUE, intent(1, 5, "later"));
        store.delete(QUEUE, intent(1, 4, "a"));
        store.delete(QUEUE, intent(2, 4, "b"));
        store.delete(QUEUE, intent(3, 1, "never stored"));
        assertEquals(List.of(intent(1, 5, "later")), store.read(QUEUE).intents());
    }

    @Test
    void queueOfSeveralPagesIsReadAsAWhole() {
        String big = "x".repeat(7_000);
        Set<Intent> all = new HashSet<>();
        for (int writer = 1; writer <= 320; writer++) {
            Intent intent = intent(writer, 1, big + writer);
            all.add(intent);
            store.put(QUEUE, intent);
        }
        QueueState state = after(QueueState.NONE, intent(1, 1, "a"));
        store.write(QUEUE, QueueState.NONE, state);
        calls.heal();
        IntentStore.Queue queue = store.read(QUEUE);
        assertTrue(calls.calls() >= 3, "pages of 1 MB: " + calls.calls());
        assertEquals(all, new HashSet<>(queue.intents()));
        assertEquals(320, queue.intents().size());
        assertEquals(state, queue.state(), "the state is the last item");
    }

    @Test
    void itemsExpireLongAfterTheOutcomesAreForgotten() {
        store.put(QUEUE, intent(1, 4, "a"));
        store.write(QUEUE, QueueState.NONE, after(QueueState.NONE, intent(1, 4, "a")));
        long hourLater = NOW / 1000 + 3_600;
        assertEquals(hourLater, Attributes.number(item("intent#0000000000000001"), "ttl"));
        assertEquals(hourLater, Attributes.number(item("state"), "ttl"));
    }

    /** DynamoDB rejects a plain write of an item that a transaction is writing, which replaces the state. */
    @Test
    void writeDuringATransactionLosesTheRace() {
        List<Boolean> written = new ArrayList<>();
        QueueState first = after(QueueState.NONE, intent(1, 1, "a"));
        AtomicReference<IntentStore> other = new AtomicReference<>();
        ModelDatabase stepwise = new ModelDatabase(ModelSettings.likeLocal()
                .withInterleaving(
                        step -> written.add(Objects.requireNonNull(other.get()).write(QUEUE, QueueState.NONE, first)),
                        false));
        TableNames names = stepwise.freshTables();
        other.set(new IntentStore(stepwise.client(), names, Realm.combining(Map.of())));
        stepwise.client()
                .transactWriteItems(write ->
                        write.transactItems(new IntentStore(stepwise.client(), names, Realm.combining(Map.of()))
                                .writing(QUEUE, QueueState.NONE, first)
                                .items()));
        assertFalse(written.isEmpty());
        assertFalse(written.contains(true));
    }
}
