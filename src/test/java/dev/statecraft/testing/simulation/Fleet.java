package dev.statecraft.testing.simulation;

import dev.statecraft.testing.Machine;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * Instances of one function, each with its own services, caches and clock, over one database. A request goes to an
 * instance that is free, or to a new one; an instance that died is replaced by one that knows nothing.
 *
 * @param <S> the services of one instance
 */
public final class Fleet<S> {

    /** By how much the clock of an instance is ahead or behind at most. */
    public static final Duration MAX_SKEW = Duration.ofMillis(200);

    private final Simulation simulation;
    private final String name;
    private final int atOnce;
    private final BiFunction<Machine, DynamoDbClient, S> boot;
    private final List<Instance<S>> instances = new ArrayList<>();
    private int booted;

    /** A process with its services. */
    private static final class Instance<S> {
        private final String name;
        private @Nullable S services;
        private int busy;
        private boolean dead;

        Instance(String name) {
            this.name = name;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** One request that a task of an instance works on. */
    private static final class Call<R> {
        private @Nullable CallOutcome<R> outcome;
    }

    Fleet(Simulation simulation, String name, int atOnce, BiFunction<Machine, DynamoDbClient, S> boot) {
        this.simulation = simulation;
        this.name = name;
        this.atOnce = atOnce;
        this.boot = boot;
    }

    /**
     * Sends a request and waits for its answer.
     *
     * @param patience how long the caller waits; the request goes on without it
     */
    public <R> CallOutcome<R> call(String what, Duration patience, Function<S, R> request) {
        Scheduler scheduler = simulation.scheduler();
        Instance<S> instance = free();
        instance.busy++;
        Call<R> call = new Call<>();
        scheduler.start(instance + " " + what, instance, false, () -> {
            try {
                S services = instance.services == null ? boot(instance) : instance.services;
                call.outcome = new CallOutcome.Answered<>(request.apply(services));
            } catch (RuntimeException e) {
                scheduler.trace(() -> "failed: " + e);
                call.outcome = new CallOutcome.Failed<>(e);
            }
            instance.busy--;
        });
        scheduler.await(() -> call.outcome != null || instance.dead, patience.toNanos());
        CallOutcome<R> outcome = call.outcome;
        return outcome == null ? new CallOutcome.Lost<>() : outcome;
    }

    /** Sends a request that nobody waits for. */
    public void send(String what, Consumer<S> request) {
        simulation
                .scheduler()
                .start(
                        "sender of " + what,
                        null,
                        false,
                        () -> call(what, Duration.ofHours(1), services -> {
                            request.accept(services);
                            return true;
                        }));
    }

    /** Whether no instance works on a request. */
    boolean isIdle() {
        return instances.stream().allMatch(instance -> instance.busy == 0);
    }

    /** Ends one instance, if there is any: none of its threads goes on. */
    public void killOne() {
        if (!instances.isEmpty()) {
            kill(instances.get(simulation.random().nextInt(instances.size())));
        }
    }

    private void kill(Instance<S> instance) {
        simulation.coverage().count("instance died");
        instance.dead = true;
        instances.remove(instance);
        simulation.scheduler().kill(instance);
    }

    private Instance<S> free() {
        List<Instance<S>> free =
                instances.stream().filter(instance -> instance.busy < atOnce).toList();
        Random random = simulation.random();
        if (free.isEmpty() || random.nextInt(50) == 0) {
            Instance<S> started = new Instance<>(name + "-" + booted++);
            instances.add(started);
            return started;
        }
        return free.get(random.nextInt(free.size()));
    }

    private S boot(Instance<S> instance) {
        Scheduler scheduler = simulation.scheduler();
        Random random = simulation.random();
        Duration skew = Duration.ofMillis(random.nextLong(-MAX_SKEW.toMillis(), MAX_SKEW.toMillis()));
        Clock clock = Clock.offset(simulation.clock(), skew);
        Machine machine = new Machine(
                clock, simulation.ticker(), new Random(random.nextLong()), new SimulatedThreads(scheduler, instance));
        DynamoDbClient client = simulation.client(() -> kill(instance));
        S services = boot.apply(machine, client);
        instance.services = services;
        return services;
    }
}
