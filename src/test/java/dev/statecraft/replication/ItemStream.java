package dev.statecraft.replication;

import dev.statecraft.table.ItemChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** The real stream of a table, read by the test, which decides what is delivered, when and how often. */
public final class ItemStream {

    private final Supplier<DynamoDbStreamsClient> client;
    private final String table;
    private @Nullable DynamoDbStreamsClient connected;
    private @Nullable String found;
    private final Map<String, String> iterators = new HashMap<>();

    /** Connects to the stream at the first read. */
    public ItemStream(Supplier<DynamoDbStreamsClient> client, String table) {
        this.client = client;
        this.table = table;
    }

    private DynamoDbStreamsClient streams() {
        if (connected == null) {
            connected = client.get();
        }
        return connected;
    }

    private String arn() {
        if (found == null) {
            found = streams()
                    .listStreams(list -> list.tableName(table))
                    .streams()
                    .get(0)
                    .streamArn();
        }
        return found;
    }

    /** All records since the last call. */
    public List<ItemChange> next() {
        String arn = arn();
        DynamoDbStreamsClient streams = streams();
        streams.describeStream(describe -> describe.streamArn(arn))
                .streamDescription()
                .shards()
                .forEach(shard -> iterators.computeIfAbsent(shard.shardId(), id -> streams.getShardIterator(
                                get -> get.streamArn(arn).shardId(id).shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                        .shardIterator()));
        List<ItemChange> changes = new ArrayList<>();
        for (String shard : List.copyOf(iterators.keySet())) {
            while (true) {
                GetRecordsResponse response = streams.getRecords(
                        get -> get.shardIterator(iterators.get(shard)).limit(1000));
                response.records()
                        .forEach(record -> changes.add(new ItemChange(
                                record.dynamodb().sequenceNumber(),
                                table,
                                record.dynamodb().hasOldImage()
                                        ? record.dynamodb().oldImage()
                                        : null,
                                record.dynamodb().hasNewImage()
                                        ? record.dynamodb().newImage()
                                        : null)));
                @Nullable String following = response.nextShardIterator();
                if (following == null) {
                    break;
                }
                iterators.put(shard, following);
                if (response.records().isEmpty()) {
                    break;
                }
            }
        }
        return changes;
    }
}
