package dev.statecraft.replication.socket;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SPACE;
import static dev.statecraft.replication.Realm.done;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.Realm;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Tests the push of changes to connections by the committing instance and by the stream, on DynamoDB Local. */
class ConnectionNotifierTest {

    private final SocketRig rig = new SocketRig();
    private final Realm realm = rig.realm;

    @Test
    void ownCommitsArePushedFromMemoryAndOtherCommitsAreRead() {
        done(realm.create("a", "UI_STATE", "{'n': 1, 'text': 'so long that a step is shorter'}"));
        rig.open("c1");
        rig.sync("c1", "{'op': 'sync', 'cursors': {'arena': ''}}");
        done(realm.update("a", "{'set': {'n': 2}}", null));
        rig.meter.take();
        done(realm.update("a", "{'set': {'n': 3}}", null));
        assertEquals(3, rig.meter.take().requests(), "read, write, and the new cursor");

        Realm elsewhere = new Realm(realm.tables, Map.of(), new ExecutionInterceptor() {}, Clock.systemUTC());
        done(elsewhere.update("a", "{'set': {'n': 4}}", null));
        done(realm.update("a", "{'set': {'n': 5}}", null));
        List<JsonNode> pushed = rig.wires.frames.get("c1");
        List<Long> numbers = new ArrayList<>();
        pushed.forEach(frame -> frame.at("/spaces/arena/commits")
                .forEach(commit -> numbers.add(commit.path("seq").asLong())));
        assertEquals(List.of(2L, 3L, 4L, 5L), numbers);
        JsonNode last = pushed.get(pushed.size() - 1);
        assertEquals(
                realm.head().checksum().toString(),
                last.at("/spaces/arena/checksum").asText());
        JsonNode again = rig.sync(
                "c1",
                "{'op': 'sync', 'cursors': {'arena': '"
                        + last.at("/spaces/arena/cursor").asText() + "'}}");
        assertEquals(0, again.at("/spaces/arena/commits").size(), "the cursor of a frame is as good as that of a pull");
    }

    @Test
    void streamNotifiesConnectionsThatTheWriterDidNot() {
        done(realm.create("a", "UI_STATE", "{'n': 1, 'text': 'so long that a step is shorter'}"));
        rig.open("c1");
        rig.sync("c1", "{'op': 'sync', 'cursors': {'arena': ''}}");
        rig.wires.broken.add("c1");
        done(realm.update("a", "{'set': {'n': 2}}", null));
        done(realm.update("a", "{'set': {'n': 3}}", null));
        assertEquals(List.of(), rig.wires.frames.get("c1"));
        rig.wires.broken.clear();
        assertTrue(rig.notifier.notifySubscribers(realm.logStream.next()).isEmpty());
        assertEquals(1, rig.wires.frames.get("c1").size());
        assertEquals(
                2, rig.wires.frames.get("c1").get(0).at("/spaces/arena/commits").size());
        done(realm.update("a", "{'set': {'n': 4}}", null));
        assertTrue(rig.notifier.notifySubscribers(realm.logStream.next()).isEmpty());
        assertEquals(2, rig.wires.frames.get("c1").size(), "the stream does not repeat the writer's push");
    }

    @Test
    void playerConnectionReceivesChangesAndNewSubscriptionsImmediately() {
        done(realm.create("mine", "PLAYER_DATA", "{'n': 1}"));
        done(realm.create("other", "PLAYER_DATA", "{'n': 1}"));
        rig.open("c1");
        JsonNode synced = rig.sync("c1", "{'op': 'sync', 'id': 1, 'playerId': 'ada'}");
        assertTrue(synced.has("player"));
        realm.players.subscribe(GAME, "ada", SPACE, "mine");
        List<JsonNode> pushed = rig.wires.frames.get("c1");
        assertEquals("mine", pushed.get(0).at("/player/snapshot/entities/0/id").asText());
        done(realm.update("other", "{'set': {'n': 2}}", null));
        done(realm.update("mine", "{'set': {'n': 2}}", null));
        JsonNode last = pushed.get(pushed.size() - 1);
        assertEquals("mine", last.at("/player/commits/0/changes/0/entityId").asText());
        assertEquals(2, pushed.size(), "changes of other entities are not pushed");
    }

