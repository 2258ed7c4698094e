package dev.statecraft.testing.contract;

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

    /** Whether the database has a capability. */
    public boolean can(Capability capability) {
        return can.contains(capability);
    }
}
