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

/** The thread of one event source mapping: reads a stream, splits it into batches and delivers them. */
final class StreamConsumer implements Runnable {

    private static final Logger LOG = Logger.getLogger(StreamConsumer.class);

    /** Lambda's payload limit of one invocation. */
    private static final long BATCH_LIMIT_BYTES = 6_000_000;

    private static final long STREAM_CHECK_NANOS = Duration.ofSeconds(1).toNanos();

    /** Unprocessed records of a shard. */
    private static final class Buffer {
        final List<Record> records = new ArrayList<>();
        long since;
    }

    private final Template.StreamMapping mapping;
    private final StreamShards shards;
    private final StreamDelivery delivery;
    private final PumpGate gate;
    private final StreamPace pace;
    private final Runnable processed;
    private final Map<String, Buffer> buffers = new HashMap<>();
    private final AtomicInteger pending = new AtomicInteger();
    private boolean failureLogged;
    private long streamCheckedAt = System.nanoTime();

    /** @param processed called after each batch: the function may have written records for other streams */
    StreamConsumer(
            Template.StreamMapping mapping,
            StreamShards shards,
            StreamDelivery delivery,
            PumpGate gate,
            StreamPace pace,
            Runnable processed) {
        this.mapping = mapping;
        this.shards = shards;
        this.delivery = delivery;
        this.gate = gate;
        this.pace = pace;
        this.processed = processed;
    }

    /** Number of records that were read and are not processed. */
    int pending() {
        return pending.get();
    }

    @Override
    public void run() {
        Duration wait = pace.poll();
        while (gate.startRound()) {
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
                if (quiet && isStreamCheckDue() && !shards.isCurrent()) {
                    quiet = false;
                    reset();
                }
                failureLogged = false;
            } catch (ResourceNotFoundException e) {
                quiet = false;
                reset();
            } catch (SdkException e) {
                quiet = false;
                logFailure(e);
            }
            if (quiet) {
                gate.endQuietRound();
                wait = gate.idle(pace.poll(), wait) ? pace.poll() : pace.longer(wait);
            } else {
                wait = pace.poll();
                if (!read) {
                    gate.idle(wait, wait);
                }
            }
        }
    }

    /**
     * Whether to check that the stream still belongs to the table: every second, or if a caller waits for a quiet
     * round.
     */
    private boolean isStreamCheckDue() {
        long now = System.nanoTime();
        if (!gate.isAwaited() && now - streamCheckedAt < STREAM_CHECK_NANOS) {
            return false;
        }
        streamCheckedAt = now;
        return true;
    }

    private void reset() {
        shards.reset();
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

    /**
     * Delivers full batches, and the remaining records when the batching window is over. Returns false if the thread
     * must stop.
     */
    private boolean deliverDue(Cursor shard, Buffer buffer) {
        while (buffer.records.size() >= mapping.batchSize()
                || (!buffer.records.isEmpty() && (shard.atEnd() || isWindowOver(buffer)))) {
            List<Record> batch = List.copyOf(buffer.records.subList(0, batchSize(buffer.records)));
            if (!delivery.deliver(shards.arn(), shard.shardId, batch)) {
                return false;
            }
            processed.run();
            buffer.records.subList(0, batch.size()).clear();
            pending.addAndGet(-batch.size());
        }
        if (shard.atEnd() && buffer.records.isEmpty()) {
            shard.finish();
            buffers.remove(shard.shardId);
        }
        return true;
    }

    private boolean isWindowOver(Buffer buffer) {
        return System.nanoTime() - buffer.since >= mapping.batchingWindow().toNanos();
    }

    private int batchSize(List<Record> records) {
        int limit = Math.min(records.size(), mapping.batchSize());
        long sizeBytes = 0;
        for (int i = 0; i < limit; i++) {
            sizeBytes += records.get(i).dynamodb().sizeBytes();
            if (i > 0 && sizeBytes > BATCH_LIMIT_BYTES) {
                return i;
            }
        }
        return limit;
    }

    /** Logs the first of several consecutive failures. */
    private void logFailure(SdkException e) {
        if (!failureLogged) {
            LOG.warnf("The stream cannot be read and is retried: table=%s cause=%s", mapping.table(), e);
            failureLogged = true;
        }
    }
}