    @Test
    void changesAreSplitIntoSeveralFramesInOrder() {
        rig.open("c1");
        rig.sync("c1", "{'op': 'sync', 'cursors': {'arena': ''}}");
        rig.wires.broken.add("c1");
        String text = "x".repeat(4_000);
        for (int i = 0; i < 12; i++) {
            done(realm.create("e" + i, "UI_STATE", "{'t': '" + text + "'}"));
        }
        rig.wires.broken.clear();
        rig.notifier.notifySubscribers(realm.logStream.next());
        List<JsonNode> pushed = rig.wires.frames.get("c1");
        assertTrue(pushed.size() > 2, pushed.size() + " frames");
        List<Long> numbers = new ArrayList<>();
        pushed.forEach(frame -> frame.at("/spaces/arena/commits")
                .forEach(commit -> numbers.add(commit.path("seq").asLong())));
        assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L, 12L), numbers);
    }

    @Test
    void changeTooLargeForAFrameMustBeFetched() {
        rig.open("c1");
        rig.sync("c1", "{'op': 'sync', 'cursors': {'arena': ''}}");
        ObjectNode state = Realm.json("{}");
        for (int i = 0; i < 3_000; i++) {
            state.put("k" + i, "value " + i);
        }
        done(realm.create("big", "UI_STATE", state.toString()));
        JsonNode pushed = rig.wires.frames.get("c1").get(0);
        assertEquals("[\"arena\"]", pushed.path("fetch").toString());
        JsonNode synced = rig.sync("c1", "{'op': 'sync', 'id': 1, 'cursors': {'arena': ''}}");
        assertEquals("[\"arena\"]", synced.path("fetch").toString());
    }

    /** Uses more connections than direct pushes, and more than one page of subscribers. */
    @Test
    void streamNotifiesAllSubscribersOfASpace() {
        done(realm.create("a", "UI_STATE", "{'n': 1}"));
        int many = realm.config.directPushes() + 5;
        for (int i = 0; i < many; i++) {
            rig.open("c" + i);
            rig.sync("c" + i, "{'op': 'sync', 'cursors': {'arena': ''}}");
        }
        done(realm.update("a", "{'set': {'n': 2}}", null));
        assertTrue(rig.notifier.notifySubscribers(realm.logStream.next()).isEmpty());
        for (int i = 0; i < many; i++) {
            assertEquals(1, rig.wires.frames.get("c" + i).size(), "c" + i);
        }
    }

    @Test
    void expiredTokenReceivesOnlyAProblem() {
        done(realm.create("a", "UI_STATE", "{'n': 1}"));
        rig.open("c1", rig.passing(60));
        rig.open("c2");
        rig.sync("c1", "{'op': 'sync', 'cursors': {'arena': ''}}");
        rig.sync("c2", "{'op': 'sync', 'cursors': {'arena': ''}}");
        done(realm.update("a", "{'set': {'n': 2}}", null));
        assertEquals(1, rig.wires.frames.get("c1").size());
        rig.clock.move(Duration.ofSeconds(60));
        done(realm.update("a", "{'set': {'n': 3}}", null));
        done(realm.update("a", "{'set': {'n': 4}}", null));
        assertTrue(rig.notifier.notifySubscribers(realm.logStream.next()).isEmpty());
        List<JsonNode> pushed = rig.wires.frames.get("c1");
        assertEquals(2, pushed.size(), pushed.toString());
        assertEquals("/problems/unauthorized", pushed.get(1).at("/problem/type").asText());
        assertEquals(Map.of("c1", Sockets.Closing.CREDENTIAL_ENDED), rig.wires.closed);
        assertEquals(3, rig.wires.frames.get("c2").size());
    }
}
