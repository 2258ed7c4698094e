package dev.statecraft.testing.dynamo;

import static dev.statecraft.testing.dynamo.ModelFixture.TABLE;
import static dev.statecraft.testing.dynamo.ModelFixture.item;
import static dev.statecraft.testing.dynamo.ModelFixture.n;
import static dev.statecraft.testing.dynamo.ModelFixture.s;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.table.Attributes;
import dev.statecraft.testing.dynamo.ModelStreams.ShardState;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.OperationType;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.StreamDescription;

/** Shards that are split, iterators, and the records of expired items. */
class ModelStreamsTest {

    /** Read parent before child, a consumer sees the changes of each item in their order, each once. */
    @Test
    void splitShards_keepTheOrderOfEachItem() {
        ModelFixture model = new ModelFixture(1, settings -> settings.withShards(2, 7));
        ModelStreams streams = model.dynamo.streams();
        Random random = new Random(5);
        Map<String, List<Long>> written = new HashMap<>();
        for (int i = 0; i < 200; i++) {
            String partition = "p" + random.nextInt(9);
            model.put(partition, "x", i);
            written.computeIfAbsent(partition, key -> new ArrayList<>()).add((long) i);
        }
        List<ShardState> shards = streams.shards(TABLE);
        assertTrue(shards.size() > 20, shards.size() + " shards");
        Set<String> finished = new HashSet<>();
        Map<String, List<Long>> read = new HashMap<>();
        for (ShardState shard : shards) {
            assertTrue(shard.parent() == null || finished.contains(shard.parent()));
            finished.add(shard.id());
            assertTrue(shard.records() <= 7);
            BigInteger last = BigInteger.ZERO;
            for (Record record : streams.records(TABLE, shard.id())) {
                BigInteger sequence = new BigInteger(record.dynamodb().sequenceNumber());
                assertTrue(sequence.compareTo(last) > 0);
                last = sequence;
                Map<String, AttributeValue> image = record.dynamodb().newImage();
                read.computeIfAbsent(Attributes.string(image, "pk"), key -> new ArrayList<>())
                        .add(Attributes.number(image, "n"));
            }
        }
        assertEquals(written, read);
    }

    @Test
    void shardSplitOnRequest_isClosed_andItsIteratorEnds() {
        ModelFixture model = new ModelFixture(1, settings -> settings);
        ModelStreams streams = model.dynamo.streams();
        model.put("a", "x", 1);
        String first = streams.shards(TABLE).get(0).id();
        streams.split(TABLE, first);
        model.put("a", "x", 2);
        StreamDescription description = describe(model);
        assertEquals(3, description.shards().size());
        Shard closed = description.shards().get(0);
        assertTrue(closed.sequenceNumberRange().endingSequenceNumber() != null);
        assertEquals(first, description.shards().get(1).parentShardId());
        assertNull(description.shards().get(1).sequenceNumberRange().endingSequenceNumber());
        String iterator = iterator(model, first, ShardIteratorType.TRIM_HORIZON, null);
        var records = streams.getRecords(get -> get.shardIterator(iterator));
        assertEquals(1, records.records().size());
        assertNull(records.nextShardIterator());
        int inChildren = 0;
        for (Shard child : description.shards().subList(1, 3)) {
            String begin = iterator(model, child.shardId(), ShardIteratorType.TRIM_HORIZON, null);
            var page = streams.getRecords(get -> get.shardIterator(begin));
            inChildren += page.records().size();
            assertTrue(page.nextShardIterator() != null);
        }
        assertEquals(1, inChildren);
    }

    @Test
    void iterators_startAtTheRecordTheyName() {
        ModelFixture model = new ModelFixture(1, settings -> settings);
        for (int i = 0; i < 5; i++) {
            model.put("a", "x", i);
        }
        String shard = model.dynamo.streams().shards(TABLE).get(0).id();
        String third =
                model.dynamo.streams().records(TABLE, shard).get(2).dynamodb().sequenceNumber();
        String latest = iterator(model, shard, ShardIteratorType.LATEST, null);
        model.put("a", "x", 5);
        assertEquals(List.of(2L, 3L, 4L, 5L), numbers(model, shard, ShardIteratorType.AT_SEQUENCE_NUMBER, third));
        assertEquals(List.of(3L, 4L, 5L), numbers(model, shard, ShardIteratorType.AFTER_SEQUENCE_NUMBER, third));
        assertEquals(List.of(0L, 1L, 2L, 3L, 4L, 5L), numbers(model, shard, ShardIteratorType.TRIM_HORIZON, null));
        assertEquals(
                1,
                model.dynamo
                        .streams()
                        .getRecords(get -> get.shardIterator(latest))
                        .records()
                        .size());
    }

