package dev.statecraft.local.stream;

import dev.statecraft.local.stream.PumpGate.QuietRound;
import dev.statecraft.local.template.Template.StreamMapping;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * Replaces Lambda's event source mappings: reads the streams of the tables and delivers the records to functions in
 * batches, with Lambda's rules for retries, partial failures, bisection and dead letters ({@code StreamDelivery}).
 * Records of a shard are delivered in order, from the oldest one, one batch at a time regardless of the mapping's
 * parallelization factor. The pump does not store its position, so a new pump delivers all records again.
 */
public final class StreamPump implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(StreamPump.class);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

    /** An event source mapping and its function. */
    public record Source(StreamMapping mapping, LambdaFunction function) {}

    private record Running(StreamMapping mapping, PumpGate gate, StreamConsumer consumer, Thread thread) {}

    private final List<Running> all;
    private final AtomicLong batches = new AtomicLong();
    private final List<DeadLetter> deadLetters = new CopyOnWriteArrayList<>();

    private StreamPump(
            DynamoDbClient dynamoDb,
            DynamoDbStreamsClient streams,
            String prefix,
            List<Source> sources,
            StreamPace pace) {
        all = sources.stream()
                .map(source -> running(dynamoDb, streams, prefix, source, pace))
                .toList();
    }

    /**
     * Starts a pump with one thread per source.
     *
     * @param prefix prefix of all table names
     */
    public static StreamPump start(
            DynamoDbClient dynamoDb,
            DynamoDbStreamsClient streams,
            String prefix,
            List<Source> sources,
            StreamPace pace) {
        StreamPump pump = new StreamPump(dynamoDb, streams, prefix, sources, pace);
        pump.all.forEach(running -> running.thread().start());
        return pump;
    }

    /** After each batch: the function may have written records for other streams. */
    private void processed() {
        batches.incrementAndGet();
        wake();
    }

    /** Shortens the waits of all consumers to {@link StreamPace#poll}, because records may have been written. */
    public void wake() {
        all.forEach(running -> running.gate().wake());
    }

    /** Pauses the delivery and returns when no call is active. A function must not call it. */
    public void pause() {
        all.forEach(running -> running.gate().pause());
    }

    /** Continues after {@link #pause()}. */
    public void resume() {
        all.forEach(running -> running.gate().resume());
    }

    /**
     * Waits until the records of all changes before this call are processed or discarded, including the records that
     * the functions cause.
     *
     * @throws IllegalStateException if this takes longer than {@code atMost}, or the pump is paused or stopped
     */
    public void drain(Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        try {
            long before;
            do {
                before = batches.get();
                awaitQuiet(deadline, atMost);
                // A function may have written to a table whose consumer was already found quiet.
            } while (batches.get() > before);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while draining", e);
        }
    }

    /** Waits until each consumer had a round without work that started after this call. */
    private void awaitQuiet(long deadline, Duration atMost) throws InterruptedException {
        List<QuietRound> rounds =
                all.stream().map(running -> running.gate().requestQuiet()).toList();
        try {
            for (int i = 0; i < rounds.size(); i++) {
                if (!rounds.get(i).await(deadline)) {
                    throw new IllegalStateException(
                            "The stream of " + all.get(i).mapping().table() + " is not drained after " + atMost
                                    + ", records pending: " + pending());
                }
            }
        } finally {
            rounds.forEach(QuietRound::close);
        }
    }

    /** Number of records that were read and are not processed. */
    public int pending() {
        return all.stream().mapToInt(running -> running.consumer().pending()).sum();
    }

    /** Discarded records since the start, oldest first. */
    public List<DeadLetter> deadLetters() {
        return List.copyOf(deadLetters);
    }

    /** Stops after the active calls; interrupts calls that take longer than ten seconds. */
    @Override
    public void close() {
        all.forEach(running -> running.gate().stop());
        for (Running running : all) {
            try {
                running.thread().join(STOP_LIMIT.toMillis());
                if (running.thread().isAlive()) {
                    LOG.warnf(
                            "The stream function does not end and is interrupted: function=%s",
                            running.mapping().function());
                    running.thread().interrupt();
                }
            } catch (InterruptedException e) {
                running.thread().interrupt();
                Thread.currentThread().interrupt();
            }
        }
    }

    private Running running(
            DynamoDbClient dynamoDb, DynamoDbStreamsClient streams, String prefix, Source source, StreamPace pace) {
        StreamMapping mapping = source.mapping();
        PumpGate gate = new PumpGate();
        StreamConsumer consumer = new StreamConsumer(
                mapping,
                new StreamShards(dynamoDb, streams, prefix + mapping.table()),
                new StreamDelivery(mapping, source.function(), gate, pace, Clock.systemUTC(), deadLetters::add),
                gate,
                pace,
                this::processed);
        Thread thread = new Thread(consumer, "stream-" + mapping.handler());
        thread.setDaemon(true);
        return new Running(mapping, gate, consumer, thread);
    }
}
