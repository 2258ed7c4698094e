package dev.statecraft.testing.workload;

import dev.statecraft.testing.simulation.Simulation;
import java.time.Duration;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;

/**
 * Sends some calls seconds late, because the process did not run for a while: longer than the leases of a run, and longer
 * than any call whose answer is only slow.
 */
final class LateCalls implements ExecutionInterceptor {

    private static final double LATE = 0.003;

    /** Of commits of one entity, which may arrive in another phase of a run than they were decided in. */
    private static final double LATE_COMMIT = 0.1;

    /** The head of the space, the log entry and the entity. Commits of runs also count their records. */
    private static final int ITEMS_OF_COMMIT = 3;

    private static final int MOST_LATE_MILLIS = 8_000;

    private final Simulation simulation;

    LateCalls(Simulation simulation) {
        this.simulation = simulation;
    }

    @Override
    public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
        boolean disturbed = !simulation.isCalm() && simulation.chances().fault() > 0;
        double late = context.request() instanceof TransactWriteItemsRequest transaction
                        && transaction.transactItems().size() == ITEMS_OF_COMMIT
                ? LATE_COMMIT
                : LATE;
        if (disturbed && simulation.random().nextDouble() < late) {
            simulation.coverage().count("call sent late");
            simulation.pause(Duration.ofMillis(simulation.random().nextInt(MOST_LATE_MILLIS)));
        }
    }
}
