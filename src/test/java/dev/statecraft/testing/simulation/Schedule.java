package dev.statecraft.testing.simulation;

import java.time.Duration;
import java.util.function.Consumer;

/** A scheduled function: it is late, and sometimes runs twice, or on two instances at a time, or not at all. */
public final class Schedule<S> {

    private final Simulation simulation;
    private final Fleet<S> fleet;
    private final Duration interval;
    private final Consumer<S> function;

    /** A schedule that has not begun. */
    public Schedule(Simulation simulation, Fleet<S> fleet, Duration interval, Consumer<S> function) {
        this.simulation = simulation;
        this.fleet = fleet;
        this.interval = interval;
        this.function = function;
    }

    /** Calls the function until the run ends. */
    public void start(String name) {
        simulation.background(name, () -> {
            while (true) {
                simulation.pause(interval.multipliedBy(50 + simulation.random().nextInt(100))
                        .dividedBy(100));
                if (!simulation.isCalm()) {
                    int chance = simulation.random().nextInt(10);
                    if (chance == 0) {
                        simulation.coverage().count("schedule missed");
                        continue;
                    } else if (chance == 1) {
                        simulation.coverage().count("schedule on two instances");
                        fleet.send(name, function);
                    } else if (chance == 2) {
                        simulation.coverage().count("schedule late");
                        simulation.pause(interval.multipliedBy(3));
                    }
                }
                fleet.call(name, Duration.ofMinutes(15), services -> {
                    function.accept(services);
                    return true;
                });
            }
        });
    }
}
