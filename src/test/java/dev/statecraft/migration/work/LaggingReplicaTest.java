package dev.statecraft.migration.work;

import static dev.statecraft.migration.Laboratory.BY;
import static dev.statecraft.migration.Laboratory.GAME;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.work.WorkService.Page;
import dev.statecraft.replication.Realm;
import dev.statecraft.runtime.Threads;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.PausingTicker;
import dev.statecraft.testing.dynamo.ModelDatabase;
import dev.statecraft.testing.dynamo.ModelSettings;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Runs on a database whose replicas are far behind. */
class LaggingReplicaTest {

    private static final Duration LAG = Duration.ofHours(1);

    /** Of each of them, a stale scan misses one with a high probability. */
    private static final int LATE = 20;

    /** Validation scans consistently: a replica need not have the entities that were created meanwhile. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void validationFindsEntitiesThatWereCreatedDuringTheRun(boolean byServers) {
        PausingTicker ticker = new PausingTicker();
        Random random = new Random(1);
        ModelDatabase database = new ModelDatabase(
                ModelSettings.likeLocal(Clock.systemUTC(), ticker, random).withLag(LAG, Duration.ZERO));
        DynamoDbClient client = database.client();
        Machine machine = new Machine(Clock.systemUTC(), ticker, random, Threads.system());
        Realm realm = new Realm(machine, client, database.freshTables(), Map.of("type-cache", "0s"));
        Laboratory lab = new Laboratory(machine, client, realm, Map.of(), List.of());
        lab.create("arena", "first", "{'coins': 1}");
        ticker.sleep(LAG.toNanos());
        lab.register(Laboratory.definition(
                "1.0.0",
                byServers ? "{'worker': true}" : "{'operations': [{'op': 'rename', 'from': 'coins', 'path': 'gold'}]}",
                ", 'options': {'segments': 1, 'canaryPercent': 0}"));
        lab.runs.apply(GAME, null, null, BY, 0);
        lab.steps.advance(GAME, () -> 60_000);
        WorkServer server = new WorkServer(lab);
        Page page = byServers ? server.page() : null;
        if (!byServers) {
            lab.segments.work(GAME, lab.lastRun(GAME).id(), 0, null, () -> 60_000);
        }
        assertEquals(Run.Phase.MIGRATING, lab.lastRun(GAME).phase());
        for (int i = 0; i < LATE; i++) {
            lab.create("late" + i, "p", "{'coins': 1}");
        }

        if (page != null) {
            server.complete(page, WorkServer::doubled);
            server.work(WorkServer::doubled);
        } else {
            lab.drive(GAME);
        }

        assertEquals(MigrationStatus.APPLIED, lab.lastRun(GAME).status());
        for (int i = 0; i < LATE; i++) {
            assertEquals("1.0.0", realm.entityStore.read(GAME, "late" + i, "p").schemaVersion(), "late" + i);
        }
        assertEquals(LATE + 1, lab.lastRun(GAME).total());
    }
}
