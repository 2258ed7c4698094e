package dev.statecraft.local.stream;

import dev.statecraft.local.template.Template.StreamMapping;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jboss.logging.Logger;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * Plays Lambda's event source mappings: reads the real streams of the tables and hands the records to functions in
 * batches, with Lambda's rules for retries, partial failures, bisection and giving up ({@code StreamDelivery}). Records
 * of a shard are delivered in order, one batch at a time whatever the mapping's parallelization factor, from the oldest
 * the stream holds; where it is, it forgets when it stops, so a new pump delivers everything again.
 */
public final class StreamPump implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(StreamPump.class);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

    /** A mapping and the function that plays its part. */
    public record Source(StreamMapping mapping, LambdaFunction function) {}

    private record Running(StreamMapping mapping, PumpGate gate, StreamConsumer consumer, Thread thread) {}

    private final List<Running> all;
    private final List<DeadLetter> deadLetters = new CopyOnWriteArrayList<>();

    private StreamPump(
            DynamoDbClient dynamoDb, DynamoDbStreamsClient streams, String prefix, List<Source> sources, StreamPace pace) {
        all = sources.stream()
                .map(source -> running(dynamoDb, streams, prefix, source, pace))
                .toList();
    }

    /**
     * Starts one thread for every source.
     *
     * @param prefix what the names of the tables begin with
     */
    public static StreamPump start(
            DynamoDbClient dynamoDb, DynamoDbStreamsClient streams, String prefix, List<Source> sources, StreamPace pace) {
        StreamPump pump = new StreamPump(dynamoDb, streams, prefix, sources, pace);
        pump.all.forEach(running -> running.thread().start());
        return pump;
    }

    /** Stops delivering; returns when no function is being called. Must not be called by a function. */
    public void pause() {
        all.forEach(running -> running.gate().pause());
    }

    /** Goes on where {@link #pause()} stopped. */
    public void resume() {
        all.forEach(running -> running.gate().resume());
    }

    /**
     * Returns when every record of a change that was acknowledged before this call is handled or given up, and when
     * what the functions wrote to streams in doing so is handled too.
     *
     * @throws IllegalStateException if that takes longer than given, or the pump is paused or stopped
     */
    public void drain(Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        // A function may write to a table whose consumer was found quiet before: once more over all settles it.
        int passes = all.size() > 1 ? 2 : 1;
        try {
            for (int pass = 0; pass < passes; pass++) {
                for (Running running : all) {
                    if (!running.gate().awaitQuiet(deadline)) {
                        throw new IllegalStateException(
                                "The stream of " + running.mapping().table() + " is not drained after " + atMost
                                        + ", records pending: " + pending());
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while draining", e);
        }
    }

    /** How many records were read from the streams and are not handled yet. */
    public int pending() {
        return all.stream().mapToInt(running -> running.consumer().pending()).sum();
    }

    /** What was given up since the start, oldest first. */
    public List<DeadLetter> deadLetters() {
        return List.copyOf(deadLetters);
    }

    /** Stops after the calls that are under way, and interrupts those that take longer than ten seconds. */
    @Override
    public void close() {
        all.forEach(running -> running.gate().stop());
        for (Running running : all) {
            try {
                running.thread().join(STOP_LIMIT.toMillis());
                if (running.thread().isAlive()) {
                    LOG.warnf(
                            "Stream function does not end, interrupting it: function=%s",
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
                pace.poll());
        Thread thread = new Thread(consumer, "stream-" + mapping.handler());
        thread.setDaemon(true);
        return new Running(mapping, gate, consumer, thread);
    }
}
