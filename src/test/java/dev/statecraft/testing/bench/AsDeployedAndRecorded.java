package dev.statecraft.testing.bench;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;
import java.util.Set;

/** The application as Lambda runs it, whose requests to DynamoDB can be recorded and repeated. */
public final class AsDeployedAndRecorded implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "statecraft.replication.type-cache",
                "1s",
                "statecraft.leaderboard.rank-nodes.checked-after",
                "500ms",
                "quarkus.dynamodb.interceptors",
                RepeatedCalls.class.getName());
    }

    @Override
    public Set<Class<?>> getEnabledAlternatives() {
        return Set.of(BareCalls.class);
    }
}
