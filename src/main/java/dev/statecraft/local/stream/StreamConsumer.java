package dev.statecraft.local.stream;

import dev.statecraft.local.stream.StreamShards.Cursor;
import dev.statecraft.local.template.Template;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/** One event source mapping at work: a thread that reads a stream, cuts it into batches and has them delivered. */
final class StreamConsumer implements Runnable {

    private static final Logger LOG = Logger.getLogger(StreamConsumer.class);

    /** Lambda's limit for what one invocation is handed. */
    private static final long BATCH_LIMIT_BYTES = 6_000_000;

    private static final long LOOK_AFTER_NANOS = Duration.ofSeconds(1).toNanos();

    /** What was read from a shard and is not handled. */
    private static final class Buffer {
        final List<Record> records = new ArrayList<>();
        long since;
    }

    private final Template.StreamMapping mapping;
    private final StreamShards shards;
    private final StreamDelivery delivery;
    private final PumpGate gate;
    private final Duration poll;
    private final Map<String, Buffer> buffers = new HashMap<>();
    private final AtomicInteger pending = new AtomicInteger();
    private boolean complained;
    private long lookedAfter = System.nanoTime();

    StreamConsumer(
            Template.StreamMapping mapping,
            StreamShards shards,
            StreamDelivery delivery,
            PumpGate gate,
            Duration poll) {
        this.mapping = mapping;
        this.shards = shards;
        this.delivery = delivery;
        this.gate = gate;
        this.poll = poll;
    }

    /** How many records were read and are not handled. */
    int pending() {
        return pending.get();
    }

    @Override
    public void run() {
        while (gate.beginRound()) {
            boolean read = false;
            boolean quiet = false;
            try {
                quiet = true;
                for (Cursor shard : shards.readable()) {
                    Buffer buffer = buffers.computeIfAbsent(shard.shardId, id -> new Buffer());
                    boolean found = read(shard, buffer);
                    read |= found;
                    quiet &= !found && buffer.records.isEmpty() && !shard.atEnd();
                    if (!deliverDue(shard, buffer)) {
                        return;
                    }
                }
                if (quiet && isLookedAfter() && !shards.isCurrent()) {
                    quiet = false;
                    forget();
                }
                complained = false;
            } catch (ResourceNotFoundException e) {
                quiet = false;
                forget();
            } catch (SdkException e) {
                quiet = false;
                complain(e);
            }
            if (quiet) {
                gate.endQuietRound();
            }
            if (!read) {
                gate.idle(poll);
            }
        }
    }

    /** Whether it is time to see if the stream is still the table's: every second, or when someone needs to know. */
    private boolean isLookedAfter() {
        long now = System.nanoTime();
        if (!gate.isAwaited() && now - lookedAfter < LOOK_AFTER_NANOS) {
            return false;
        }
        lookedAfter = now;
        return true;
    }

    private void forget() {
        shards.forget();
        buffers.clear();
        pending.set(0);
    }

    private boolean read(Cursor shard, Buffer buffer) {
        if (buffer.records.size() >= mapping.batchSize()) {
            return true;
        }
        List<Record> records = shards.read(shard);
        if (buffer.records.isEmpty()) {
            buffer.since = System.nanoTime();
        }
        buffer.records.addAll(records);
        pending.addAndGet(records.size());
        return !records.isEmpty();
    }

    /** Delivers full batches, and what is left when its window is over. False means stop. */
    private boolean deliverDue(Cursor shard, Buffer buffer) {
        while (buffer.records.size() >= mapping.batchSize()
                || (!buffer.records.isEmpty() && (shard.atEnd() || windowIsOver(buffer)))) {
            List<Record> batch = List.copyOf(buffer.records.subList(0, cut(buffer.records)));
            if (!delivery.deliver(shards.arn(), shard.shardId, batch)) {
                return false;
            }
            buffer.records.subList(0, batch.size()).clear();
            pending.addAndGet(-batch.size());
        }
        if (shard.atEnd() && buffer.records.isEmpty()) {
            shard.finish();
            buffers.remove(shard.shardId);
        }
        return true;
    }

    private boolean windowIsOver(Buffer buffer) {
        return System.nanoTime() - buffer.since >= mapping.batchingWindow().toNanos();
    }

    private int cut(List<Record> records) {
        int most = Math.min(records.size(), mapping.batchSize());
        long sizeBytes = 0;
        for (int i = 0; i < most; i++) {
            sizeBytes += records.get(i).dynamodb().sizeBytes();
            if (i > 0 && sizeBytes > BATCH_LIMIT_BYTES) {
                return i;
            }
        }
        return most;
    }

    /** Once for every time it breaks, and not at every poll. */
    private void complain(SdkException e) {
        if (!complained) {
            LOG.warnf("Stream cannot be read, will go on trying: table=%s cause=%s", mapping.table(), e);
            complained = true;
        }
    }
}
