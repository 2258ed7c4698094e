package dev.statecraft.testing.fault;

import dev.statecraft.runtime.Ticker;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Durations of AWS operations as a client in the same region sees them: log-normal, from a median and a 99th percentile.
 * Draws are synchronized and depend only on the seed and the order of the calls.
 */
public final class LatencyProfile {

    /** The 99th percentile of the standard normal distribution. */
    private static final double NORMAL_P99 = 2.3263478740408408;

    /** The items of a transaction are prepared in parallel; each adds its share of the coordinator's work. */
    private static final double MILLIS_PER_TRANSACTION_ITEM = 0.15;

    private record Quantiles(double p50Millis, double p99Millis) {}

    /**
     * Published measurements in one region. No measurement is known of BatchWriteItem, which ends with its slowest put, and
     * of TransactGetItems, which reads each item twice: their figures are estimates.
     */
    private static final Map<AwsOperation, Quantiles> AWS = new EnumMap<>(Map.ofEntries(
            Map.entry(AwsOperation.GET_ITEM, new Quantiles(4, 10)),
            Map.entry(AwsOperation.QUERY, new Quantiles(5, 12)),
            Map.entry(AwsOperation.SCAN, new Quantiles(5, 12)),
            Map.entry(AwsOperation.BATCH_GET, new Quantiles(6, 14)),
            Map.entry(AwsOperation.TRANSACT_GET, new Quantiles(10, 30)),
            Map.entry(AwsOperation.PUT_ITEM, new Quantiles(8, 16)),
            Map.entry(AwsOperation.UPDATE_ITEM, new Quantiles(8, 16)),
            Map.entry(AwsOperation.DELETE_ITEM, new Quantiles(8, 16)),
            Map.entry(AwsOperation.BATCH_WRITE, new Quantiles(12, 24)),
            Map.entry(AwsOperation.TRANSACT_WRITE, new Quantiles(25, 92)),
            Map.entry(AwsOperation.POST_TO_CONNECTION, new Quantiles(15, 40)),
            Map.entry(AwsOperation.STREAM_DELIVERY, new Quantiles(213, 552))));

    private final Map<AwsOperation, Quantiles> quantiles;
    private final RandomGenerator random;

    private LatencyProfile(Map<AwsOperation, Quantiles> quantiles, RandomGenerator random) {
        this.quantiles = quantiles;
        this.random = random;
    }

    /** No latency beyond that of the database. */
    public static LatencyProfile none() {
        return new LatencyProfile(Map.of(), RandomGenerator.getDefault());
    }

    /** The latencies of AWS. */
    public static LatencyProfile aws(RandomGenerator random) {
        return new LatencyProfile(AWS, random);
    }

    /** The profile with a name, {@code none} or {@code aws}. */
    public static LatencyProfile named(String name, RandomGenerator random) {
        return switch (name) {
            case "none" -> none();
            case "aws" -> aws(random);
            default -> throw new IllegalArgumentException("no latency profile " + name);
        };
    }

    /** Draws the duration of a call that names a number of items; 0 for an operation without latency. */
    public long nanos(AwsOperation operation, int items) {
        Quantiles of = quantiles.get(operation);
        if (of == null) {
            return 0;
        }
        double deviations;
        synchronized (random) {
            deviations = random.nextGaussian();
        }
        double sigma = Math.log(of.p99Millis() / of.p50Millis()) / NORMAL_P99;
        double millis = of.p50Millis() * Math.exp(sigma * deviations);
        if (operation.isTransaction()) {
            millis += MILLIS_PER_TRANSACTION_ITEM * items;
        }
        return Math.round(millis * TimeUnit.MILLISECONDS.toNanos(1));
    }

    /** Pauses for the drawn duration of an operation that does not pass through an interceptor. */
    public void sleep(AwsOperation operation, Ticker ticker) {
        sleepUntil(ticker.nanos() + nanos(operation, 1), ticker);
    }

    /** Pauses until a time of the ticker, unless the thread is interrupted. */
    public static void sleepUntil(long nanos, Ticker ticker) {
        long left = nanos - ticker.nanos();
        while (left > 0 && !Thread.currentThread().isInterrupted()) {
            ticker.sleep(left);
            left = nanos - ticker.nanos();
        }
    }
}
