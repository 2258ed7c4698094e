package dev.statecraft.leaderboard.entry;

import dev.statecraft.table.StreamRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.TrimmedDataAccessException;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** The real stream of the entries table, read by the test, which decides what is delivered, when and how often. */
public final class EntryStream {

    private final Supplier<DynamoDbStreamsClient> client;
    private final String table;
    private final Map<String, String> iterators = new HashMap<>();
    private @Nullable DynamoDbStreamsClient connected;
    private @Nullable String found;

    /** Connects to the stream at the first read. */
    public EntryStream(Supplier<DynamoDbStreamsClient> client, String table) {
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
    public List<StreamRecord> next() {
        String arn = arn();
        DynamoDbStreamsClient streams = streams();
        streams.describeStream(describe -> describe.streamArn(arn))
                .streamDescription()
                .shards()
                .forEach(shard -> iterators.computeIfAbsent(shard.shardId(), this::oldest));
        List<StreamRecord> records = new ArrayList<>();
        for (String shard : List.copyOf(iterators.keySet())) {
            while (true) {
                GetRecordsResponse response = read(shard);
                response.records()
                        .forEach(record -> records.add(new StreamRecord(
                                record.dynamodb().sequenceNumber(),
                                record.dynamodb().keys().get("pk").s(),
                                record.dynamodb().hasOldImage()
                                        ? scalars(record.dynamodb().oldImage())
                                        : null,
                                record.dynamodb().hasNewImage()
                                        ? scalars(record.dynamodb().newImage())
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
        return records;
    }

    private GetRecordsResponse read(String shard) {
        try {
            return streams()
                    .getRecords(get -> get.shardIterator(iterators.get(shard)).limit(1000));
        } catch (TrimmedDataAccessException e) {
            // DynamoDB Local does not continue from an iterator that it returned for an empty shard.
            iterators.put(shard, oldest(shard));
            return streams()
                    .getRecords(get -> get.shardIterator(iterators.get(shard)).limit(1000));
        }
    }

    private String oldest(String shard) {
        return streams()
                .getShardIterator(
                        get -> get.streamArn(arn()).shardId(shard).shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                .shardIterator();
    }

    private static Map<String, String> scalars(Map<String, AttributeValue> image) {
        Map<String, String> scalars = new HashMap<>();
        image.forEach((name, value) -> {
            String scalar = value.s() != null ? value.s() : value.n();
            if (scalar != null) {
                scalars.put(name, scalar);
            }
        });
        return scalars;
    }
}
