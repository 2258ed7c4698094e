package dev.statecraft.testing.bench;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The application as Lambda runs it, with the latency of the benchmark. Other tests do not cache entity types and
 * nodes of rank trees. */
public final class AsDeployed implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
        Map<String, String> settings = new HashMap<>(Map.of(
                "statecraft.replication.type-cache", "1s", "statecraft.leaderboard.rank-nodes.checked-after", "500ms"));
        if (Bench.isAws()) {
            settings.put("quarkus.dynamodb.interceptors", BenchLatency.class.getName());
        }
        return settings;
    }

    @Override
    public Set<Class<?>> getEnabledAlternatives() {
        return Bench.isAws() ? Set.of(DelayedSockets.class) : Set.of();
    }
}
