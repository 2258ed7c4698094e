package dev.statecraft.testing.simulation;

import dev.statecraft.runtime.Ticker;
import dev.statecraft.testing.Machine;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Random;

/**
 * Machines without faults whose pauses, locks and pools are those of a {@link Scheduler}: a benchmark sees only the
 * durations that it asks for, and the same seed gives the same numbers on every computer.
 */
public final class VirtualTime implements AutoCloseable {

    private final Scheduler scheduler;
    private final long seed;
    private int machines;

    /** Time that has not begun. */
    public VirtualTime(long seed) {
        this.seed = seed;
        scheduler = new Scheduler(seed, false);
    }

    /** Elapsed time. Pauses only the tasks of {@link #run} and of the pools of its machines. */
    public Ticker ticker() {
        return new Ticker() {
            @Override
            public long nanos() {
                return scheduler.now();
            }

            @Override
            public void sleep(long nanos) {
                scheduler.sleep(nanos);
            }
        };
    }

    /** The time of day. */
    public Clock clock() {
        return new Clock() {
            @Override
            public Instant instant() {
                return Simulation.START.plusNanos(scheduler.now());
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        };
    }

    /** A new machine, with its own chance. */
    public Machine machine() {
        Object process = new Object();
        machines++;
        return new Machine(clock(), ticker(), new Random(seed + machines), new SimulatedThreads(scheduler, process));
    }

    /** Runs a body as the first task and returns when it has returned. */
    public void run(Runnable body) {
        scheduler.start("benchmark", body);
        scheduler.run();
    }

    @Override
    public void close() {
        scheduler.close();
    }
}
