package dev.statecraft.integration;

import dev.statecraft.local.stream.StreamFaults;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/** Replicates top entries immediately, and lets calls of stream functions to DynamoDB fail on request. */
public final class ImmediateReplication implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "statecraft.integration.leaderboard-replication", "true",
                "statecraft.integration.leaderboard-replication-interval", "0s",
                // A batch may fail several times in a row.
                "statecraft.local.longest-back-off", "100ms",
                "quarkus.dynamodb.interceptors", StreamFaults.class.getName());
    }
}
