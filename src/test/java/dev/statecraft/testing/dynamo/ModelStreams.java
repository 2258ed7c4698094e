package dev.statecraft.testing.dynamo;

import dev.statecraft.testing.dynamo.expression.DynamoErrors;
import dev.statecraft.testing.dynamo.storage.ModelState;
import dev.statecraft.testing.dynamo.storage.ModelTable;
import dev.statecraft.testing.dynamo.storage.StreamLog;
import dev.statecraft.testing.dynamo.storage.StreamLog.ShardLog;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamResponse;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsRequest;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.dynamodb.model.ListStreamsRequest;
import software.amazon.awssdk.services.dynamodb.model.ListStreamsResponse;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.Stream;
import software.amazon.awssdk.services.dynamodb.model.StreamDescription;
import software.amazon.awssdk.services.dynamodb.model.StreamStatus;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * The streams of a {@link ModelDynamo}. Records are kept as long as their table. {@link #records} and {@link #shards}
 * read without iterators.
 */
public final class ModelStreams implements DynamoDbStreamsClient {

    private static final int MOST_RECORDS = 1000;
    private static final int MOST_SHARDS = 100;
    private static final long MOST_BYTES = 1024 * 1024;

    /**
     * A shard of a table's stream.
     *
     * @param parent the shard that it continues; null for a first one
     * @param closed whether it gets no more records
     */
    public record ShardState(String id, @Nullable String parent, boolean closed, int records) {}

    private final ModelState state;

    ModelStreams(ModelState state) {
        this.state = state;
    }

    /** The shards of a table's stream, oldest first; parents precede their children. */
    public List<ShardState> shards(String table) {
        synchronized (state.lock) {
            return streamOf(table).shards().stream().map(ModelStreams::stateOf).toList();
        }
    }

    /** The number of shards of a table's stream so far. */
    public int countShards(String table) {
        synchronized (state.lock) {
            return streamOf(table).shards().size();
        }
    }

    /** A shard of a table's stream. */
    public ShardState shard(String table, String id) {
        synchronized (state.lock) {
            return stateOf(existing(streamOf(table), id));
        }
    }

    private static ShardState stateOf(ShardLog shard) {
        return new ShardState(shard.id(), shard.parent(), shard.isClosed(), shard.size());
    }

    /** All records of a shard so far, oldest first. */
    public List<Record> records(String table, String shard) {
        return records(table, shard, 0, Integer.MAX_VALUE);
    }

    /** At most {@code most} records of a shard from a position, counted from 0. */
    public List<Record> records(String table, String shard, int from, int most) {
        synchronized (state.lock) {
            ShardLog log = existing(streamOf(table), shard);
            int to = (int) Math.min(log.size(), (long) from + most);
            List<Record> records = new ArrayList<>();
            for (int i = from; i < to; i++) {
                records.add(log.record(i));
            }
            return records;
        }
    }

    /** Closes a shard, so that two children continue it. */
    public void split(String table, String shard) {
        synchronized (state.lock) {
            StreamLog stream = streamOf(table);
            stream.split(existing(stream, shard));
        }
    }

    @Override
    public ListStreamsResponse listStreams(ListStreamsRequest request) {
        synchronized (state.lock) {
            List<Stream> streams = new ArrayList<>();
            for (ModelTable table : state.tables.values()) {
                StreamLog stream = table.stream();
                boolean wanted =
                        request.tableName() == null || request.tableName().equals(table.name());
                if (stream != null && wanted) {
                    streams.add(Stream.builder()
                            .streamArn(stream.arn())
                            .streamLabel(stream.label())
                            .tableName(table.name())
                            .build());
                }
            }
            int from = 0;
            for (int i = 0; i < streams.size(); i++) {
                if (streams.get(i).streamArn().equals(request.exclusiveStartStreamArn())) {
                    from = i + 1;
                }
            }
            int limit = request.limit() == null ? MOST_SHARDS : request.limit();
            int to = Math.min(streams.size(), from + limit);
            ListStreamsResponse.Builder response = ListStreamsResponse.builder().streams(streams.subList(from, to));
            return (to < streams.size()
                            ? response.lastEvaluatedStreamArn(
                                    streams.get(to - 1).streamArn())
                            : response)
                    .build();
        }
    }

    @Override
    public DescribeStreamResponse describeStream(DescribeStreamRequest request) {
        synchronized (state.lock) {
            StreamLog stream = streamByArn(request.streamArn());
            List<ShardLog> all = stream.shards();
            int from = 0;
            for (int i = 0; i < all.size(); i++) {
                if (all.get(i).id().equals(request.exclusiveStartShardId())) {
                    from = i + 1;
                }
            }
            int limit = request.limit() == null ? MOST_SHARDS : request.limit();
            int to = Math.min(all.size(), from + limit);
            ModelTable table = state.table(stream.table());
            StreamDescription.Builder description = StreamDescription.builder()
                    .streamArn(stream.arn())
                    .streamLabel(stream.label())
                    .streamStatus(StreamStatus.ENABLED)
                    .streamViewType(stream.view())
                    .tableName(stream.table())
                    .keySchema(table.definition().keySchema())
                    .creationRequestDateTime(java.time.Instant.ofEpochMilli(table.createdMillis()))
                    .shards(all.subList(from, to).stream()
                            .map(ModelStreams::describe)
                            .toList());
            if (to < all.size()) {
                description.lastEvaluatedShardId(all.get(to - 1).id());
            }
            return DescribeStreamResponse.builder()
                    .streamDescription(description.build())
                    .build();
        }
    }

    @Override
    public GetShardIteratorResponse getShardIterator(GetShardIteratorRequest request) {
        synchronized (state.lock) {
            ShardLog shard = existing(streamByArn(request.streamArn()), request.shardId());
            int position =
                    switch (request.shardIteratorType()) {
                        case TRIM_HORIZON -> 0;
                        case LATEST -> shard.size();
                        case AT_SEQUENCE_NUMBER -> position(shard, request.sequenceNumber(), 0);
                        case AFTER_SEQUENCE_NUMBER -> position(shard, request.sequenceNumber(), 1);
                        case UNKNOWN_TO_SDK_VERSION -> throw DynamoErrors.invalid("Invalid ShardIteratorType");
                    };
            return GetShardIteratorResponse.builder()
                    .shardIterator(iterator(request.streamArn(), shard, position))
                    .build();
        }
    }

    @Override
    public GetRecordsResponse getRecords(GetRecordsRequest request) {
        int arnEnd = request.shardIterator().indexOf('|');
        int shardEnd = request.shardIterator().lastIndexOf('|');
        if (arnEnd < 0 || shardEnd == arnEnd) {
            throw DynamoErrors.invalid("Invalid ShardIterator");
        }
        String arn = request.shardIterator().substring(0, arnEnd);
        int position = Integer.parseInt(request.shardIterator().substring(shardEnd + 1));
        int limit = request.limit() == null ? MOST_RECORDS : request.limit();
        if (limit < 1 || limit > MOST_RECORDS) {
            throw DynamoErrors.invalid("1 validation error detected: Value '" + limit + "' at 'limit' failed to satisfy"
                    + " constraint: Member must have value between 1 and 1000");
        }
        synchronized (state.lock) {
            ShardLog shard = existing(streamByArn(arn), request.shardIterator().substring(arnEnd + 1, shardEnd));
            List<Record> records = new ArrayList<>();
            long sizeBytes = 0;
            while (records.size() < limit && sizeBytes < MOST_BYTES && position + records.size() < shard.size()) {
                Record record = shard.record(position + records.size());
                records.add(record);
                sizeBytes += record.dynamodb().sizeBytes();
            }
            int next = position + records.size();
            boolean atEnd = shard.isClosed() && next == shard.size();
            return GetRecordsResponse.builder()
                    .records(records)
                    .nextShardIterator(atEnd ? null : iterator(arn, shard, next))
                    .build();
        }
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {
        // Holds nothing.
    }

    private StreamLog streamOf(String table) {
        StreamLog stream = state.table(table).stream();
        if (stream == null) {
            throw ModelState.missing("Requested resource not found: " + table + " has no stream");
        }
        return stream;
    }

    private StreamLog streamByArn(@Nullable String arn) {
        for (ModelTable table : state.tables.values()) {
            if (table.stream() != null && table.stream().arn().equals(arn)) {
                return table.stream();
            }
        }
        throw ModelState.missing("Requested resource not found: Stream: " + arn + " not found");
    }

    private static ShardLog existing(StreamLog stream, String id) {
        @Nullable ShardLog shard = stream.shard(id);
        if (shard == null) {
            throw ModelState.missing("Requested resource not found: Shard does not exist");
        }
        return shard;
    }

    /** The position of the first record from a sequence number on. */
    private static int position(ShardLog shard, String sequenceNumber, int plus) {
        for (int i = 0; i < shard.size(); i++) {
            int order = shard.sequenceAt(i).compareTo(sequenceNumber);
            if (order >= 0) {
                return order == 0 ? i + plus : i;
            }
        }
        return shard.size();
    }

    private static String iterator(String arn, ShardLog shard, int position) {
        return arn + "|" + shard.id() + "|" + position;
    }

    private static Shard describe(ShardLog shard) {
        return Shard.builder()
                .shardId(shard.id())
                .parentShardId(shard.parent())
                .sequenceNumberRange(range ->
                        range.startingSequenceNumber(shard.startSequence()).endingSequenceNumber(shard.endSequence()))
                .build();
    }
}
