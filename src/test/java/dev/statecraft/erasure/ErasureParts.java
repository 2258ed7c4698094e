package dev.statecraft.erasure;

import dev.statecraft.integration.event.EventParts;
import dev.statecraft.leaderboard.Arena;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.upkeep.MigrationErasureService;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.upkeep.ReplicationErasureService;
import dev.statecraft.testing.Machine;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** The erasure of players by one instance on existing tables, for tests without Quarkus. */
public final class ErasureParts {

    public final ErasureStore store;
    public final ErasureService erasures;

    /**
     * Creates the services. All participants use the same tables.
     *
     * @param settings configuration below {@code statecraft.erasure}
     */
    public ErasureParts(
            Machine machine,
            DynamoDbClient dynamo,
            Arena arena,
            Laboratory lab,
            EventParts events,
            Map<String, String> settings) {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 200, new DurationConverter())
                .withMapping(ErasureConfig.class);
        settings.forEach((name, value) -> builder.withDefaultValue("statecraft.erasure." + name, value));
        ErasureConfig config = builder.build().getConfigMapping(ErasureConfig.class);
        Realm realm = lab.realm;
        store = new ErasureStore(dynamo, realm.tables, config);
        erasures = new ErasureService(
                store,
                arena.erasures,
                new ReplicationErasureService(
                        realm.players,
                        realm.conflicts,
                        realm.commits,
                        realm.entityStore,
                        realm.historyStore,
                        realm.messages),
                events.erasures,
                new MigrationErasureService(lab.runStore, lab.backupStore, lab.quarantine, lab.workStore),
                config,
                machine.clock(),
                machine.ticker(),
                machine.random());
    }
}
