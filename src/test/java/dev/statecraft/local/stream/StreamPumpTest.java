package dev.statecraft.local.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.local.LocalDynamoDb;
import dev.statecraft.local.LocalTables;
import dev.statecraft.local.template.Template;
import dev.statecraft.local.template.Template.StreamMapping;
import dev.statecraft.local.template.TemplateTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

class StreamPumpTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Template template = Template.read(TemplateTest.FIXTURE);
    private final DynamoDbClient dynamoDb = LocalDynamoDb.client();
    private final DynamoDbStreamsClient streams = LocalDynamoDb.streams();
    private final String prefix = LocalDynamoDb.freshTables(template).prefix();

    /** The processed batches, as {@code key=value} of every record. */
    private final List<List<String>> batches = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        new LocalTables(dynamoDb, template, prefix).delete();
        dynamoDb.close();
        streams.close();
    }

    @Test
    void changesOfAKey_arriveInOrder() {
        try (StreamPump pump = pump(mapping(7, Duration.ZERO), this::record)) {
            for (int i = 0; i < 40; i++) {
                put("a", i);
                put("b", i);
            }
            pump.drain(PATIENCE);
            List<String> all = batches.stream().flatMap(List::stream).toList();
            for (String key : List.of("a", "b")) {
                assertEquals(
                        IntStream.range(0, 40).mapToObj(i -> key + "=" + i).toList(),
                        all.stream().filter(change -> change.startsWith(key)).toList());
            }
            assertTrue(batches.stream().allMatch(batch -> batch.size() <= 7), batches.toString());
            assertEquals(0, pump.pending());
        }
    }

    @Test
    void earlierWrites_areDeliveredInFullBatches() {
        IntStream.range(0, 25).forEach(i -> put("k" + i, i));
        try (StreamPump pump = pump(mapping(10, Duration.ZERO), this::record)) {
            pump.drain(PATIENCE);
            assertEquals(List.of(10, 10, 5), batches.stream().map(List::size).toList());
        }
    }

    @Test
    void batchingWindow_collectsRecords() {
        try (StreamPump pump = pump(mapping(10, Duration.ofSeconds(2)), this::record)) {
            put("a", 1);
            put("b", 2);
            put("c", 3);
            pump.drain(PATIENCE);
            assertEquals(List.of(List.of("a=1", "b=2", "c=3")), batches);
        }
    }

    @Test
    void exceptionAfterProcessing_redeliversTheBatch() {
        try (StreamPump pump = pump(mapping(10, Duration.ZERO), event -> {
            record(event);
            if (batches.size() == 1) {
                throw new IllegalStateException("the answer is lost");
            }
            return null;
        })) {
            put("a", 1);
            pump.drain(PATIENCE);
            assertEquals(List.of(List.of("a=1"), List.of("a=1")), batches);
            assertEquals(List.of(), pump.deadLetters());
        }
    }

    @Test
    void shard_continuesAfterAPoisonRecord() {
        IntStream.range(0, 10).forEach(i -> put("k" + i, i));
        try (StreamPump pump = pump(mapping(10, Duration.ZERO), event -> {
            if (event.contains("k4")) {
                throw new IllegalStateException("poison");
            }
            return record(event);
        })) {
            pump.drain(PATIENCE);
            put("later", 1);
            pump.drain(PATIENCE);
            List<String> all = batches.stream().flatMap(List::stream).toList();
            assertEquals(10, all.size());
            assertEquals("later=1", all.get(9));
            assertEquals(1, pump.deadLetters().size());
            assertEquals(1, pump.deadLetters().get(0).records());
        }
    }

    @Test
    void pausedPump_deliversNothing() {
        try (StreamPump pump = pump(mapping(10, Duration.ZERO), this::record)) {
            pump.pause();
            put("a", 1);
            assertThrows(IllegalStateException.class, () -> pump.drain(Duration.ofMillis(300)));
            assertEquals(List.of(), batches);
            pump.resume();
            pump.drain(PATIENCE);
            assertEquals(List.of(List.of("a=1")), batches);
        }
    }

    @Test
    void pause_waitsForTheActiveCall() throws InterruptedException {
        CountDownLatch called = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        try (StreamPump pump = pump(mapping(10, Duration.ZERO), event -> {
            called.countDown();
            assertTrue(released.await(30, TimeUnit.SECONDS));
            return record(event);
        })) {
            put("a", 1);
            assertTrue(called.await(30, TimeUnit.SECONDS));
            assertEquals(1, pump.pending());
            released.countDown();
            pump.pause();
            assertEquals(1, batches.size());
        }
    }

    @Test
    void idleStream_isReadWhenRecordsMayHaveBeenWritten() throws InterruptedException {
        CountDownLatch processed = new CountDownLatch(1);
        StreamPace slow =
                new StreamPace(Duration.ofMillis(1), Duration.ofHours(1), Duration.ofMillis(1), Duration.ofMillis(10));
        try (StreamPump pump = pump(
                mapping(10, Duration.ZERO),
                event -> {
                    @Nullable String answer = record(event);
                    processed.countDown();
                    return answer;
                },
                slow)) {
            pump.drain(PATIENCE);
            put("a", 1);
            pump.wake();
            assertTrue(processed.await(30, TimeUnit.SECONDS));
            assertEquals(List.of(List.of("a=1")), batches);
        }
    }

    @Test
    void waitOfAnIdleStream_doublesUpToItsBound() {
        StreamPace pace = StreamPace.polling(Duration.ofMillis(100), Duration.ofMillis(350));
        assertEquals(Duration.ofMillis(200), pace.longer(pace.poll()));
        assertEquals(Duration.ofMillis(350), pace.longer(Duration.ofMillis(200)));
        assertEquals(Duration.ofMillis(350), pace.longer(Duration.ofMillis(350)));
    }

    @Test
    void recreatedTable_isConsumed() {
        try (StreamPump pump = pump(mapping(10, Duration.ZERO), this::record)) {
            put("a", 1);
            pump.drain(PATIENCE);
            new LocalTables(dynamoDb, template, prefix).recreate();
            put("b", 2);
            pump.drain(PATIENCE);
            assertEquals(List.of(List.of("a=1"), List.of("b=2")), batches);
        }
    }

    private static StreamMapping mapping(int batchSize, Duration window) {
        return new StreamMapping("F", "h", "entries", batchSize, window, 1, true, 2, null, true, null);
    }

    private StreamPump pump(StreamMapping mapping, LambdaFunction function) {
        Duration poll = Duration.ofMillis(50);
        return pump(mapping, function, new StreamPace(poll, poll, Duration.ofMillis(1), Duration.ofMillis(10)));
    }

    private StreamPump pump(StreamMapping mapping, LambdaFunction function, StreamPace pace) {
        return StreamPump.start(dynamoDb, streams, prefix, List.of(new StreamPump.Source(mapping, function)), pace);
    }

    private @Nullable String record(String event) throws Exception {
        List<String> batch = new ArrayList<>();
        for (JsonNode record : JSON.readTree(event).path("Records")) {
            JsonNode image = record.path("dynamodb").path("NewImage");
            batch.add(image.path("pk").path("S").asText() + "="
                    + image.path("v").path("N").asText());
        }
        batches.add(batch);
        return null;
    }

    private void put(String key, int value) {
        dynamoDb.putItem(r -> r.tableName(prefix + "entries")
                .item(Map.of(
                        "pk", AttributeValue.fromS(key),
                        "sk", AttributeValue.fromS("-"),
                        "v", AttributeValue.fromN(String.valueOf(value)))));
    }
}
