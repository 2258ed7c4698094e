package dev.statecraft.testing.bench;

import dev.statecraft.local.LocalDynamoDb;
import dev.statecraft.local.Meter;
import dev.statecraft.replication.socket.Sockets;
import dev.statecraft.runtime.Ticker;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.dynamo.ModelDatabase;
import dev.statecraft.testing.dynamo.ModelSettings;
import dev.statecraft.testing.dynamo.storage.CapacitySum;
import dev.statecraft.testing.fault.AwsOperation;
import dev.statecraft.testing.fault.FaultyDynamo;
import dev.statecraft.testing.fault.LatencyProfile;
import dev.statecraft.testing.simulation.VirtualTime;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * The database, time and threads of a benchmark, and its measurements: time, throughput, requests and capacity of each
 * operation. A field of the test class registers it as an extension.
 */
public final class Bench implements InvocationInterceptor {

    /**
     * How long a transaction is between its two phases, in which other writes of its items conflict. An estimate: about one
     * round trip between nodes in different zones, and a write. It is part of the drawn duration of the transaction.
     */
    private static final Duration IN_FLIGHT = Duration.ofMillis(5);

    private static final long SEED = 20;

    private final Meter meter = new Meter();
    private final LatencyProfile latency = profile();
    private final @Nullable VirtualTime virtual;
    private final @Nullable ModelDatabase model;
    private final Machine machine;
    private final Ticker ticker;
    private CapacitySum taken = new CapacitySum(0, 0);
    private long startNanos;

    /** A benchmark with the latency that the system property names. */
    public Bench() {
        virtual = isAws() ? new VirtualTime(SEED) : null;
        machine = machine();
        ticker = machine.ticker();
        ModelSettings settings = ModelSettings.likeLocal(machine.clock(), ticker, new Random(SEED));
        model = isAws()
                ? new ModelDatabase(settings.withInterleaving(step -> ticker.sleep(IN_FLIGHT.toNanos()), false))
                : null;
    }

    /** The machine of another instance. */
    public Machine machine() {
        return virtual == null ? Machine.real() : virtual.machine();
    }

    /** Threads of clients. */
    public ExecutorService clients(int count) {
        return machine.threads().newPool(count, "client");
    }

    /** The elapsed time. */
    public long nanos() {
        return ticker.nanos();
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        if (virtual == null) {
            invocation.proceed();
            return;
        }
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        virtual.run(() -> {
            try {
                invocation.proceed();
            } catch (Throwable e) {
                failure.set(e);
            }
        });
        virtual.close();
        Throwable failed = failure.get();
        if (failed != null) {
            throw failed;
        }
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        interceptTestMethod(invocation, method, context);
    }

    /** Whether calls take as long as on AWS. */
    public static boolean isAws() {
        return name().equals("aws");
    }

    /** The profile that the system property names, with the seed of all benchmarks. */
    public static LatencyProfile profile() {
        return LatencyProfile.named(name(), new Random(SEED));
    }

    private static String name() {
        return System.getProperty("latency", "none");
    }

    /** A client with the latency, whose calls are measured. */
    public DynamoDbClient client() {
        return client(new FaultyDynamo(ticker, new Random(SEED)));
    }

    /** A client with the latency and faults, whose calls are measured. */
    public DynamoDbClient client(FaultyDynamo faults) {
        List<ExecutionInterceptor> interceptors = List.of(meter, faults.latency(latency));
        return model == null ? LocalDynamoDb.client(interceptors) : model.client(interceptors);
    }

    /** A client without latency, to prepare a benchmark. */
    public DynamoDbClient preparingClient() {
        if (model == null) {
            return LocalDynamoDb.patientClient();
        }
        // Lets the scheduler see that the preparation goes on.
        return model.client(List.of(new ExecutionInterceptor() {
            @Override
            public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
                ticker.sleep(0);
            }
        }));
    }

    /** The streams of the database. */
    public DynamoDbStreamsClient streams() {
        return model == null ? LocalDynamoDb.streams() : model.streams();
    }

    /** New tables until the end of the calling test. */
    public TableNames tables() {
        return model == null ? LocalDynamoDb.freshTables() : model.freshTables();
    }

    /** As {@link #tables()}, for many items; see {@link LocalDynamoDb#freshTablesToFill}. */
    public TableNames tablesToFill(boolean streams) {
        return model == null ? LocalDynamoDb.freshTablesToFill(streams) : model.freshTables();
    }

    /** Sockets whose frames take as long as API Gateway needs to accept them. */
    public Sockets delayed(Sockets sockets) {
        return delayed(sockets, latency, ticker);
    }

    static Sockets delayed(Sockets sockets, LatencyProfile latency, Ticker ticker) {
        return new Sockets() {
            @Override
            public Delivery send(String connectionId, String frame) {
                latency.sleep(AwsOperation.POST_TO_CONNECTION, ticker);
                return sockets.send(connectionId, frame);
            }

            @Override
            public void close(String connectionId, Closing closing) {
                sockets.close(connectionId, closing);
            }
        };
    }

    /** Pauses from a write to the call of the function that reads the stream. */
    public void streamDelivery() {
        latency.sleep(AwsOperation.STREAM_DELIVERY, ticker);
    }

    /** Starts a measurement. */
    public void start() {
        use();
        startNanos = nanos();
    }

    /** Measures an operation that one client repeats, and prints a row. */
    public void measure(String name, int times, IntConsumer operation) {
        long[] nanos = new long[times];
        start();
        for (int i = 0; i < times; i++) {
            long started = nanos();
            operation.accept(i);
            nanos[i] = nanos() - started;
        }
        report(name, nanos);
    }

    /** Prints the row of the operations since {@link #start()}, from their durations. */
    public void report(String name, long[] nanos) {
        report(name, nanos, nanos.length);
    }

    /** As {@link #report(String, long[])}, with throughput and capacity by another number of units of work. */
    public void report(String name, long[] nanos, int units) {
        double seconds = (nanos() - startNanos) / 1e9;
        Meter.Reading use = use();
        Arrays.sort(nanos);
        print(
                "  %-52s %7s/s p50 %7.1f ms p99 %7.1f ms %s",
                name,
                seconds > 0 ? String.format(Locale.ROOT, "%.1f", units / seconds) : "any",
                quantile(nanos, 0.5),
                quantile(nanos, 0.99),
                use.per(Math.max(1, units)));
    }

    /** Requests and capacity since the last call. */
    public Meter.Reading use() {
        Meter.Reading counted = meter.take();
        if (model == null) {
            return counted;
        }
        CapacitySum now = new CapacitySum(0, 0);
        for (CapacitySum table : model.model().consumed().values()) {
            now = new CapacitySum(now.readUnits() + table.readUnits(), now.writeUnits() + table.writeUnits());
        }
        CapacitySum before = taken;
        taken = now;
        return new Meter.Reading(
                counted.requests(), now.readUnits() - before.readUnits(), now.writeUnits() - before.writeUnits());
    }

    /** Prints a line. */
    public static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }

    private static double quantile(long[] ascending, double part) {
        return ascending.length == 0 ? 0 : ascending[(int) (ascending.length * part)] / 1e6;
    }
}
