package dev.statecraft.testing.contract;

import dev.statecraft.local.DynamoDbLocal;
import dev.statecraft.local.LocalDynamoDb;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** DynamoDB Local passes the contract, in a process of its own. */
class DynamoDbLocalContractTest extends DatabaseContract {

    static final Set<Capability> CAN = Set.of(
            Capability.IMMEDIATE_INDEXES,
            Capability.IMMEDIATE_STREAMS,
            Capability.TOKENS_OF_TRANSACTIONS,
            Capability.FAST_TABLES);

    @Override
    ContractDatabase open() {
        DynamoDbLocal process = DynamoDbLocal.start(0, null);
        DynamoDbClient client = LocalDynamoDb.client(process.endpoint());
        DynamoDbStreamsClient streams = LocalDynamoDb.streams(process.endpoint());
        return new ContractDatabase(client, streams, "contract-", CAN, () -> {
            client.close();
            streams.close();
            process.close();
        });
    }
}
