package dev.statecraft.testing.simulation;

import java.util.UUID;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.TransactionConflictException;

/**
 * The way of one instance to the database. The instance may die before a request is sent, or after the database has
 * processed it and before the answer arrives. Between both the instance does not die: the database ends what it began.
 */
final class SimulatedNetwork implements ExecutionInterceptor {

    /** Unique, because the SDK rejects a second attribute of a name and tests load this class several times. */
    private static final ExecutionAttribute<Boolean> SENT =
            new ExecutionAttribute<>("SimulatedNetwork-" + UUID.randomUUID());

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

    /** The SDK calls this hook for each attempt. */
    @Override
    public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
        if (attributes.getAttribute(SENT) != null) {
            simulation.scheduler().trace(() -> "sent again: " + Calls.describe(context.request()));
        }
        attributes.putAttribute(SENT, true);
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
        if (isConflict(context.exception())) {
            simulation.coverage().count("conflict with a transaction in flight");
        }
        simulation.scheduler().unshield();
        mayDie();
    }

    /** Whether the model, and not the fault plan, rejected a request because of a transaction. */
    private static boolean isConflict(Throwable failure) {
        if (!(failure instanceof DynamoDbException rejected) || "injected".equals(rejected.requestId())) {
            return false;
        }
        return rejected instanceof TransactionConflictException
                || (rejected instanceof TransactionCanceledException cancelled
                        && cancelled.cancellationReasons().stream()
                                .anyMatch(reason -> "TransactionConflict".equals(reason.code())));
    }

    private void mayDie() {
        if (!simulation.isCalm()
                && simulation.random().nextDouble() < simulation.chances().death()) {
            death.run();
        }
    }
}
