package dev.statecraft.testing.simulation;

import dev.statecraft.runtime.Ticker;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.dynamo.ModelDatabase;
import dev.statecraft.testing.dynamo.ModelSettings;
import dev.statecraft.testing.fault.FaultPlan;
import dev.statecraft.testing.fault.FaultyDynamo;
import dev.statecraft.testing.fault.LatencyProfile;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.ToIntBiFunction;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.Record;

/** One run: a database, instances, callers, streams and schedules in virtual time, all decided by one seed. */
public final class Simulation implements AutoCloseable {

    private static final int MAX_BATCH = 100;

    /** Where virtual time begins. */
    public static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    private final Scheduler scheduler;
    private final Chances chances;
    private final Coverage coverage = new Coverage();
    private final Clock clock = new VirtualClock();
    private final Ticker ticker = new VirtualTicker();
    private final ModelDatabase database;
    private final List<FaultyDynamo> faults = new ArrayList<>();
    private final List<Fleet<?>> fleets = new ArrayList<>();
    private final LatencyProfile latency;
    private final Duration replicaLag;
    private boolean calm = true;

    /** A run that has not begun. */
    public Simulation(long seed, Chances chances, boolean tracing) {
        this.scheduler = new Scheduler(seed, tracing);
        this.chances = chances;
        this.latency = LatencyProfile.aws(scheduler.random());
        ModelSettings settings = settings();
        this.replicaLag = settings.replicaLag();
        this.database = new ModelDatabase(settings);
    }

    private ModelSettings settings() {
        Random random = scheduler.random();
        return ModelSettings.likeLocal(clock, ticker, random)
                .withInterleaving(this::betweenSteps, random.nextBoolean())
                .withLag(Duration.ofMillis(random.nextInt(1_500)), Duration.ofMillis(random.nextInt(1_500)))
                .withShards(1 + random.nextInt(2), random.nextBoolean() ? 0 : 3 + random.nextInt(20))
                .withExpiryDelay(Duration.ofHours(random.nextInt(48)))
                .withShuffledBatches();
    }

    /** A transaction takes time, in which others meet it. */
    private void betweenSteps(String what) {
        scheduler.sleep(scheduler.random().nextInt(3_000_000));
    }

    /** Virtual time of day, of a machine whose clock is right. */
    public Clock clock() {
        return clock;
    }

    /** Virtual time that passes, and pauses in it. */
    public Ticker ticker() {
        return ticker;
    }

    /** The database, without a network before it. */
    public ModelDatabase database() {
        return database;
    }

    /** The longest time until an eventually consistent read sees a write. */
    public Duration replicaLag() {
        return replicaLag;
    }

    /** The chance that decides this run. */
    public Random random() {
        return scheduler.random();
    }

    /** What happened how often. */
    public Coverage coverage() {
        return coverage;
    }

    /** Adds the faults of the database to the coverage, once at the end of the run. */
    void countFaults() {
        faults.forEach(faulty -> faulty.fired().forEach((kind, count) -> coverage.add(kind.name(), count)));
    }

    /** How likely faults are while the run is not calm. */
    public Chances chances() {
        return chances;
    }

    Scheduler scheduler() {
        return scheduler;
    }

    /** Whether faults have ended. */
    public boolean isCalm() {
        return calm;
    }

    /** Begins the faults. */
    void disturb() {
        calm = false;
        faults.forEach(faulty -> faulty.plan(FaultPlan.each(chances.fault())));
    }

    /** Ends all faults: what is under way now must come to its end. */
    void calm() {
        calm = true;
        faults.forEach(FaultyDynamo::heal);
    }

    /** Whether no instance works on a request. */
    public boolean isIdle() {
        return fleets.stream().allMatch(Fleet::isIdle);
    }

    /** A note in the trace. */
    public void trace(String what) {
        scheduler.trace(() -> what);
    }

    /**
     * Instances of one function.
     *
     * @param atOnce how many requests one instance serves at a time: 1 in Lambda
     */
    public <S> Fleet<S> fleet(String name, int atOnce, BiFunction<Machine, DynamoDbClient, S> boot) {
        Fleet<S> fleet = new Fleet<>(this, name, atOnce, boot);
        fleets.add(fleet);
        return fleet;
    }

    /** Adds a caller; {@link #run} lasts until its body returns. */
    public void caller(String name, Runnable body) {
        scheduler.start(name, body);
    }

    /** Adds a task that never needs to end, such as a stream or a schedule. */
    public void background(String name, Runnable body) {
        scheduler.start(name, null, false, body);
    }

    /** Pauses the calling task. */
    public void pause(Duration time) {
        scheduler.sleep(time.toNanos());
    }

    /**
     * The stream of a table and the function that consumes it.
     *
     * @param function consumes records and returns how many of them, from the first on, it has processed
     */
    public <S> SimulatedStream<S> stream(String table, Fleet<S> fleet, ToIntBiFunction<S, List<Record>> function) {
        return new SimulatedStream<>(this, database.streams(), table, MAX_BATCH, fleet, function);
    }

    /** Services whose requests reach the database at once and without faults, to look at the result of a run. */
    public <S> S observer(BiFunction<Machine, DynamoDbClient, S> boot) {
        Machine machine = new Machine(clock, ticker, new Random(0), new SimulatedThreads(scheduler, "observer"));
        return boot.apply(machine, database.client());
    }

    /** The calling task waits until a condition holds, at most a virtual day. */
    public void until(BooleanSupplier condition) {
        if (!scheduler.await(condition, Duration.ofDays(1).toNanos())) {
            throw new AssertionError("the simulation does not come to rest");
        }
    }

    /** Runs all callers to their end. */
    public void run() {
        scheduler.run();
    }

    /** The last lines of the trace. */
    public List<String> traced() {
        return scheduler.traced();
    }

    /** Number of times a task gave way. */
    public long steps() {
        return scheduler.steps();
    }

    DynamoDbClient client(Runnable death) {
        FaultyDynamo faulty = new FaultyDynamo(ticker, random()).latency(latency);
        faults.add(faulty);
        if (!calm) {
            faulty.plan(FaultPlan.each(chances.fault()));
        }
        return database.client(List.of(faulty, new SimulatedNetwork(this, death)));
    }

    @Override
    public void close() {
        scheduler.close();
    }

    private final class VirtualClock extends Clock {

        @Override
        public Instant instant() {
            return START.plusNanos(scheduler.now());
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private final class VirtualTicker implements Ticker {

        @Override
        public long nanos() {
            return scheduler.now();
        }

        @Override
        public void sleep(long nanos) {
            scheduler.sleep(nanos);
        }
    }
}
