package dev.statecraft.replication.feed;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SPACE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.local.Meter;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.feed.SyncService.SyncCursors;
import dev.statecraft.replication.feed.SyncService.Wait;
import dev.statecraft.replication.state.AnswerBudget;
import dev.statecraft.testing.dynamo.ModelDatabase;
import dev.statecraft.testing.dynamo.ModelSettings;
import dev.statecraft.testing.simulation.VirtualTime;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Requests of pulls without changes, in virtual time. */
class PullCostTest {

    /** The pace of a Roblox server: 480 requests a minute. */
    private static final long PULL_NANOS = TimeUnit.MILLISECONDS.toNanos(125);

    private static final int PULLS = 480;

    private final Meter meter = new Meter();

    @Test
    void pullsWithoutChanges_readLittleMoreThanTheLog() {
        try (VirtualTime time = new VirtualTime(1)) {
            time.run(() -> {
                ModelDatabase database = new ModelDatabase(ModelSettings.likeLocal(
                        time.machine().clock(), time.machine().ticker(), new Random(1)));
                Realm realm = new Realm(
                        time.machine(),
                        database.client(List.of(meter)),
                        database::streams,
                        database.freshTables(),
                        Map.of());
                Realm.done(realm.create("a", "UI_STATE", "{'n': 0}"));
                FeedCursor cursor = realm.feeds
                        .pull(GAME, SPACE, null, new AnswerBudget(1_000_000))
                        .cursor();
                SyncCursors nothingNew = new SyncCursors(Map.of(SPACE, cursor), null, null);
                meter.take();
                for (int i = 0; i < PULLS; i++) {
                    assertTrue(realm.sync
                            .pull(GAME, nothingNew, Wait.NONE, 1_000_000)
                            .isEmpty());
                    time.machine().ticker().sleep(PULL_NANOS);
                }
                // Besides the log: the last resync every 2 s, except the first one, which the snapshot has read; and
                // the
                // nearest deadline of a conflict every 5 s.
                assertEquals(PULLS + 29 + 12, meter.take().requests());
            });
        }
    }
}
