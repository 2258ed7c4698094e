package dev.statecraft.replication.socket;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SPACE;
import static dev.statecraft.replication.Realm.done;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.access.Caller;
import dev.statecraft.http.ProblemException;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.commit.TransactionCommits.Applied;
import dev.statecraft.replication.feed.SyncRequest;
import dev.statecraft.replication.feed.SyncResource;
import dev.statecraft.replication.feed.SyncService.Update;
import dev.statecraft.replication.type.DoublingSchemas;
import dev.statecraft.table.TransactionWrites;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Tests frames of clients and their responses, on DynamoDB Local. */
class SocketResourceTest {

    private final SocketRig rig = new SocketRig();
    private final Realm realm = rig.realm;

    @Test
    void syncSubscribesTheConnectionToLaterCommits() {
        done(realm.create("a", "UI_STATE", "{'n': 1, 'text': 'so long that a step is shorter'}"));
        rig.open("c1");
        JsonNode synced = rig.sync("c1", "{'op': 'sync', 'id': 7, 'cursors': {'arena': ''}}");
        assertEquals("synced", synced.path("op").asText());
        assertEquals(7, synced.path("id").asInt());
        assertEquals(1, synced.at("/spaces/arena/snapshot/entities").size());

        done(realm.update("a", "{'set': {'n': 2}}", null));
        done(realm.update("a", "{'set': {'n': 3}}", null));
        List<JsonNode> pushed = rig.wires.frames.get("c1");
        assertEquals(2, pushed.size());
        assertEquals("changes", pushed.get(0).path("op").asText());
        assertEquals(2, pushed.get(0).at("/spaces/arena/commits/0/seq").asLong());
        assertEquals(3, pushed.get(1).at("/spaces/arena/commits/0/seq").asLong());
        assertEquals(
                3, pushed.get(1).at("/spaces/arena/commits/0/changes/0/set/n").asInt());
        assertEquals(
                realm.head().checksum().toString(),
                pushed.get(1).at("/spaces/arena/checksum").asText());
    }

    @Test
    void updatesOverTheSocketArePushedToOthers() {
        done(realm.create("a", "UI_STATE", "{'n': 1, 'text': 'so long that a step is shorter'}"));
        rig.open("c1");
        rig.open("c2");
        rig.sync("c1", "{'op': 'sync', 'id': 'x', 'cursors': {'arena': ''}}");
        rig.sync("c2", "{'op': 'sync', 'id': 'x', 'cursors': {'arena': ''}}");
        JsonNode synced = rig.sync(
                "c1",
                "{'op': 'sync', 'id': 'y', 'updates': [{'space': 'arena', 'entityId': 'a', 'increment': {'n': 5},"
                        + " 'mutationId': 'm'}, {'space': 'arena', 'entityId': 'nobody', 'set': {'n': 5}}]}");
        assertEquals(200, synced.at("/results/0/status").asInt());
        assertEquals(6, synced.at("/results/0/state/n").asInt());
        assertEquals(404, synced.at("/results/1/status").asInt());
        assertEquals(
                6,
                rig.wires
                        .frames
                        .get("c2")
                        .get(0)
                        .at("/spaces/arena/commits/0/changes/0/set/n")
                        .asInt());
    }

    @Test
    void partOfATransaction_isPushedWithItsId() {
        done(realm.create("a", "UI_STATE", "{'n': 1}"));
        done(realm.create("city", "b", "UI_STATE", "{'n': 1}"));
        rig.open("c1");
        rig.sync("c1", "{'op': 'sync', 'id': 1, 'cursors': {'arena': '', 'city': ''}}");
        Update first = update(SPACE, "a");
        assertInstanceOf(Applied.class, realm.transactions.apply(GAME, "trade", List.of(first, update("city", "b"))));
        Set<String> spaces = new HashSet<>();
        for (JsonNode frame : rig.wires.frames.get("c1")) {
            frame.path("spaces").properties().forEach(space -> {
                spaces.add(space.getKey());
                assertEquals(
                        "trade", space.getValue().at("/commits/0/transactionId").asText());
            });
        }
        assertEquals(Set.of(SPACE, "city"), spaces);
    }

