package dev.statecraft.local.stream;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.ExpiredIteratorException;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.StreamDescription;
import software.amazon.awssdk.services.dynamodb.model.TrimmedDataAccessException;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** Reads the stream of one table from its start, shard by shard; a parent shard completely before its children. */
final class StreamShards {

    /** Position in a shard. */
    static final class Cursor {
        final String shardId;
        private @Nullable String iterator;
        private @Nullable String lastSequenceNumber;
        private boolean atEnd;
        private boolean finished;

        private Cursor(String shardId) {
            this.shardId = shardId;
        }

        /** Whether all records of the closed shard have been read. */
        boolean atEnd() {
            return atEnd;
        }

        /** Marks all records of the shard as processed, so that its children are read. */
        void finish() {
            finished = true;
        }
    }

    private final DynamoDbClient dynamoDb;
    private final DynamoDbStreamsClient streams;
    private final String table;
    private final Map<String, Cursor> cursors = new LinkedHashMap<>();
    private @Nullable String arn;

    StreamShards(DynamoDbClient dynamoDb, DynamoDbStreamsClient streams, String table) {
        this.dynamoDb = dynamoDb;
        this.streams = streams;
        this.table = table;
    }

    /**
     * ARN of the stream.
     *
     * @throws software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException if the table does not exist
     */
    String arn() {
        if (arn == null) {
            arn = latestArn();
        }
        return arn;
    }

    private String latestArn() {
        return dynamoDb.describeTable(r -> r.tableName(table)).table().latestStreamArn();
    }

    /** Restarts with the current stream of the table; see {@link #isCurrent()}. */
    void reset() {
        arn = null;
        cursors.clear();
    }

    /**
     * Whether the stream is the current one of the table. A table that was deleted and created again has a new stream;
     * the old stream remains readable without new records.
     *
     * @throws software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException if the table does not exist
     */
    boolean isCurrent() {
        return arn().equals(latestArn());
    }

    /**
     * The shards that can be read now.
     *
     * @throws software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException if the table or stream does not
     *     exist
     */
    List<Cursor> readable() {
        if (cursors.values().stream().allMatch(cursor -> cursor.finished)) {
            return discover();
        }
        return cursors.values().stream().filter(cursor -> !cursor.finished).toList();
    }

    /** Reads the next records, at most 1,000 or 1 MB; empty if there are none. */
    List<Record> read(Cursor cursor) {
        try {
            GetRecordsResponse read = streams.getRecords(r -> r.shardIterator(iterator(cursor)));
            cursor.iterator = read.nextShardIterator();
            cursor.atEnd = read.nextShardIterator() == null;
            List<Record> records = read.records();
            if (!records.isEmpty()) {
                cursor.lastSequenceNumber =
                        records.get(records.size() - 1).dynamodb().sequenceNumber();
            }
            return records;
        } catch (ExpiredIteratorException e) {
            // The iterator expired after a long pause; the next read continues after the last record.
            cursor.iterator = null;
        } catch (TrimmedDataAccessException e) {
            // Records are deleted after a day; the next read continues with the oldest remaining record.
            cursor.iterator = null;
            cursor.lastSequenceNumber = null;
        }
        return List.of();
    }

    private String iterator(Cursor cursor) {
        if (cursor.iterator == null) {
            @Nullable String after = cursor.lastSequenceNumber;
            cursor.iterator = streams.getShardIterator(r -> r.streamArn(arn())
                            .shardId(cursor.shardId)
                            .shardIteratorType(
                                    after == null
                                            ? ShardIteratorType.TRIM_HORIZON
                                            : ShardIteratorType.AFTER_SEQUENCE_NUMBER)
                            .sequenceNumber(after))
                    .shardIterator();
        }
        return cursor.iterator;
    }

    private List<Cursor> discover() {
        List<Shard> shards = new ArrayList<>();
        @Nullable String last = null;
        do {
            @Nullable String start = last;
            StreamDescription page = streams.describeStream(
                            r -> r.streamArn(arn()).exclusiveStartShardId(start))
                    .streamDescription();
            shards.addAll(page.shards());
            last = page.lastEvaluatedShardId();
        } while (last != null);
        cursors.keySet().retainAll(shards.stream().map(Shard::shardId).toList());
        for (Shard shard : shards) {
            @Nullable Cursor parent = shard.parentShardId() == null ? null : cursors.get(shard.parentShardId());
            boolean parentListed = shards.stream().anyMatch(s -> s.shardId().equals(shard.parentShardId()));
            if (!parentListed || (parent != null && parent.finished)) {
                cursors.computeIfAbsent(shard.shardId(), Cursor::new);
            }
        }
        return cursors.values().stream().filter(cursor -> !cursor.finished).toList();
    }
}
