package dev.statecraft.local;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/**
 * Provides DynamoDB with new, empty tables for a {@code @QuarkusTest}: {@code
 * @WithTestResource(DynamoDbLocalResource.class)}. Classes that run in the same application share it.
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

    @Override
    public void stop() {
        LocalDynamoDb.renew();
    }
}
