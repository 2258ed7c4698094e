package dev.statecraft.testing;

import dev.statecraft.runtime.Ticker;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.dynamo.ModelDatabase;
import dev.statecraft.testing.dynamo.ModelSettings;
import dev.statecraft.testing.fault.FaultyDynamo;
import dev.statecraft.testing.fault.LatencyProfile;
import dev.statecraft.testing.simulation.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * Instances on the same tables in virtual time, at the latencies of AWS; transactions in flight conflict with other writes.
 * Each instance has a network of its own, which fails on request.
 */
public final class ConcurrentInstances implements AutoCloseable {

    private static final Duration IN_FLIGHT = Duration.ofMillis(5);

    public final VirtualTime time;
    public final ModelDatabase database;
    public final TableNames tables;
    private final long seed;
    private int networks;

    public ConcurrentInstances(long seed) {
        this.seed = seed;
        time = new VirtualTime(seed);
        Ticker ticker = time.ticker();
        database = new ModelDatabase(ModelSettings.likeLocal(time.clock(), ticker, new Random(seed))
                .withInterleaving(step -> ticker.sleep(IN_FLIGHT.toNanos()), false));
        tables = database.freshTables();
    }

    /** The result of a call; exactly one of both is present. {@code failure} is the end of the instance or an exception. */
    public record Answer<T>(Optional<T> result, @Nullable Throwable failure) {

        /** The result of a call that must not fail. */
        public T orFail() {
            return result.orElseThrow(() -> new AssertionError(failure));
        }
    }

    /** The network of another instance. */
    public FaultyDynamo network() {
        networks++;
        Random random = new Random(seed * 1_000 + networks);
        return new FaultyDynamo(time.ticker(), random).latency(LatencyProfile.aws(random));
    }

    /** A client on a network. */
    public DynamoDbClient client(FaultyDynamo network) {
        return database.client(List.of(network));
    }

    /** Runs a call alone. */
    public <T> T alone(Callable<T> call) {
        return run(List.of(call)).get(0).orFail();
    }

    /** Runs calls at once, each on a thread of its own, and returns their answers in order. */
    public <T> List<Answer<T>> run(List<Callable<T>> calls) {
        List<Answer<T>> answers = new ArrayList<>();
        time.run(() -> {
            ExecutorService pool = time.machine().threads().newPool(calls.size(), "caller");
            List<Future<Answer<T>>> futures = new ArrayList<>();
            for (Callable<T> call : calls) {
                futures.add(pool.submit(() -> answer(call)));
            }
            for (Future<Answer<T>> future : futures) {
                answers.add(result(future));
            }
        });
        return answers;
    }

    private static <T> Answer<T> answer(Callable<T> call) {
        try {
            return new Answer<>(Optional.of(call.call()), null);
        } catch (Exception | FaultyDynamo.Stopped e) {
            return new Answer<>(Optional.empty(), e);
        }
    }

    private static <T> T result(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        time.close();
    }
}
