package dev.statecraft.testing.workload.migration;

import dev.statecraft.table.TableNames;
import dev.statecraft.testing.dynamo.InterceptedDynamo;
import dev.statecraft.testing.simulation.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;

/**
 * Sends some calls seconds late, because the process did not run for a while: longer than the leases of a run, and longer
 * than any call whose answer is only slow.
 */
final class LateCalls implements ExecutionInterceptor {

    private static final double LATE = 0.003;

    /** Of some writes, which may arrive in another phase of a run than they were decided in. */
    private static final double LATE_WRITE = 0.1;

    /** The head of the space, the log entry and the entity. Commits of runs also count their records. */
    private static final int ITEMS_OF_COMMIT = 3;

    private static final int MOST_LATE_MILLIS = 8_000;

    /** Shorter than most leases, so that only the condition on the entry stops a late write. */
    private static final int MOST_BRIEF_MILLIS = 200;

    private final Simulation simulation;
    private final Predicate<SdkRequest> writes;
    private final double brief;

    /**
     * Late calls of one instance.
     *
     * @param writes the writes that are often late
     * @param brief the chance that a write is late for less than most leases
     */
    private LateCalls(Simulation simulation, Predicate<SdkRequest> writes, double brief) {
        this.simulation = simulation;
        this.writes = writes;
        this.brief = brief;
    }

    /** Sends commits of one entity late more often than other calls. */
    static DynamoDbClient ofCommits(Simulation simulation, DynamoDbClient client) {
        Predicate<SdkRequest> commits = request -> request instanceof TransactWriteItemsRequest transaction
                && transaction.transactItems().size() == ITEMS_OF_COMMIT;
        return new InterceptedDynamo(client, List.of(new LateCalls(simulation, commits, 0)));
    }

    /** Sends writes of entries and boards late more often than other calls. */
    static DynamoDbClient ofBoards(Simulation simulation, DynamoDbClient client, TableNames tables) {
        Predicate<SdkRequest> writes = request -> request instanceof TransactWriteItemsRequest
                || (request instanceof PutItemRequest put
                        && (put.tableName().equals(tables.entries())
                                || put.tableName().equals(tables.boards())));
        return new InterceptedDynamo(client, List.of(new LateCalls(simulation, writes, 0.3)));
    }

    @Override
    public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
        if (simulation.isCalm()) {
            return;
        }
        boolean disturbed = simulation.chances().fault() > 0;
        if (brief > 0 && writes.test(context.request()) && simulation.random().nextDouble() < brief) {
            simulation.pause(Duration.ofMillis(simulation.random().nextInt(MOST_BRIEF_MILLIS)));
        }
        double late = writes.test(context.request()) ? LATE_WRITE : LATE;
        if (disturbed && simulation.random().nextDouble() < late) {
            simulation.coverage().count("call sent late");
            simulation.pause(Duration.ofMillis(simulation.random().nextInt(MOST_LATE_MILLIS)));
        }
    }
}