    private static Update update(String space, String entity) {
        String operations = "{'increment': {'n': 1}}";
        return new Update(
                space, entity, Realm.operations(operations), Realm.SERVER, new IdempotencyKey(null, operations));
    }

    @Test
    void framesSpeakTheSchemaVersionOfTheClient() {
        new Realm(realm.tables, Map.of("type-cache", "0s"), new ExecutionInterceptor() {}, rig.clock)
                .types.moveSchema(GAME, "HERO", "2.0.0", TransactionWrites.NONE);
        realm.schemas.ask(new DoublingSchemas());
        done(realm.create("hero", "HERO", "{'gold': 10, 'text': 'so long that a step is shorter'}"));
        rig.open("old");
        JsonNode synced = rig.sync(
                "old",
                "{'op': 'sync', 'schemaVersion': '1.0.0', 'cursors': {'arena': ''}, 'updates': [{'space': 'arena',"
                        + " 'entityId': 'hero', 'increment': {'coins': 1}}]}");
        assertEquals(6, synced.at("/results/0/state/coins").asInt());
        assertEquals(
                6, synced.at("/spaces/arena/snapshot/entities/0/state/coins").asInt());
        assertEquals(12, realm.read("hero").json().path("gold").asInt());

        done(realm.update("hero", "{'increment': {'gold': 2}}", null));
        JsonNode change = rig.wires.frames.get("old").get(0).at("/spaces/arena/commits/0/changes/0");
        assertEquals(7, change.at("/state/coins").asInt());
        assertTrue(change.at("/set").isMissingNode());

        done(realm.update("hero", "{'increment': {'gold': 1}}", null));
        JsonNode problem = rig.wires.frames.get("old").get(1);
        assertEquals("problem", problem.path("op").asText());
        assertEquals("/problems/schema-unavailable", problem.at("/problem/type").asText());
    }

