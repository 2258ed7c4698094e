package dev.statecraft.testing.simulation;

import java.util.Random;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * The way of one instance to the database: a request and its answer take time, others overtake them, and the instance
 * may die before the request is sent or before the answer arrives.
 */
final class SimulatedNetwork implements ExecutionInterceptor {

    private final Simulation simulation;
    private final Runnable death;

    SimulatedNetwork(Simulation simulation, Runnable death) {
        this.simulation = simulation;
        this.death = death;
    }

    @Override
    public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
        Scheduler scheduler = simulation.scheduler();
        scheduler.trace(() -> Calls.describe(context.request()));
        travel();
        mayDie();
        scheduler.shield();
    }

    @Override
    public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
        simulation.scheduler().unshield();
        travel();
        mayDie();
    }

    @Override
    public void onExecutionFailure(Context.FailedExecution context, ExecutionAttributes attributes) {
        Scheduler scheduler = simulation.scheduler();
        scheduler.trace(() -> context.exception().getClass().getSimpleName());
        scheduler.unshield();
        travel();
        mayDie();
    }

    /** Half a round trip: some milliseconds, and now and then a stall of seconds. */
    private void travel() {
        Random random = simulation.random();
        double millis = 3 * Math.exp(0.5 * random.nextGaussian());
        if (!simulation.isCalm() && random.nextInt(200) == 0) {
            simulation.coverage().count("stall");
            millis += random.nextInt(3_000);
        }
        simulation.scheduler().sleep((long) (millis * 1e6));
    }

    private void mayDie() {
        if (!simulation.isCalm() && simulation.random().nextDouble() < simulation.chances().death()) {
            death.run();
        }
    }
}
