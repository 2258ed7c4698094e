package dev.statecraft.testing.dynamo.storage;

import dev.statecraft.testing.dynamo.expression.ItemSize;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Identity;
import software.amazon.awssdk.services.dynamodb.model.OperationType;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.StreamRecord;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/** The stream of a table. Guarded by the lock of {@link ModelState}. */
public final class StreamLog {

    private static final Identity EXPIRY = Identity.builder()
            .type("Service")
            .principalId("dynamodb.amazonaws.com")
            .build();
    private static final int SEQUENCE_DIGITS = 21;
    private static final long ALL_HASHES = 1L << Integer.SIZE;

    /** A part of the stream: the changes of the partition keys with some hashes, until it is split. */
    public static final class ShardLog {
        private final String id;
        private final @Nullable String parent;
        private final long fromHash;
        private final long toHash;
        private final List<Change> changes = new ArrayList<>();
        private final long startSequence;
        private boolean closed;

        private ShardLog(String id, @Nullable String parent, long fromHash, long toHash, long startSequence) {
            this.id = id;
            this.parent = parent;
            this.fromHash = fromHash;
            this.toHash = toHash;
            this.startSequence = startSequence;
        }

        public String id() {
            return id;
        }

        public @Nullable String parent() {
            return parent;
        }

        public boolean isClosed() {
            return closed;
        }

        /** The number of records. */
        public int size() {
            return changes.size();
        }

        /** The record at a position, counted from 0. */
        public Record record(int position) {
            return changes.get(position).record();
        }

        /** The sequence number of the record at a position. */
        public String sequenceAt(int position) {
            return sequenceNumber(changes.get(position).sequence);
        }

        public String startSequence() {
            return sequenceNumber(startSequence);
        }

        /** The last sequence number of a closed shard; null for an open one. */
        public @Nullable String endSequence() {
            if (!closed) {
                return null;
            }
            return sequenceNumber(changes.isEmpty() ? startSequence : changes.get(changes.size() - 1).sequence);
        }
    }

    /** A change of an item. Most records are never read, so they are built when they are. */
    private final class Change {
        private final PlannedWrite write;
        private final long sequence;
        private final long nowMillis;
        private final boolean expired;
        private @Nullable Record record;

        Change(PlannedWrite write, long sequence, long nowMillis, boolean expired) {
            this.write = write;
            this.sequence = sequence;
            this.nowMillis = nowMillis;
            this.expired = expired;
        }

        Record record() {
            if (record == null) {
                record = build();
            }
            return record;
        }

        private Record build() {
            StoredItem before = write.before();
            StoredItem after = write.after();
            StoredItem either = after == null ? before : after;
            if (either == null) {
                throw new IllegalStateException("A change without items");
            }
            Map<String, AttributeValue> keys = write.table().key().keyOf(either.attributes());
            StreamRecord.Builder change = StreamRecord.builder()
                    .keys(keys)
                    .sequenceNumber(sequenceNumber(sequence))
                    .approximateCreationDateTime(Instant.ofEpochSecond(Math.floorDiv(nowMillis, 1000L)))
                    .streamViewType(view);
            long sizeBytes = ItemSize.of(keys);
            boolean images = view == StreamViewType.NEW_AND_OLD_IMAGES;
            if (after != null && (images || view == StreamViewType.NEW_IMAGE)) {
                change.newImage(after.attributes());
                sizeBytes += after.sizeBytes();
            }
            if (before != null && (images || view == StreamViewType.OLD_IMAGE)) {
                change.oldImage(before.attributes());
                sizeBytes += before.sizeBytes();
            }
            Record.Builder record = Record.builder()
                    .eventID(label + "-" + sequence)
                    .eventName(
                            before == null
                                    ? OperationType.INSERT
                                    : after == null ? OperationType.REMOVE : OperationType.MODIFY)
                    .eventVersion("1.1")
                    .eventSource("aws:dynamodb")
                    .awsRegion("ddblocal")
                    .dynamodb(change.sizeBytes(sizeBytes).build());
            return (expired ? record.userIdentity(EXPIRY) : record).build();
        }
    }

    private final String table;
    private final String arn;
    private final String label;
    private final StreamViewType view;
    private final int splitAfter;
    private final long createdMillis;
    private final List<ShardLog> shards = new ArrayList<>();
    private final Map<String, ShardLog> shardsById = new HashMap<>();
    private final List<ShardLog> open = new ArrayList<>();
    private long lastSequence;

    public StreamLog(
            String table,
            String arn,
            String label,
            StreamViewType view,
            int firstShards,
            int splitAfter,
            long createdMillis) {
        this.table = table;
        this.arn = arn;
        this.label = label;
        this.view = view;
        this.splitAfter = splitAfter;
        this.createdMillis = createdMillis;
        for (int i = 0; i < firstShards; i++) {
            open(null, ALL_HASHES * i / firstShards, ALL_HASHES * (i + 1) / firstShards);
        }
    }

    public String table() {
        return table;
    }

    public String arn() {
        return arn;
    }

    public String label() {
        return label;
    }

    public StreamViewType view() {
        return view;
    }

    /** All shards, oldest first. */
    public List<ShardLog> shards() {
        return shards;
    }

    public @Nullable ShardLog shard(String id) {
        return shardsById.get(id);
    }

    public void append(PlannedWrite write, long nowMillis, boolean expired) {
        ShardLog shard = shardOf(write.partition());
        if (splitAfter > 0 && shard.changes.size() >= splitAfter) {
            split(shard);
            shard = shardOf(write.partition());
        }
        shard.changes.add(new Change(write, ++lastSequence, nowMillis, expired));
    }

    /** Closes a shard; two new ones continue it. Does nothing to a closed shard. */
    public void split(ShardLog shard) {
        if (shard.closed) {
            return;
        }
        shard.closed = true;
        open.remove(shard);
        long middle = (shard.fromHash + shard.toHash) / 2;
        open(shard.id, shard.fromHash, middle);
        open(shard.id, middle, shard.toHash);
    }

    private void open(@Nullable String parent, long fromHash, long toHash) {
        String id = String.format("shardId-%020d-%08x", createdMillis, shards.size());
        ShardLog shard = new ShardLog(id, parent, fromHash, toHash, ++lastSequence);
        shards.add(shard);
        shardsById.put(id, shard);
        open.add(shard);
    }

    private ShardLog shardOf(PartitionId partition) {
        long hash = partition.hash() >>> Integer.SIZE;
        for (ShardLog shard : open) {
            if (hash >= shard.fromHash && hash < shard.toHash) {
                return shard;
            }
        }
        throw new IllegalStateException("No shard of " + table + " contains the hash " + hash);
    }

    private static String sequenceNumber(long sequence) {
        String digits = Long.toString(sequence);
        return "0".repeat(SEQUENCE_DIGITS - digits.length()) + digits;
    }
}
