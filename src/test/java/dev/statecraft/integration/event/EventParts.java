package dev.statecraft.integration.event;

import dev.statecraft.combining.CombiningConfig;
import dev.statecraft.combining.CombiningQueue;
import dev.statecraft.combining.IntentStore;
import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.upkeep.LeaderboardStreamService;
import dev.statecraft.migration.upkeep.MigrationStreamService;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.upkeep.ReplicationStreamService;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.Machine;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** The event feed of one instance on existing tables, for tests without Quarkus. */
public final class EventParts {

    public final EventFeedStore store;
    public final EventFeedService feed;
    public final EventErasureService erasures;
    public final CombiningQueue queue;
    private final Machine machine;

    /**
     * Creates the services.
     *
     * @param settings configuration below {@code statecraft.integration}
     */
    public EventParts(Machine machine, DynamoDbClient dynamo, TableNames tables, Map<String, String> settings) {
        this.machine = machine;
        store = new EventFeedStore(dynamo, tables, machine.batches(dynamo), config(settings));
        CombiningConfig combining = Realm.combining(Map.of());
        queue = new CombiningQueue(
                new IntentStore(dynamo, tables, combining),
                combining,
                machine.clock(),
                machine.ticker(),
                machine.random());
        feed = new EventFeedService(store, queue, machine.clock(), machine.backoff(), machine.threads());
        erasures = new EventErasureService(store);
    }

    /** The service that appends the events of stream records of an instance. */
    public EventStreamService streams(Arena arena, Realm realm) {
        return new EventStreamService(
                feed,
                new ReplicationStreamService(realm.log),
                new LeaderboardStreamService(),
                new MigrationStreamService(),
                arena.boards,
                arena.seasons,
                machine.clock());
    }

    /** The service that publishes the records of the feed's stream. */
    public BusService bus(EventSink sink) {
        return new BusService(sink);
    }

    public static IntegrationConfig config(Map<String, String> settings) {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 200, new DurationConverter())
                .withMapping(IntegrationConfig.class);
        settings.forEach((name, value) -> builder.withDefaultValue("statecraft.integration." + name, value));
        return builder.build().getConfigMapping(IntegrationConfig.class);
    }
}
