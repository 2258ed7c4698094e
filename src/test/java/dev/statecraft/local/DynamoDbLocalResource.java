package dev.statecraft.local;

import dev.statecraft.testing.TestDatabase;
import dev.statecraft.testing.dynamo.ModelDatabase;
import dev.statecraft.testing.dynamo.ModelDynamo;
import dev.statecraft.testing.dynamo.storage.CapacitySum;
import dev.statecraft.testing.wire.WireServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.lang.reflect.Field;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Provides DynamoDB with new, empty tables for a {@code @QuarkusTest}: {@code
 * @WithTestResource(DynamoDbLocalResource.class)}. Classes that run in the same application share it.
 *
 * <p>The database is the model, served over DynamoDB's protocol, because it answers faster than DynamoDB Local; {@code
 * -Dstatecraft.test.dynamodb=local} uses DynamoDB Local. {@link LocalDynamoDb} gives tests clients of the same database
 * as long as the application runs.
 */
public final class DynamoDbLocalResource implements QuarkusTestResourceLifecycleManager {

    private boolean local = TestDatabase.isLocalByChoice();
    private @Nullable WireServer model;
    private @Nullable ModelDynamo counted;
    private @Nullable URI before;

    /** The argument {@code database=local} chooses DynamoDB Local for one class. */
    @Override
    public void init(Map<String, String> arguments) {
        local |= arguments.getOrDefault("database", "model").equals("local");
    }

    @Override
    public Map<String, String> start() {
        System.setProperty(TestDatabase.APPLICATION, "true");
        if (!local) {
            ModelDatabase database = new ModelDatabase();
            counted = database.model();
            WireServer served = WireServer.start(database.client(), database.streams());
            before = LocalDynamoDb.useEndpoint(served.endpoint());
            model = served;
        }
        Map<String, String> settings = new HashMap<>();
        settings.put(
                "quarkus.dynamodb.endpoint-override", LocalDynamoDb.endpoint().toString());
        settings.put("statecraft.tables.prefix", LocalDynamoDb.lastingTables().prefix());
        if (model != null) {
            // The model checks no signatures, and signing takes a third of the client's time for a request.
            settings.put("quarkus.dynamodb.aws.credentials.type", "anonymous");
        }
        return settings;
    }

    @Override
    public void inject(TestInjector injector) {
        if (counted != null) {
            ModelDynamo dynamo = counted;
            Supplier<double[]> units = () -> {
                CapacitySum sum = dynamo.consumed().values().stream().reduce(new CapacitySum(0, 0), CapacitySum::plus);
                return new double[] {sum.readUnits(), sum.writeUnits()};
            };
            injector.injectIntoFields(units, DynamoDbLocalResource::isOfConsumedUnits);
        }
    }

    /** By name, because Quarkus loads test resources and tests separately. */
    private static boolean isOfConsumedUnits(Field field) {
        return Stream.of(field.getAnnotations())
                .anyMatch(annotation -> annotation.annotationType().getName().equals(ConsumedUnits.class.getName()));
    }

    @Override
    public void stop() {
        System.clearProperty(TestDatabase.APPLICATION);
        if (model == null) {
            LocalDynamoDb.renew();
            return;
        }
        model.close();
        model = null;
        LocalDynamoDb.useEndpoint(before);
    }
}