    @Test
    void malformedUpdateIsReportedAsItsOwnProblem() {
        done(realm.create("a", "UI_STATE", "{'n': 0}"));
        rig.open("c1");
        String good = "{'entityId': 'a', 'space': 'arena', 'increment': {'n': 1.0}, 'source': []}";
        JsonNode answer = rig.sync(
                "c1",
                "{'op': 'sync', 'id': 1, 'cursors': [], 'updates': [" + good
                        + ",{'entityId': 'a', 'space': 'arena', 'set': {'n': 1e400}},{'extra': 1},[]," + good + "]}");
        assertEquals("synced", answer.path("op").asText(), answer.toString());
        List<Integer> statuses = new ArrayList<>();
        answer.path("results")
                .forEach(result -> statuses.add(result.path("status").asInt()));
        assertEquals(List.of(200, 400, 400, 400, 200), statuses);
        assertEquals("updates[1].set.n", answer.at("/results/1/problem/field").asText());
        assertEquals("updates[2].extra", answer.at("/results/2/problem/field").asText());
        assertEquals(2, answer.at("/results/4/state/n").asInt());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "nonsense                                                 | 400 |",
                "[]                                                       | 400 | op",
                "5                                                        | 400 |",
                "{'id': 1}                                                | 400 | op",
                "{'op': 'dance', 'id': 1}                                 | 400 | op",
                "{'op': 'sync', 'id': {}}                                 | 400 | id",
                "{'op': 'sync', 'id': 1, 'what': 1}                       | 400 | what",
                "{'op': 'sync', 'id': 1, 'cursors': {'arena': 'foreign'}} | 400 | cursors.arena",
                "{'op': 'sync', 'id': 1, 'cursors': {'a b': ''}}          | 400 | cursors",
                "{'op': 'sync', 'id': 1, 'playerId': '#'}                 | 400 | playerId",
                "{'op': 'sync', 'id': 1, 'cursors': 5}                    | 400 | cursors",
                "{'op': 'sync', 'id': 1, 'id': 2}                         | 400 | id"
            })
    void malformedFrameIsAProblemThatNamesTheField(String frame, int status, String field) {
        rig.open("c1");
        JsonNode answer = rig.sync("c1", frame);
        assertEquals("problem", answer.path("op").asText(), answer.toString());
        assertEquals(status, answer.at("/problem/status").asInt(), answer.toString());
        assertEquals(field == null ? "" : field, answer.at("/problem/field").asText(), answer.toString());
    }

    @Test
    void tooManyUpdatesAreRejected() {
        rig.open("c1");
        String updates = "{'entityId': 'a', 'set': {'n': 1}},".repeat(51);
        JsonNode answer = rig.sync(
                "c1", "{'op': 'sync', 'id': 1, 'updates': [" + updates.substring(0, updates.length() - 1) + "]}");
        assertEquals(429, answer.at("/problem/status").asInt());
        assertEquals(1, answer.at("/problem/retryAfter").asInt());
        assertEquals(1, answer.path("id").asInt());
    }

    @Test
    void spacesPerConnectionAreLimited() {
        rig.open("c1");
        Set<String> cursors = new HashSet<>();
        for (int i = 0; i < realm.config.spacesPerSync(); i++) {
            cursors.add("'s" + i + "': ''");
        }
        assertEquals(
                "synced",
                rig.sync("c1", "{'op': 'sync', 'cursors': {" + String.join(",", cursors) + "}}")
                        .path("op")
                        .asText());
        assertEquals(
                "cursors",
                rig.sync("c1", "{'op': 'sync', 'cursors': {'more': ''}}")
                        .at("/problem/field")
                        .asText());
    }

    @Test
    void responseSaysWhetherTheConnectionIsClosed() {
        rig.open("c1", rig.passing(60));
        assertEquals(null, rig.sockets.respond("c1", "{\"op\":\"sync\"}").closing());
        assertEquals(null, rig.sockets.respond("c1", "nonsense").closing());
        rig.clock.move(Duration.ofSeconds(60));
        SocketResource.FrameResponse ended = rig.sockets.respond("c1", "{\"op\":\"sync\"}");
        assertEquals(Sockets.Closing.CREDENTIAL_ENDED, ended.closing());
        for (Sockets.Closing closing : Sockets.Closing.values()) {
            assertTrue(closing.reason().getBytes(StandardCharsets.UTF_8).length <= 123, closing.toString());
        }
    }

    @Test
    void openingAConnectionCountsAsARequest() {
        Caller eve = rig.player("eve");
        int opened = 0;
        int status = 0;
        while (status == 0 && opened <= 40) {
            try {
                rig.open("e" + opened, eve);
                opened++;
            } catch (ProblemException e) {
                status = e.problem().status();
            }
        }
        assertEquals(429, status);
        assertEquals(40, opened);
        rig.open("b", rig.player("bob"));
    }

    @Test
    void waitEndsWhenTheRateLimitIsReached() {
        done(realm.create("a", "UI_STATE", "{'n': 1}"));
        Caller ada = rig.player("ada");
        String cursor = rig.syncs
                .sync(ada, request("", 0L), 10_000, null)
                .answer()
                .spaces()
                .get(SPACE)
                .cursor();
        int seconds = 0;
        while (rig.limits.acquireWaiting(ada)) {
            seconds++;
        }
        assertEquals(40, seconds);
        long start = System.nanoTime();
        SyncResource.SyncResult synced = rig.syncs.sync(ada, request(cursor, 15_000L), 10_000, null);
        long waitedSeconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
        assertTrue(synced.feeds().isEmpty());
        assertTrue(waitedSeconds < 10, "waited for " + waitedSeconds + " s");
    }

    private static SyncRequest request(String cursor, long waitMillis) {
        return new SyncRequest("test", null, Map.of(SPACE, cursor), null, null, null, null, null, waitMillis);
    }
}
