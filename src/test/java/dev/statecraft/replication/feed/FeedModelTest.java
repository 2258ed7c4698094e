package dev.statecraft.replication.feed;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SERVER;
import static dev.statecraft.replication.Realm.SPACE;
import static dev.statecraft.table.Attributes.s;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.replication.Realm;
import dev.statecraft.replication.Replica;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.replication.log.LogStore;
import dev.statecraft.replication.state.AnswerBudget;
import dev.statecraft.replication.state.Entity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks that snapshot and feed from any cursor result in the current state, by value and checksum (E3 to E5). */
class FeedModelTest {

    private final Realm realm = new Realm();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everyClientReachesTheCurrentState(long seed) {
        Random random = new Random(seed);
        // A small budget splits snapshots and logs into several responses.
        int bytes = seed == 1 ? 3_000_000 : 700;
        List<Replica> replicas = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            replicas.add(new Replica("seed " + seed + ", replica " + i));
        }
        Replica player = new Replica("seed " + seed + ", player");
        for (int i = 0; i < 90; i++) {
            change(random);
            if (random.nextInt(4) == 0) {
                replicas.add(new Replica("seed " + seed + ", joined at " + i));
            }
            for (Replica replica : replicas) {
                if (random.nextInt(4) == 0) {
                    replica.take(realm.feeds.pull(GAME, SPACE, replica.cursor, new AnswerBudget(bytes)));
                }
            }
            subscribe(random);
            if (random.nextInt(3) == 0) {
                player.take(realm.playerFeeds.pull(GAME, "ada", player.playerCursor, new AnswerBudget(bytes)));
            }
            if (random.nextInt(25) == 0) {
                realm.players.resync(GAME, "ada");
            }
        }
        Map<String, Entity> live = live();
        for (Replica replica : replicas) {
            boolean more = true;
            for (int i = 0; more; i++) {
                Feed feed = realm.feeds.pull(GAME, SPACE, replica.cursor, new AnswerBudget(bytes));
                replica.take(feed);
                more = feed.more();
                assertTrue(i < 200, "seed " + seed + ": the feed does not end");
            }
            replica.assertHolds(live);
            assertFalse(realm.feeds
                    .pull(GAME, SPACE, replica.cursor, new AnswerBudget(bytes))
                    .hasChanges());
        }
        boolean more = true;
        while (more) {
            PlayerFeed feed = realm.playerFeeds.pull(GAME, "ada", player.playerCursor, new AnswerBudget(bytes));
            player.take(feed);
            more = feed.more();
        }
        Map<String, Entity> own = new TreeMap<>();
        realm.players.read(GAME, "ada").active().forEach(one -> {
            Entity entity = live.get(one.entityId());
            if (entity != null) {
                own.put(PlayerFeed.key(SPACE, one.entityId()), entity);
            }
        });
        player.assertHolds(own);
    }

    private void change(Random random) {
        String id = "e" + random.nextInt(6);
        switch (random.nextInt(8)) {
            case 0 -> realm.delete(id);
            case 1, 2 -> realm.create(id, "UI_STATE", "{'n': 0, 'text': '" + "x".repeat(random.nextInt(200)) + "'}");
            case 3 -> {
                List<Mutation> batch = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    batch.add(realm.entities.mutation(
                            GAME,
                            "e" + random.nextInt(6),
                            Realm.operations("{'increment': {'n': 1}, 'unset': ['/deep']}"),
                            SERVER,
                            new IdempotencyKey(null, "")));
                }
                realm.commits.commit(GAME, SPACE, batch);
            }
            default ->
                realm.update(id, "{'increment': {'n': 1}, 'set': {'/deep/key': " + random.nextInt(9) + "}}", null);
        }
    }

    private void subscribe(Random random) {
        String id = "e" + random.nextInt(6);
        switch (random.nextInt(5)) {
            case 0 -> realm.players.unsubscribe(GAME, "ada", SPACE, id);
            case 1, 2 -> realm.players.subscribe(GAME, "ada", SPACE, id);
            default -> {
                // Changes no subscription.
            }
        }
    }

    private Map<String, Entity> live() {
        Map<String, Entity> live = new TreeMap<>();
        realm.reader.list(GAME, SPACE, null, null, 100).entities().forEach(entity -> live.put(entity.id(), entity));
        return live;
    }

    @Test
    void clientOfAnEmptySpaceReceivesLaterCommits() {
        Replica replica = new Replica("empty");
        replica.take(realm.feeds.pull(GAME, SPACE, null, new AnswerBudget(1000)));
        assertEquals(0, replica.ids().size());
        assertFalse(realm.feeds
                .pull(GAME, SPACE, replica.cursor, new AnswerBudget(1000))
                .hasChanges());
        realm.create("a", "UI_STATE", "{}");
        Feed feed = realm.feeds.pull(GAME, SPACE, replica.cursor, new AnswerBudget(1000));
        assertFalse(feed.resync());
        replica.take(feed);
        assertEquals(1, replica.ids().size());
    }

    /** An idle space whose log expired continues its sequence numbers, and clients with an old cursor resync. */
    @Test
    void spaceWithExpiredLogContinues() {
        realm.create("a", "UI_STATE", "{'n': 0}");
        Replica early = new Replica("early");
        early.take(realm.feeds.pull(GAME, SPACE, null, new AnswerBudget(1000)));
        realm.update("a", "{'increment': {'n': 1}}", null);
        realm.update("a", "{'increment': {'n': 1}}", null);
        Replica late = new Replica("late");
        late.take(realm.feeds.pull(GAME, SPACE, null, new AnswerBudget(1000)));
        for (LogEntry entry : realm.log(SPACE)) {
            realm.dynamo.deleteItem(delete -> delete.tableName(realm.tables.log())
                    .key(Map.of("pk", s(GAME + "#" + SPACE), "sk", s(LogStore.number(entry.seq())))));
        }
        assertFalse(realm.feeds
                .pull(GAME, SPACE, late.cursor, new AnswerBudget(1000))
                .hasChanges());
        Entity next = Realm.done(realm.update("a", "{'increment': {'n': 1}}", null));
        assertEquals(4, next.version());
        assertEquals(4, realm.head().seq(), "the sequence does not begin again");
        late.take(realm.feeds.pull(GAME, SPACE, late.cursor, new AnswerBudget(1000)));
        Feed feed = realm.feeds.pull(GAME, SPACE, early.cursor, new AnswerBudget(1000));
        assertTrue(feed.resync());
        early.take(feed);
        assertEquals(early.ids(), late.ids());
    }

    @Test
    void cursorOfAnotherSpaceOrEpochResyncs() {
        realm.create("a", "UI_STATE", "{}");
        Feed feed = realm.feeds.pull(GAME, SPACE, null, new AnswerBudget(1000));
        FeedCursor cursor = feed.cursor();
        assertFalse(feed.resync());
        assertTrue(
                realm.feeds.pull(GAME, "other", cursor, new AnswerBudget(1000)).resync());
        FeedCursor otherEpoch = new FeedCursor(SPACE, "gone", cursor.seq(), cursor.at(), "", 0);
        assertTrue(realm.feeds
                .pull(GAME, SPACE, otherEpoch, new AnswerBudget(1000))
                .resync());
        FeedCursor ahead = new FeedCursor(SPACE, cursor.epoch(), cursor.seq() + 5, cursor.at(), "", 0);
        Feed again = realm.feeds.pull(GAME, SPACE, ahead, new AnswerBudget(1000));
        assertTrue(again.resync());
        assertNotNull(again.snapshot());
        assertEquals(cursor.seq(), again.cursor().seq());
    }
}
