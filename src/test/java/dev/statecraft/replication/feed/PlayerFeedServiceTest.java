package dev.statecraft.replication.feed;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SPACE;
import static dev.statecraft.replication.Realm.done;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.local.Meter;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.Replica;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.entity.EntityService;
import dev.statecraft.replication.state.AnswerBudget;
import java.time.Clock;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Tests the cost and limits of player cursors, on DynamoDB Local. */
class PlayerFeedServiceTest {

    private final Meter meter = new Meter();
    private final Realm realm = new Realm(Map.of("player-cursor-spaces", "3"), meter, Clock.systemUTC());

    private PlayerFeed pull(PlayerFeed.Cursor cursor) {
        return realm.playerFeeds.pull(GAME, "ada", cursor, new AnswerBudget(100_000));
    }

    private PlayerFeed.Cursor syncedCursor() {
        done(realm.create("mine", "PLAYER_DATA", "{'n': 1}"));
        realm.players.subscribe(GAME, "ada", SPACE, "mine");
        return realm.playerFeeds
                .pull(GAME, "ada", null, new AnswerBudget(100_000))
                .cursor();
    }

    private static PlayerFeed.Cursor with(PlayerFeed.Cursor cursor, Map<String, PlayerFeed.Position> spaces) {
        return new PlayerFeed.Cursor(
                cursor.player(),
                cursor.resyncs(),
                cursor.joins(),
                cursor.leaves(),
                cursor.at(),
                cursor.checksum(),
                spaces);
    }

    @Test
    void spacesOfOtherPlayersAreNotRead() {
        PlayerFeed.Cursor cursor = syncedCursor();
        meter.take();
        assertFalse(pull(cursor).hasChanges());
        int expectedRequests = meter.take().requests();
        Map<String, PlayerFeed.Position> spaces = new TreeMap<>(cursor.spaces());
        for (int i = 0; i < 500; i++) {
            spaces.put("other" + i, new PlayerFeed.Position("", 0));
        }
        PlayerFeed feed = pull(with(cursor, spaces));
        assertEquals(expectedRequests, meter.take().requests());
        assertFalse(feed.hasChanges());
        assertEquals(cursor.spaces().keySet(), feed.cursor().spaces().keySet());
    }

    /** A page that ends early must not let the cursor say that the client has an entity that it never received. */
    @Test
    void entityOfAShortSubscription_isNotLeftByAClientThatNeverHadIt() {
        Replica replica = new Replica("player");
        done(realm.create("mine", "PLAYER_DATA", "{'n': 1}"));
        done(realm.create("passing", "PLAYER_DATA", "{'n': 1}"));
        realm.players.subscribe(GAME, "ada", SPACE, "mine");
        replica.take(pull(null));
        realm.players.subscribe(GAME, "ada", SPACE, "passing");
        realm.players.unsubscribe(GAME, "ada", SPACE, "passing");
        for (int i = 0; i < 3; i++) {
            done(realm.update("mine", "{'set': {'n': " + i + "}}", null));
        }
        boolean more = true;
        while (more) {
            PlayerFeed feed = realm.playerFeeds.pull(GAME, "ada", replica.playerCursor, new AnswerBudget(1));
            // Compares the checksum of the cursor with that of the received entities.
            replica.take(feed);
            more = feed.more();
        }
        replica.assertHolds(Map.of(PlayerFeed.key(SPACE, "mine"), realm.reader.read(GAME, SPACE, "mine")));
    }

    /** Spaces that the player just left stay in the cursor until all new changes are sent. */
    @Test
    void cursorWithTooManySpacesResyncs() {
        PlayerFeed.Cursor cursor = syncedCursor();
        for (String space : new String[] {"a", "b", "c"}) {
            done(realm.entities.create(
                    GAME,
                    space,
                    new EntityService.NewEntity("e", "UI_STATE", Realm.json("{'n': 1}"), null),
                    Realm.SERVER,
                    new IdempotencyKey(null, "")));
            realm.players.subscribe(GAME, "ada", space, "e");
        }
        realm.players.unsubscribe(GAME, "ada", SPACE, "mine");
        PlayerFeed feed = realm.playerFeeds.pull(GAME, "ada", cursor, new AnswerBudget(1));
        assertTrue(feed.resync());
        assertTrue(feed.first());
        assertTrue(feed.cursor().spaces().size() <= 3, feed.cursor().toString());
    }
}
