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

/** Reads the stream of one table from its beginning, shard by shard, a parent to its end before its children. */
final class StreamShards {

    /** How far one shard has been read. */
    static final class Cursor {
        final String shardId;
        private @Nullable String iterator;
        private @Nullable String lastSequenceNumber;
        private boolean atEnd;
        private boolean finished;

        private Cursor(String shardId) {
            this.shardId = shardId;
        }

        /** No record will follow those already read. */
        boolean atEnd() {
            return atEnd;
        }

        /** Everything read from the shard is handled, so that its children may be read. */
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
     * The stream's ARN.
     *
     * @throws software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException if there is no such table
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

    /** Starts over with whatever stream the table has now; see {@link #isCurrent()}. */
    void forget() {
        arn = null;
        cursors.clear();
    }

    /**
     * Whether this is still the stream of the table. A table that was deleted and made again has another one, while the
     * old one stays readable and silent.
     *
     * @throws software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException if there is no such table
     */
    boolean isCurrent() {
        return arn().equals(latestArn());
    }

    /**
     * The shards that may be read now.
     *
     * @throws software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException if table or stream are gone
     */
    List<Cursor> readable() {
        if (cursors.values().stream().allMatch(cursor -> cursor.finished)) {
            return discover();
        }
        return cursors.values().stream().filter(cursor -> !cursor.finished).toList();
    }

    /** Reads on, at most 1,000 records or 1 MB; nothing means that there is nothing new. */
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
            // After a long pause; the next read goes on after the last record.
            cursor.iterator = null;
        } catch (TrimmedDataAccessException e) {
            // What was not read within a day is gone; the next read goes on with the oldest that is left.
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
