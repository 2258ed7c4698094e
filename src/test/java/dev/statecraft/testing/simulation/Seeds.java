package dev.statecraft.testing.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Runs a workload with many seeds. A seed that fails is run again with a trace; the message of the failure names the
 * command that repeats it.
 */
public final class Seeds {

    private static final Path TRACES = Path.of("target", "simulation");
    private static final int SHOWN_LINES = 40;
    private static final Logger APPLICATION = Logger.getLogger("dev.statecraft");

    private final String name;
    private final Function<Simulation, Workload> workload;
    private final Coverage coverage = new Coverage();
    private long seeds;
    private long steps;
    private long nanos;

    /**
     * Seeds of a workload.
     *
     * @param name of the test method that runs it
     */
    public Seeds(String name, Function<Simulation, Workload> workload) {
        this.name = name;
        this.workload = workload;
    }

    /** Runs {@code count} seeds from {@code first} on, each on one of as many threads as there are processors. */
    public void run(long first, long count) {
        // Thousands of injected faults are logged with their stacks otherwise; a trace says more.
        Level before = APPLICATION.getLevel();
        APPLICATION.setLevel(Level.OFF);
        long started = System.nanoTime();
        try {
            runAll(first, count);
        } finally {
            APPLICATION.setLevel(before);
            nanos += System.nanoTime() - started;
        }
    }

    private void runAll(long first, long count) {
        int threads = (int) Math.min(count, Runtime.getRuntime().availableProcessors());
        AtomicLong next = new AtomicLong(first);
        AtomicBoolean failed = new AtomicBoolean();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> workers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                workers.add(pool.submit(() -> {
                    for (long seed = next.getAndIncrement();
                            seed < first + count && !failed.get();
                            seed = next.getAndIncrement()) {
                        try {
                            run(seed);
                        } catch (Throwable e) {
                            failed.set(true);
                            throw e;
                        }
                    }
                }));
            }
            for (Future<?> worker : workers) {
                worker.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            pool.shutdownNow();
        }
    }

    /**
     * Runs one seed.
     *
     * @throws AssertionError with the trace and the command that repeats the run
     */
    private void run(long seed) {
        try (Simulation simulation = simulation(seed, false)) {
            run(simulation);
            simulation.countFaults();
            synchronized (this) {
                steps += simulation.steps();
                coverage.add(simulation.coverage());
                seeds++;
            }
        } catch (AssertionError | RuntimeException e) {
            throw explained(seed, e);
        }
    }

    private static Simulation simulation(long seed, boolean tracing) {
        return new Simulation(seed, Chances.of(seed), tracing);
    }

    private void run(Simulation simulation) {
        Workload run = workload.apply(simulation);
        simulation.caller("prepare", run::prepare);
        simulation.run();
        simulation.disturb();
        simulation.caller("start", run::start);
        simulation.run();
        simulation.calm();
        // Requests that their callers gave up on end, too.
        simulation.caller("idle", () -> simulation.until(simulation::isIdle));
        simulation.run();
        simulation.caller("settle", run::settle);
        simulation.run();
        // Replicas and indexes catch up.
        simulation.caller("rest", () -> simulation.pause(Duration.ofSeconds(10)));
        simulation.run();
        simulation.caller("check", run::check);
        simulation.run();
    }

    private AssertionError explained(long seed, Throwable first) {
        List<String> trace;
        @Nullable String again = null;
        try (Simulation simulation = simulation(seed, true)) {
            try {
                run(simulation);
            } catch (AssertionError | RuntimeException e) {
                again = String.valueOf(e.getMessage());
            }
            trace = simulation.traced();
        }
        Path file = TRACES.resolve(name + "-" + seed + ".txt");
        try {
            Files.createDirectories(TRACES);
            Files.write(file, trace);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String repeated = Objects.equals(again, String.valueOf(first.getMessage()))
                ? ""
                : "\nThe second run of this seed ended otherwise: " + again;
        return new AssertionError(
                "Seed %d of %s: %s%s%nRepeat: ./mvnw test '-Dtest=SimulationTest#%s' -Dseed=%d%nTrace: %s%n%s"
                        .formatted(
                                seed,
                                name,
                                first.getMessage(),
                                repeated,
                                name,
                                seed,
                                file,
                                String.join(
                                        "\n", trace.subList(Math.max(0, trace.size() - SHOWN_LINES), trace.size()))),
                first);
    }

    /** What happened in all runs. */
    public Coverage coverage() {
        return coverage;
    }

    /** Number of runs that passed. */
    public long count() {
        return seeds;
    }

    /** Real seconds that the runs took. */
    public double seconds() {
        return nanos / 1e9;
    }

    @Override
    public String toString() {
        return "%s: %,d seeds in %.1f s, %.1f a second, %,d steps each"
                .formatted(name, seeds, seconds(), seeds / Math.max(1e-9, seconds()), steps / Math.max(1, seeds));
    }
}
