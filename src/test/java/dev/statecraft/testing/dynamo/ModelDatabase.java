package dev.statecraft.testing.dynamo;

import dev.statecraft.local.LocalTables;
import dev.statecraft.local.template.Template;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.Database;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** A database in memory, with the tables of the project. */
public final class ModelDatabase implements Database {

    /** Reading template.yaml takes longer than a test on the model. */
    private static final class Shared {
        static final Template TEMPLATE = Template.ofProject();
    }

    private final ModelDynamo dynamo;
    private final AtomicInteger prefixes = new AtomicInteger();

    /** A database that behaves as DynamoDB Local. */
    public ModelDatabase() {
        this(ModelSettings.likeLocal());
    }

    /** A database that behaves as set. */
    public ModelDatabase(ModelSettings settings) {
        dynamo = new ModelDynamo(settings);
    }

    /** The model itself. */
    public ModelDynamo model() {
        return dynamo;
    }

    @Override
    public DynamoDbClient client(List<ExecutionInterceptor> interceptors) {
        return interceptors.isEmpty() ? dynamo : new InterceptedDynamo(dynamo, interceptors);
    }

    @Override
    public ModelStreams streams() {
        return dynamo.streams();
    }

    @Override
    public TableNames freshTables() {
        String prefix = "m" + prefixes.incrementAndGet() + "-";
        new LocalTables(dynamo, Shared.TEMPLATE, prefix).createMissing();
        return () -> prefix;
    }
}
