package dev.statecraft.combining;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.replication.Realm;
import dev.statecraft.runtime.Ticker;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.dynamo.ModelDatabase;
import dev.statecraft.testing.dynamo.ModelSettings;
import dev.statecraft.testing.fault.FaultyDynamo;
import dev.statecraft.testing.fault.LatencyProfile;
import dev.statecraft.testing.simulation.VirtualTime;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * Writers that append texts to one list through a queue. Each has a machine and a network of its own, in virtual time, at
 * the latencies of AWS; transactions in flight conflict with other writes.
 */
final class QueueRig implements AutoCloseable {

    static final QueueKey QUEUE = new QueueKey("g", "list", "l");
    /** The place of a text whose request was withdrawn. */
    static final long WITHDRAWN = -1;

    private static final Duration IN_FLIGHT = Duration.ofMillis(5);
    private static final Map<String, AttributeValue> LIST =
            Map.of("pk", AttributeValue.fromS("list"), "sk", AttributeValue.fromS("list"));

    final VirtualTime time;
    final ModelDatabase database;
    final TableNames tables;
    private final long seed;
    private final List<Writer> writers = new ArrayList<>();

    QueueRig(long seed) {
        this.seed = seed;
        time = new VirtualTime(seed);
        Ticker ticker = time.ticker();
        database = new ModelDatabase(ModelSettings.likeLocal(time.clock(), ticker, new Random(seed))
                .withInterleaving(step -> ticker.sleep(IN_FLIGHT.toNanos()), false));
        tables = database.freshTables();
    }

    /**
     * The result of a call.
     *
     * @param place the place of the text in the list; 0 for a request that was returned, or {@link #WITHDRAWN}
     */
    record Answer(long place, @Nullable Throwable failure, Duration took) {}

    /** A list of texts as it is stored. {@code version} is 0 for one that does not exist. */
    private record Texts(long version, List<String> texts) {}

    Writer writer() {
        return writer(Duration.ZERO, Map.of());
    }