    @Test
    void shards_areDescribedInPages() {
        ModelFixture model = new ModelFixture(1, settings -> settings.withShards(5, 0));
        String arn = describe(model).streamArn();
        List<String> ids = new ArrayList<>();
        String last = null;
        do {
            String from = last;
            StreamDescription page = model.dynamo
                    .streams()
                    .describeStream(describe -> describe.streamArn(arn).limit(2).exclusiveStartShardId(from))
                    .streamDescription();
            page.shards().forEach(shard -> ids.add(shard.shardId()));
            last = page.lastEvaluatedShardId();
        } while (last != null);
        assertEquals(
                model.dynamo.streams().shards(TABLE).stream()
                        .map(ShardState::id)
                        .toList(),
                ids);
    }

    @Test
    void expiredItems_stayReadableUntilTheirDelayIsOver_andTheirRecordsNameTheService() {
        ModelFixture model = new ModelFixture(1, settings -> settings.withExpiryDelay(Duration.ofDays(2)));
        long now = model.clock.instant().getEpochSecond();
        for (int i = 0; i < 40; i++) {
            model.put(Map.of("pk", s("p" + i), "sk", s("x"), "n", n(i), "ttl", n(now + 60)));
        }
        model.put(Map.of("pk", s("long ago"), "sk", s("x"), "ttl", n(1)));
        model.put(Map.of("pk", s("text"), "sk", s("x"), "ttl", s("1")));
        model.put(item("never", "x", 1));
        assertEquals(0, model.dynamo.expire());
        model.advance(Duration.ofMinutes(2));
        int gone = model.dynamo.expire();
        assertTrue(gone < 10, gone + " of 40 in the first minute");
        int rounds = 0;
        while (gone < 40) {
            model.advance(Duration.ofHours(1));
            gone += model.dynamo.expire();
            rounds++;
            assertTrue(rounds <= 49, gone + " of 40 after " + rounds + " hours");
        }
        assertTrue(rounds > 24, rounds + " hours");
        assertEquals(3, model.dynamo.scan(scan -> scan.tableName(TABLE)).count());
        String shard = model.dynamo.streams().shards(TABLE).get(0).id();
        List<Record> records = model.dynamo.streams().records(TABLE, shard);
        List<Record> removals = records.subList(records.size() - 40, records.size());
        for (Record removal : removals) {
            assertEquals(OperationType.REMOVE, removal.eventName());
            assertEquals("dynamodb.amazonaws.com", removal.userIdentity().principalId());
            assertEquals("Service", removal.userIdentity().type());
            assertFalse(removal.dynamodb().hasNewImage());
        }
        assertNull(records.get(0).userIdentity());
    }

    private static StreamDescription describe(ModelFixture model) {
        String arn = model.dynamo
                .streams()
                .listStreams(list -> list.tableName(TABLE))
                .streams()
                .get(0)
                .streamArn();
        return model.dynamo
                .streams()
                .describeStream(describe -> describe.streamArn(arn))
                .streamDescription();
    }

    private static String iterator(
            ModelFixture model, String shard, ShardIteratorType type, @Nullable String sequence) {
        String arn = describe(model).streamArn();
        return model.dynamo
                .streams()
                .getShardIterator(get -> get.streamArn(arn)
                        .shardId(shard)
                        .shardIteratorType(type)
                        .sequenceNumber(sequence))
                .shardIterator();
    }

    private static List<Long> numbers(
            ModelFixture model, String shard, ShardIteratorType type, @Nullable String sequence) {
        List<Long> numbers = new ArrayList<>();
        String next = iterator(model, shard, type, sequence);
        while (true) {
            String current = next;
            var page = model.dynamo.streams().getRecords(get -> get.shardIterator(current)
                    .limit(2));
            if (page.records().isEmpty()) {
                return numbers;
            }
            page.records()
                    .forEach(record ->
                            numbers.add(Attributes.number(record.dynamodb().newImage(), "n")));
            next = page.nextShardIterator();
        }
    }
}
