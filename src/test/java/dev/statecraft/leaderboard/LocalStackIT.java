package dev.statecraft.leaderboard;

import dev.statecraft.leaderboard.rank.BoardConsistencyServiceTest;
import dev.statecraft.leaderboard.rank.RankCounterFaultTest;
import dev.statecraft.local.LocalDynamoDb;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.localstack.LocalStackContainer;
import org.testcontainers.utility.DockerImageName;

/** Tests of the stores and of the rank trees against LocalStack. Skipped without Docker. */
@Testcontainers(disabledWithoutDocker = true)
class LocalStackIT {

    @Container
    static final LocalStackContainer LOCALSTACK =
            new LocalStackContainer(DockerImageName.parse("localstack/localstack:4.13")).withServices("dynamodb");

    @BeforeAll
    static void useLocalStack() {
        LocalDynamoDb.useEndpoint(LOCALSTACK.getEndpoint());
    }

    @AfterAll
    static void useDynamoDbLocalAgain() {
        LocalDynamoDb.useEndpoint(null);
    }

    @Nested
    class Model extends LeaderboardModelTest {}

    @Nested
    class Deliveries extends RankCounterFaultTest {}

    @Nested
    class Audits extends BoardConsistencyServiceTest {}
}
