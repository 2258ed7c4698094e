package dev.statecraft.testing.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.OperationType;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.StreamDescription;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** Streams: every change of an item, in its order, as the view of the table says. */
abstract class StreamContract extends ContractCase {

    private DynamoDbStreamsClient streams() {
        return tables().database().streams();
    }

    private String arn(String table) {
        return db().describeTable(r -> r.tableName(table)).table().latestStreamArn();
    }

    private List<Shard> shards(String table) {
        String arn = arn(table);
        List<Shard> shards = new ArrayList<>();
        String after = null;
        do {
            String from = after;
            StreamDescription page = streams()
                    .describeStream(r -> r.streamArn(arn).exclusiveStartShardId(from))
                    .streamDescription();
            shards.addAll(page.shards());
            after = page.lastEvaluatedShardId();
        } while (after != null);
        return shards;
    }

    /** The records of this test's partition key, shard by shard from the oldest. */
    private List<Record> records(String table) {
        List<Record> records = new ArrayList<>();
        for (Shard shard : shards(table)) {
            String iterator = streams()
                    .getShardIterator(r -> r.streamArn(arn(table))
                            .shardId(shard.shardId())
                            .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                    .shardIterator();
            while (iterator != null) {
                String current = iterator;
                GetRecordsResponse page = streams().getRecords(r -> r.shardIterator(current));
                page.records().stream()
                        .filter(record -> s(pk).equals(record.dynamodb().keys().get("pk")))
                        .forEach(records::add);
                iterator = page.records().isEmpty() ? null : page.nextShardIterator();
            }
        }
        return records;
    }

    private List<Record> awaited(String table, int count) {
        List<List<Record>> last = new ArrayList<>();
        eventually(Capability.IMMEDIATE_STREAMS, () -> {
            List<Record> now = records(table);
            last.add(now);
            assertEquals(count, now.size(), () -> now.toString());
        });
        return last.get(last.size() - 1);
    }

    private void putInto(String table, String sk, long x) {
        db().putItem(r -> r.tableName(table).item(item(sk, "x", n(x))));
    }

    private static List<OperationType> kinds(List<Record> records) {
        return records.stream().map(Record::eventName).toList();
    }

    private void changes(String table) {
        putInto(table, "a", 1);
        putInto(table, "a", 2);
        db().deleteItem(r -> r.tableName(table).key(key("a")));
    }

    @Test
    void bothImages() {
        changes(tables().changes);
        List<Record> records = awaited(tables().changes, 3);
        assertEquals(List.of(OperationType.INSERT, OperationType.MODIFY, OperationType.REMOVE), kinds(records));
        Record insert = records.get(0);
        Record modify = records.get(1);
        Record remove = records.get(2);
        assertFalse(insert.dynamodb().hasOldImage());
        assertEquals(item("a", "x", n(1)), insert.dynamodb().newImage());
        assertEquals(item("a", "x", n(1)), modify.dynamodb().oldImage());
        assertEquals(item("a", "x", n(2)), modify.dynamodb().newImage());
        assertEquals(item("a", "x", n(2)), remove.dynamodb().oldImage());
        assertFalse(remove.dynamodb().hasNewImage());
        for (Record record : records) {
            assertEquals(key("a"), record.dynamodb().keys());
            assertEquals(StreamViewType.NEW_AND_OLD_IMAGES, record.dynamodb().streamViewType());
            assertEquals("aws:dynamodb", record.eventSource());
            assertTrue(record.dynamodb().sizeBytes() > 0);
            assertTrue(record.dynamodb().approximateCreationDateTime() != null);
        }
        assertEquals(3, records.stream().map(Record::eventID).distinct().count());
    }

    @Test
    void newImage() {
        changes(tables().images);
        List<Record> records = awaited(tables().images, 3);
        assertTrue(records.stream().noneMatch(record -> record.dynamodb().hasOldImage()));
        assertEquals(item("a", "x", n(2)), records.get(1).dynamodb().newImage());
        assertFalse(records.get(2).dynamodb().hasNewImage());
    }

    @Test
    void keysOnly() {
        changes(tables().keys);
        for (Record record : awaited(tables().keys, 3)) {
            assertFalse(record.dynamodb().hasOldImage() || record.dynamodb().hasNewImage());
            assertEquals(key("a"), record.dynamodb().keys());
        }
    }

    @Test
    void writesThatChangeNothing_haveNoRecord() {
        String table = tables().changes;
        putInto(table, "a", 1);
        putInto(table, "a", 1);
        db().deleteItem(r -> r.tableName(table).key(key("none")));
        db().updateItem(r -> r.tableName(table)
                .key(key("a"))
                .updateExpression("SET x = :v REMOVE y")
                .expressionAttributeValues(Map.of(":v", n("1.0"))));
        db().transactWriteItems(r -> r.transactItems(writing(w ->
                w.conditionCheck(c -> c.tableName(table).key(key("a")).conditionExpression("attribute_exists(pk)")))));
        assertThrows(RuntimeException.class, () -> db().putItem(r ->
                r.tableName(table).item(item("a", "x", n(7))).conditionExpression("attribute_not_exists(pk)")));
        putInto(table, "a", 2);
        List<Record> records = awaited(table, 2);
        assertEquals(n(2), records.get(1).dynamodb().newImage().get("x"));
    }

    @Test
    void sequenceNumbers_ofAnItem_rise() {
        for (int i = 0; i < 20; i++) {
            putInto(tables().changes, "a", i);
        }
        List<Record> records = awaited(tables().changes, 20);
        List<BigInteger> numbers = records.stream()
                .map(record -> new BigInteger(record.dynamodb().sequenceNumber()))
                .toList();
        assertEquals(numbers.stream().sorted().distinct().toList(), numbers);
        assertEquals(
                Stream.iterate(0, i -> i + 1).limit(20).map(i -> n(i)).toList(),
                records.stream()
                        .map(record -> record.dynamodb().newImage().get("x"))
                        .toList());
    }

    @Test
    void batchesAndTransactions_haveARecordForEachItem() {
        String table = tables().changes;
        db().transactWriteItems(r -> r.transactItems(
                writing(w -> w.put(p -> p.tableName(table).item(item("a")))),
                writing(w -> w.put(p -> p.tableName(table).item(item("b"))))));
        db().batchWriteItem(r -> r.requestItems(Map.of(
                table,
                List.of(
                        software.amazon.awssdk.services.dynamodb.model.WriteRequest.builder()
                                .putRequest(p -> p.item(item("c")))
                                .build(),
                        software.amazon.awssdk.services.dynamodb.model.WriteRequest.builder()
                                .deleteRequest(d -> d.key(key("none")))
                                .build()))));
        Set<Map<String, AttributeValue>> keys = new HashSet<>();
        awaited(table, 3).forEach(record -> keys.add(record.dynamodb().keys()));
        assertEquals(Set.of(key("a"), key("b"), key("c")), keys);
    }

    @Test
    void iterators_startAtTheirPosition() {
        String table = tables().images;
        putInto(table, "a", 1);
        putInto(table, "a", 2);
        putInto(table, "a", 3);
        Record second = awaited(table, 3).get(1);
        String shard = shards(table).stream()
                .map(Shard::shardId)
                .filter(id ->
                        numbers(table, id, ShardIteratorType.TRIM_HORIZON, null).contains(second))
                .findFirst()
                .orElseThrow();
        String number = second.dynamodb().sequenceNumber();
        assertEquals(List.of(n(2), n(3)), values(numbers(table, shard, ShardIteratorType.AT_SEQUENCE_NUMBER, number)));
        assertEquals(List.of(n(3)), values(numbers(table, shard, ShardIteratorType.AFTER_SEQUENCE_NUMBER, number)));
        assertEquals(List.of(), values(numbers(table, shard, ShardIteratorType.LATEST, null)));
    }

    private List<Record> numbers(String table, String shard, ShardIteratorType type, @Nullable String number) {
        String iterator = streams()
                .getShardIterator(r -> r.streamArn(arn(table))
                        .shardId(shard)
                        .shardIteratorType(type)
                        .sequenceNumber(number))
                .shardIterator();
        return streams().getRecords(r -> r.shardIterator(iterator)).records().stream()
                .filter(record -> s(pk).equals(record.dynamodb().keys().get("pk")))
                .toList();
    }

    private static List<AttributeValue> values(List<Record> records) {
        return records.stream()
                .map(record -> record.dynamodb().newImage().get("x"))
                .toList();
    }

    @Test
    void limitOfRecords_andTheNextIterator() {
        for (int i = 0; i < 5; i++) {
            putInto(tables().keys, "k" + i, i);
        }
        awaited(tables().keys, 5);
        for (Shard shard : shards(tables().keys)) {
            String iterator = streams()
                    .getShardIterator(r -> r.streamArn(arn(tables().keys))
                            .shardId(shard.shardId())
                            .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                    .shardIterator();
            GetRecordsResponse first =
                    streams().getRecords(r -> r.shardIterator(iterator).limit(2));
            assertTrue(first.records().size() <= 2);
            if (first.records().size() == 2) {
                GetRecordsResponse next = streams().getRecords(r -> r.shardIterator(first.nextShardIterator())
                        .limit(2));
                assertFalse(next.records().contains(first.records().get(1)));
            }
        }
    }

    @Test
    void streamsOfATable_areListed() {
        assertTrue(streams().listStreams(r -> r.tableName(tables().keys)).streams().stream()
                .anyMatch(stream -> stream.streamArn().equals(arn(tables().keys))
                        && stream.tableName().equals(tables().keys)));
        StreamDescription description =
                streams().describeStream(r -> r.streamArn(arn(tables().keys))).streamDescription();
        assertEquals(StreamViewType.KEYS_ONLY, description.streamViewType());
        assertEquals(tables().keys, description.tableName());
        assertEquals("ENABLED", description.streamStatusAsString());
    }

    @Test
    void missingStreamOrShard_isNotFound() {
        String arn = arn(tables().keys);
        assertThrows(ResourceNotFoundException.class, () -> streams()
                .describeStream(r -> r.streamArn(arn.replace("keys", "none"))));
        assertThrows(ResourceNotFoundException.class, () -> streams().getShardIterator(r -> r.streamArn(arn)
                .shardId("shardId-00000000000000000000-00000000")
                .shardIteratorType(ShardIteratorType.LATEST)));
    }
}
