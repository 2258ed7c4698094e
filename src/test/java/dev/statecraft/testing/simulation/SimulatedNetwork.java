package dev.statecraft.testing.simulation;

import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * The way of one instance to the database. The instance may die before a request is sent, or after the database has
 * processed it and before the answer arrives. Between both the instance does not die: the database ends what it began.
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
        simulation.scheduler().trace(() -> Calls.describe(context.request()));
        mayDie();
        simulation.scheduler().shield();
    }

    @Override
    public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
        simulation.scheduler().unshield();
        mayDie();
    }

    @Override
    public void onExecutionFailure(Context.FailedExecution context, ExecutionAttributes attributes) {
        simulation
                .scheduler()
                .trace(() ->
                        context.exception().getClass().getSimpleName() + " for " + Calls.describe(context.request()));
        simulation.scheduler().unshield();
        mayDie();
    }

    private void mayDie() {
        if (!simulation.isCalm()
                && simulation.random().nextDouble() < simulation.chances().death()) {
            death.run();
        }
    }
}
