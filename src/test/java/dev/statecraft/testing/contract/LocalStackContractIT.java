package dev.statecraft.testing.contract;

import dev.statecraft.local.LocalDynamoDb;
import java.util.Set;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.localstack.LocalStackContainer;
import org.testcontainers.utility.DockerImageName;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** LocalStack passes the contract with what DynamoDB Local can do, which it contains. Skipped without Docker. */
@Testcontainers(disabledWithoutDocker = true)
class LocalStackContractIT extends DatabaseContract {

    @Container
    static final LocalStackContainer LOCALSTACK =
            new LocalStackContainer(DockerImageName.parse("localstack/localstack:4.13")).withServices("dynamodb");

    @Override
    ContractDatabase open() {
        DynamoDbClient client = LocalDynamoDb.client(LOCALSTACK.getEndpoint());
        DynamoDbStreamsClient streams = LocalDynamoDb.streams(LOCALSTACK.getEndpoint());
        // LocalStack forwards changes to its streams in the background.
        return new ContractDatabase(client, streams, "contract-", Set.of(Capability.IMMEDIATE_INDEXES), () -> {
            client.close();
            streams.close();
        });
    }
}
