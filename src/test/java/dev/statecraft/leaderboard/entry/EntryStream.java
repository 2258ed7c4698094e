package dev.statecraft.leaderboard.entry;

import dev.statecraft.local.LocalDynamoDb;
import dev.statecraft.table.StreamRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.TrimmedDataAccessException;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** The real stream of the entries table, read by the test, which decides what is delivered, when and how often. */
public final class EntryStream {

    private final DynamoDbStreamsClient streams = LocalDynamoDb.streams();
    private final String arn;
    private final Map<String, String> iterators = new HashMap<>();

    public EntryStream(String table) {
        arn = streams.listStreams(list -> list.tableName(table))
                .streams()
                .get(0)
                .streamArn();
    }

    /** All records since the last call. */
    public List<StreamRecord> next() {
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
            return streams.getRecords(
                    get -> get.shardIterator(iterators.get(shard)).limit(1000));
        } catch (TrimmedDataAccessException e) {
            // DynamoDB Local does not continue from an iterator that it returned for an empty shard.
            iterators.put(shard, oldest(shard));
            return streams.getRecords(
                    get -> get.shardIterator(iterators.get(shard)).limit(1000));
        }
    }

    private String oldest(String shard) {
        return streams.getShardIterator(
                        get -> get.streamArn(arn).shardId(shard).shardIteratorType(ShardIteratorType.TRIM_HORIZON))
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
