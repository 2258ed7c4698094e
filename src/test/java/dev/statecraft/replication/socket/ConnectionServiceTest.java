package dev.statecraft.replication.socket;

import static dev.statecraft.replication.Realm.done;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.replication.Realm;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests closed connections, expired tokens and the limit of connections per player, on DynamoDB Local. */
class ConnectionServiceTest {

    private final SocketRig rig = new SocketRig();
    private final Realm realm = rig.realm;

    @Test
    void goneAndClosedConnectionsAreDeleted() {
        done(realm.create("a", "UI_STATE", "{'n': 1, 'text': 'so long that a step is shorter'}"));
        rig.open("c1");
        rig.open("c2");
        rig.sync("c1", "{'op': 'sync', 'cursors': {'arena': ''}}");
        rig.sync("c2", "{'op': 'sync', 'cursors': {'arena': ''}}");
        rig.wires.frames.remove("c1");
        rig.sockets.closed("c2");
        done(realm.update("a", "{'set': {'n': 2}}", null));
        assertEquals(0, rig.stored());
        assertEquals(List.of(), rig.wires.frames.get("c2"));
        assertEquals(
                "problem",
                rig.sync("c2", "{'op': 'sync', 'cursors': {'arena': ''}}")
                        .path("op")
                        .asText());
    }

    @Test
    void expiredTokenRejectsFramesAndDeletesTheConnection() {
        done(realm.create("a", "UI_STATE", "{'n': 1}"));
        rig.open("c1", rig.passing(900));
        rig.clock.move(Duration.ofSeconds(899));
        assertEquals(
                "synced",
                rig.sync("c1", "{'op': 'sync', 'cursors': {'arena': ''}}")
                        .path("op")
                        .asText());
        rig.clock.move(Duration.ofSeconds(1));
        JsonNode refused = rig.sync(
                "c1",
                "{'op': 'sync', 'id': 2, 'cursors': {}, 'updates': [{'space': 'arena', 'entityId': 'a',"
                        + " 'set': {'n': 2}}]}");
        assertEquals("problem", refused.path("op").asText());
        assertEquals(2, refused.path("id").asInt());
        assertEquals("/problems/unauthorized", refused.at("/problem/type").asText());
        assertEquals(401, refused.at("/problem/status").asInt());
        assertEquals(1, realm.read("a").version());
        assertEquals(0, rig.stored());
        SocketResource.FrameResponse again = rig.sockets.respond("c1", "{\"op\":\"sync\",\"cursors\":{}}");
        assertEquals(
                "/problems/connection-closed",
                Realm.json(again.frame().replace('\'', '’')).at("/problem/type").asText());
        assertEquals(Sockets.Closing.NOT_KNOWN, again.closing());
    }

    @Test
    void oldestConnectionOfAPlayerIsClosedAboveTheLimit() {
        done(realm.create("a", "UI_STATE", "{'n': 1}"));
        for (int i = 1; i <= 5; i++) {
            rig.open("c" + i, rig.player("eve"));
            rig.open("server" + i);
            rig.clock.move(Duration.ofMillis(1));
            rig.sync("c" + i, "{'op': 'sync', 'cursors': {'arena': ''}}");
        }
        done(realm.update("a", "{'set': {'n': 2}}", null));
        assertEquals(0, rig.wires.frames.get("c1").size());
        assertEquals(Map.of("c1", Sockets.Closing.REPLACED), rig.wires.closed);
        for (int i = 2; i <= 5; i++) {
            assertEquals(1, rig.wires.frames.get("c" + i).size());
        }
        assertEquals(
                "/problems/connection-closed",
                rig.sync("c1", "{'op': 'sync', 'cursors': {}}")
                        .at("/problem/type")
                        .asText());
        for (int i = 1; i <= 5; i++) {
            rig.sockets.closed("c" + i);
            rig.sockets.closed("server" + i);
        }
        assertEquals(0, rig.stored());
    }
}