    List<Writer> writers(int count) {
        List<Writer> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(writer());
        }
        return all;
    }

    /** A writer whose clock is wrong by a time, with settings. */
    Writer writer(Duration skew, Map<String, String> settings) {
        Writer writer = new Writer(skew, settings);
        writers.add(writer);
        return writer;
    }

    /** The store of nobody, without latency. */
    IntentStore store() {
        return new IntentStore(database.client(), tables, Realm.combining(Map.of()));
    }

    static ByteBuffer payload(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Stores the intent of a writer that died at once. */
    void putOrphan(long id, Duration age, @Nullable String text) {
        store().put(
                        QUEUE,
                        new Intent(id, 1, time.clock().millis() - age.toMillis(), text == null ? null : payload(text)));
    }

    /** Deletes the state of the queue. */
    void deleteState() {
        database.client().deleteItem(delete -> delete.tableName(tables.intents())
                .key(Map.of("pk", AttributeValue.fromS(QUEUE.partition()), "sk", AttributeValue.fromS("state"))));
    }

    /** The list. */
    List<String> texts() {
        return read(database.client()).texts();
    }

    /** Runs calls at once, each on a thread of its own, and returns their answers in order. */
    List<Answer> run(List<? extends Callable<Long>> calls) {
        List<Answer> answers = new ArrayList<>();
        time.run(() -> {
            ExecutorService pool = time.machine().threads().newPool(calls.size(), "caller");
            List<Future<Answer>> futures = new ArrayList<>();
            for (Callable<Long> call : calls) {
                futures.add(pool.submit(() -> answer(call)));
            }
            for (Future<Answer> future : futures) {
                answers.add(result(future));
            }
        });
        return answers;
    }

    private Answer answer(Callable<Long> call) {
        long started = time.ticker().nanos();
        long place = 0;
        Throwable failure = null;
        try {
            place = call.call();
        } catch (Exception | FaultyDynamo.Stopped e) {
            failure = e;
        }
        return new Answer(place, failure, Duration.ofNanos(time.ticker().nanos() - started));
    }

    private static Answer result(Future<Answer> future) {
        try {
            return future.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    /** Checks an answer: an acknowledged text is in the list once, at its place; a returned one is not in the list. */
    void assertTrueOf(String text, Answer answer) {
        List<String> texts = texts();
        long times = texts.stream().filter(text::equals).count();
        if (answer.failure() != null) {
            assertTrue(times <= 1, text + " failed with " + answer.failure() + ": " + texts);
        } else if (answer.place() <= 0) {
            assertEquals(0, times, text + " was returned or withdrawn: " + texts);
        } else {
            assertEquals(1, times, text + " was acknowledged: " + texts);
            assertEquals(text, texts.get((int) answer.place() - 1));
        }
    }

    private Texts read(DynamoDbClient dynamo) {
        Map<String, AttributeValue> item = dynamo.getItem(
                        get -> get.tableName(tables.log()).key(LIST).consistentRead(true))
                .item();
        return item.isEmpty()
                ? new Texts(0, List.of())
                : new Texts(
                        Attributes.number(item, "v"),
                        Objects.requireNonNull(item.get("l")).l().stream()
                                .map(AttributeValue::s)
                                .toList());
    }

    private TransactWriteItem replacing(Texts before, List<String> texts) {
        Map<String, AttributeValue> item = new HashMap<>(LIST);
        item.put("v", AttributeValue.fromN(Long.toString(before.version() + 1)));
        item.put(
                "l",
                AttributeValue.fromL(texts.stream().map(AttributeValue::fromS).toList()));
        Put.Builder put = Put.builder().tableName(tables.log()).item(item);
        return TransactWriteItem.builder()
                .put((before.version() == 0
                                ? put.conditionExpression("attribute_not_exists(pk)")
                                : put.conditionExpression("v = :v")
                                        .expressionAttributeValues(
                                                Map.of(":v", AttributeValue.fromN(Long.toString(before.version())))))
                        .build())
                .build();
    }

    @Override
    public void close() {
        time.close();
    }

    /** A writer. Texts that begin with a minus are returned. */
    final class Writer implements Round<Long> {

        final FaultyDynamo faults;
        final CombiningQueue queue;
        final List<Integer> rounds = new ArrayList<>();
        Runnable beforeRead = () -> {};
        Runnable beforeWrite = () -> {};
        private final DynamoDbClient dynamo;
        private final Machine machine;

        private Writer(Duration skew, Map<String, String> settings) {
            Machine right = time.machine();
            machine = new Machine(Clock.offset(right.clock(), skew), right.ticker(), right.random(), right.threads());
            Random random = new Random(seed * 1_000 + writers.size());
            faults = new FaultyDynamo(machine.ticker(), random).latency(LatencyProfile.aws(random));
            dynamo = database.client(List.of(faults));
            CombiningConfig config = Realm.combining(settings);
            queue = new CombiningQueue(
                    new IntentStore(dynamo, tables, config), config, machine.clock(), machine.ticker(), right.random());
        }

        /** Submits a text. */
        long add(String text) {
            return queue.submit(QUEUE, payload(text), this, outcome -> outcome.hasRemaining() ? outcome.getLong() : 0L)
                    .orElse(WITHDRAWN);
        }

        /** Submits a text after a pause. */
        Callable<Long> add(String text, Duration after) {
            return () -> {
                machine.ticker().sleep(after.toNanos());
                return add(text);
            };
        }

        /** Writes a text in a turn after a pause. */
        Callable<Long> addInTurn(String text, Duration after) {
            return () -> {
                machine.ticker().sleep(after.toNanos());
                return queue.inTurn(QUEUE, () -> write(text));
            };
        }

        /** Writes a text without the queue. */
        long write(String text) {
            while (true) {
                beforeRead.run();
                Texts before = read(dynamo);
                List<String> after = new ArrayList<>(before.texts());
                after.add(text);
                if (transact(List.of(replacing(before, after)))) {
                    return after.size();
                }
                machine.ticker().sleep(machine.random().nextLong(10_000_000));
            }
        }

        @Override
        public RoundResult<Long> combine(List<Intent> intents, QueueWrite state) {
            rounds.add(intents.size());
            beforeRead.run();
            Texts before = read(dynamo);
            List<String> after = new ArrayList<>(before.texts());
            List<ByteBuffer> outcomes = new ArrayList<>();
            List<Long> results = new ArrayList<>();
            for (Intent intent : intents) {
                String text = StandardCharsets.UTF_8
                        .decode(Objects.requireNonNull(intent.payload()).duplicate())
                        .toString();
                boolean returned = text.startsWith("-");
                if (!returned) {
                    after.add(text);
                }
                results.add(returned ? 0L : after.size());
                outcomes.add(
                        returned
                                ? ByteBuffer.allocate(0)
                                : ByteBuffer.allocate(Long.BYTES)
                                        .putLong(after.size())
                                        .flip());
            }
            beforeWrite.run();
            return written(before, after, outcomes, state) ? new Combined<>(results) : new Lost<>();
        }

        private boolean written(Texts before, List<String> after, List<ByteBuffer> outcomes, QueueWrite state) {
            if (after.size() == before.texts().size()) {
                return state.alone().test(outcomes);
            }
            List<TransactWriteItem> items = new ArrayList<>();
            items.add(replacing(before, after));
            items.addAll(state.inTransaction().apply(outcomes).items());
            return transact(items);
        }

        private boolean transact(List<TransactWriteItem> items) {
            try {
                dynamo.transactWriteItems(write -> write.transactItems(items));
                return true;
            } catch (TransactionCanceledException e) {
                return false;
            }
        }
    }
}
