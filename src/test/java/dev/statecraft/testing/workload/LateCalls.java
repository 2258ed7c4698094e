package dev.statecraft.testing.workload;

import dev.statecraft.testing.simulation.Simulation;
import java.time.Duration;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * Sends some calls seconds late, because the process did not run for a while: longer than the leases of a run, and longer
 * than any call whose answer is only slow.
 */
final class LateCalls implements ExecutionInterceptor {

    private static final double LATE = 0.003;
    private static final int MOST_LATE_MILLIS = 8_000;

    private final Simulation simulation;

    LateCalls(Simulation simulation) {
        this.simulation = simulation;
    }

    @Override
    public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
        boolean disturbed = !simulation.isCalm() && simulation.chances().fault() > 0;
        if (disturbed && simulation.random().nextDouble() < LATE) {
            simulation.coverage().count("call sent late");
            simulation.pause(Duration.ofMillis(simulation.random().nextInt(MOST_LATE_MILLIS)));
        }
    }
}
