package dev.statecraft.testing.contract;

import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * DynamoDB itself passes the contract: {@code ./mvnw test -Paws-contract}, with credentials and region of the
 * environment. Creates seven tables with a unique prefix, billed by request, and deletes them; costs a few cents.
 */
@Tag("aws")
class AwsContractIT extends DatabaseContract {

    @Override
    ContractDatabase open() {
        // Tables and indexes are throttled until they have adapted to the load, so that these clients retry.
        DynamoDbClient client = DynamoDbClient.builder()
                .httpClient(ApacheHttpClient.create())
                .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.standardRetryStrategy()))
                .build();
        DynamoDbStreamsClient streams = DynamoDbStreamsClient.builder()
                .httpClient(ApacheHttpClient.create())
                .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.standardRetryStrategy()))
                .build();
        Set<Capability> can = EnumSet.complementOf(
                EnumSet.of(Capability.IMMEDIATE_INDEXES, Capability.IMMEDIATE_STREAMS, Capability.FAST_TABLES));
        return new ContractDatabase(client, streams, "contract-" + UUID.randomUUID() + "-", can, () -> {
            client.close();
            streams.close();
        });
    }
}
