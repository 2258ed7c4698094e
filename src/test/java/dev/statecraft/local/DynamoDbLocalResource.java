package dev.statecraft.local;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/**
 * Gives a {@code @QuarkusTest} a DynamoDB with new, empty tables: {@code @WithTestResource(DynamoDbLocalResource.class)}.
 * The process is shared by the whole test JVM.
 */
public final class DynamoDbLocalResource implements QuarkusTestResourceLifecycleManager {

    @Override
    public Map<String, String> start() {
        return Map.of(
                "quarkus.dynamodb.endpoint-override",
                LocalDynamoDb.endpoint().toString(),
                "statecraft.tables.prefix",
                LocalDynamoDb.lastingTables().prefix());
    }

    /** Nothing to stop: other tests go on with the same process. */
    @Override
    public void stop() {}
}
