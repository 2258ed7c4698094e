package dev.statecraft.testing.contract;

import dev.statecraft.local.DynamoDbLocal;
import dev.statecraft.local.LocalDynamoDb;
import dev.statecraft.testing.dynamo.ModelDatabase;
import java.util.EnumSet;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * A database that the contract suite runs on. Clients do not retry.
 *
 * @param prefix prefix of the tables that the suite creates and deletes
 * @param can what the database can do beyond the common part of the contract
 * @param end ends the database after its tables were deleted
 */
public record ContractDatabase(
        DynamoDbClient client, DynamoDbStreamsClient streams, String prefix, Set<Capability> can, Runnable end) {

    /** DynamoDB Local in a process of its own, which ends with the tables. */
    public static ContractDatabase dynamoDbLocal() {
        DynamoDbLocal process = DynamoDbLocal.start(0, null);
        DynamoDbClient client = LocalDynamoDb.client(process.endpoint());
        DynamoDbStreamsClient streams = LocalDynamoDb.streams(process.endpoint());
        return new ContractDatabase(
                client,
                streams,
                "contract-",
                Set.of(
                        Capability.IMMEDIATE_INDEXES,
                        Capability.IMMEDIATE_STREAMS,
                        Capability.TOKENS_OF_TRANSACTIONS,
                        Capability.FAST_TABLES),
                () -> {
                    client.close();
                    streams.close();
                    process.close();
                });
    }

    /** The model with the settings in which nothing lags or conflicts. */
    public static ContractDatabase model() {
        ModelDatabase model = new ModelDatabase();
        return new ContractDatabase(
                model.client(), model.streams(), "contract-", EnumSet.allOf(Capability.class), () -> {});
    }

    /** Whether the database has a capability. */
    public boolean can(Capability capability) {
        return can.contains(capability);
    }
}
