package dev.statecraft.testing.contract;

import dev.statecraft.local.LocalDynamoDb;
import dev.statecraft.testing.wire.WireServer;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** A database passes the contract also through the protocol server. */
class WireContractTest extends DatabaseContract {

    @Override
    ContractDatabase open() {
        ContractDatabase served = ContractDatabase.model();
        WireServer wire = WireServer.start(served.client(), served.streams());
        DynamoDbClient client = LocalDynamoDb.client(wire.endpoint());
        DynamoDbStreamsClient streams = LocalDynamoDb.streams(wire.endpoint());
        return new ContractDatabase(client, streams, served.prefix(), Set.copyOf(served.can()), () -> {
            client.close();
            streams.close();
            wire.close();
            served.end().run();
        });
    }
}
