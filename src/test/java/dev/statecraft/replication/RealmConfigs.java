package dev.statecraft.replication;

import dev.statecraft.replication.state.ReplicationConfig;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Configurations of realms. */
final class RealmConfigs {

    private static final Map<Map<String, String>, ReplicationConfig> CONFIGS = new ConcurrentHashMap<>();

    private RealmConfigs() {}

    /** The configuration of state replication with these values. It is built once. */
    static ReplicationConfig replication(Map<String, String> settings) {
        return CONFIGS.computeIfAbsent(Map.copyOf(settings), RealmConfigs::built);
    }

    /** A configuration with these values, named with their section. */
    static <T> T mapping(Class<T> type, Map<String, String> settings) {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 200, new DurationConverter())
                .withMapping(type);
        settings.forEach((name, value) -> builder.withDefaultValue("statecraft." + name, value));
        return builder.build().getConfigMapping(type);
    }

    private static ReplicationConfig built(Map<String, String> settings) {
        Map<String, String> own = new TreeMap<>();
        settings.forEach((name, value) -> own.put("replication." + name, value));
        own.keySet()
                .removeIf(name -> name.startsWith("replication.combining.") || name.startsWith("replication.session."));
        return mapping(ReplicationConfig.class, own);
    }
}
