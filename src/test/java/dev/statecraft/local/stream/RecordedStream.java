package dev.statecraft.local.stream;

import dev.statecraft.local.LocalDynamoDb;
import dev.statecraft.local.LocalHandlers;
import dev.statecraft.local.template.Template;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * All records of the stream of one table, and its function. A test delivers the records again in any order, as the JSON
 * of Lambda.
 */
public final class RecordedStream {

    private final String handler;
    private final String table;
    private final LambdaFunction function;
    private final String arn;
    private final List<Record> records;

    private RecordedStream(String handler, String table, LambdaFunction function, String arn, List<Record> records) {
        this.handler = handler;
        this.table = table;
        this.function = function;
        this.arn = arn;
        this.records = records;
    }

    /** Reads all streams that functions of the template consume. */
    public static List<RecordedStream> all(DynamoDbClient dynamoDb, LocalHandlers handlers, String prefix) {
        try (DynamoDbStreamsClient streams = LocalDynamoDb.streams()) {
            return Template.ofProject().streamMappings().stream()
                    .map(mapping -> {
                        String table = prefix + mapping.table();
                        String arn = dynamoDb.describeTable(describe -> describe.tableName(table))
                                .table()
                                .latestStreamArn();
                        return new RecordedStream(
                                mapping.handler(),
                                mapping.table(),
                                handlers.find(mapping.handler()).orElseThrow(),
                                arn,
                                read(streams, arn));
                    })
                    .toList();
        }
    }

    private static List<Record> read(DynamoDbStreamsClient streams, String arn) {
        List<Record> records = new ArrayList<>();
        streams.describeStream(describe -> describe.streamArn(arn)).streamDescription().shards().stream()
                .map(shard -> streams.getShardIterator(get -> get.streamArn(arn)
                                .shardId(shard.shardId())
                                .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                        .shardIterator())
                .forEach(first -> {
                    @Nullable String iterator = first;
                    while (iterator != null) {
                        String from = iterator;
                        GetRecordsResponse response = streams.getRecords(
                                get -> get.shardIterator(from).limit(1000));
                        records.addAll(response.records());
                        iterator = response.records().isEmpty() ? null : response.nextShardIterator();
                    }
                });
        return records;
    }

    /** The handler's name in the template. */
    public String handler() {
        return handler;
    }

    /** The table's name in the template. */
    public String table() {
        return table;
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
        return String.valueOf(function.invoke(
                StreamEventJson.of(arn, indexes.stream().map(records::get).toList())));
    }
}
