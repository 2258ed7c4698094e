package dev.statecraft.local.stream;

import dev.statecraft.local.LocalDynamoDb;
import dev.statecraft.local.LocalHandlers;
import dev.statecraft.local.template.Template;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * All records of the stream of one table, and its function. A test delivers the records again in any order, as the JSON
 * of Lambda.
 */
public final class RecordedStream {

    private final String handler;
    private final String table;
    private final LambdaFunction function;
    private final StreamShards shards;
    private final List<Record> records = new ArrayList<>();
    private final Set<String> sequenceNumbers = new HashSet<>();

    private RecordedStream(String handler, String table, LambdaFunction function, StreamShards shards) {
        this.handler = handler;
        this.table = table;
        this.function = function;
        this.shards = shards;
        readMore();
    }

    /** Reads all streams that functions of the template consume. */
    public static List<RecordedStream> all(DynamoDbClient dynamoDb, LocalHandlers handlers, String prefix) {
        try (DynamoDbStreamsClient streams = LocalDynamoDb.streams()) {
            return all(dynamoDb, streams, handlers, prefix);
        }
    }

    /** As above; {@link #readMore} works until the client is closed. */
    public static List<RecordedStream> all(
            DynamoDbClient dynamoDb, DynamoDbStreamsClient streams, LocalHandlers handlers, String prefix) {
        return Template.ofProject().streamMappings().stream()
                .map(mapping -> new RecordedStream(
                        mapping.handler(),
                        mapping.table(),
                        handlers.find(mapping.handler()).orElseThrow(),
                        new StreamShards(dynamoDb, streams, prefix + mapping.table())))
                .toList();
    }

    /** Reads the records that were written since the last read. */
    public void readMore() {
        for (StreamShards.Cursor shard : shards.readable()) {
            // DynamoDB Local trims the iterator of a shard that was empty; the shard is then read again from its start.
            int emptyReads = records.isEmpty() ? 2 : 1;
            while (emptyReads > 0) {
                List<Record> read = shards.read(shard);
                emptyReads -= read.isEmpty() ? 1 : 0;
                read.stream()
                        .filter(record -> sequenceNumbers.add(record.dynamodb().sequenceNumber()))
                        .forEach(records::add);
            }
        }
    }

    /** The handler's name in the template. */
    public String handler() {
        return handler;
    }

    /** The table's name in the template. */
    public String table() {
        return table;
    }

    /** The sort key of a record, by its index; empty if it is not text. */
    public String sortKey(int index) {
        AttributeValue key = records.get(index).dynamodb().keys().get("sk");
        return key == null || key.s() == null ? "" : key.s();
    }

    /** Number of records. */
    public int size() {
        return records.size();
    }

    /**
     * Calls the function with some of the records.
     *
     * @param indexes indexes of the records, from 0, in the order of delivery
     * @return the response of the function
     */
    public String deliver(List<Integer> indexes) throws Exception {
        return String.valueOf(function.invoke(StreamEventJson.of(
                shards.arn(), indexes.stream().map(records::get).toList())));
    }
}
