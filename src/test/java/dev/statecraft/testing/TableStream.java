package dev.statecraft.testing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.TrimmedDataAccessException;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * The stream of a table, read by a test, which decides what is delivered, when and how often.
 *
 * @param <T> what the application reads from a record
 */
public final class TableStream<T> {

    private static final int MOST_RECORDS = 1000;

    private final Supplier<DynamoDbStreamsClient> client;
    private final String table;
    private final Function<Record, T> reader;
    private final Map<String, String> iterators = new HashMap<>();
    private @Nullable DynamoDbStreamsClient connected;
    private @Nullable String found;

    /** Connects to the stream at the first read. */
    public TableStream(Supplier<DynamoDbStreamsClient> client, String table, Function<Record, T> reader) {
        this.client = client;
        this.table = table;
        this.reader = reader;
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
    public List<T> next() {
        String arn = arn();
        streams()
                .describeStream(describe -> describe.streamArn(arn))
                .streamDescription()
                .shards()
                .forEach(shard -> iterators.computeIfAbsent(shard.shardId(), this::oldest));
        List<T> records = new ArrayList<>();
        for (String shard : List.copyOf(iterators.keySet())) {
            while (true) {
                GetRecordsResponse response = read(shard);
                response.records().forEach(record -> records.add(reader.apply(record)));
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
            return records(shard);
        } catch (TrimmedDataAccessException e) {
            // DynamoDB Local does not continue from an iterator that it returned for an empty shard.
            iterators.put(shard, oldest(shard));
            return records(shard);
        }
    }

    private GetRecordsResponse records(String shard) {
        return streams()
                .getRecords(get -> get.shardIterator(iterators.get(shard)).limit(MOST_RECORDS));
    }

    private String oldest(String shard) {
        return streams()
                .getShardIterator(
                        get -> get.streamArn(arn()).shardId(shard).shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                .shardIterator();
    }
}
