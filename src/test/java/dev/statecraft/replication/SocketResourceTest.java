package dev.statecraft.replication;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SPACE;
import static dev.statecraft.replication.Realm.done;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.statecraft.access.AccessParts;
import dev.statecraft.access.Caller;
import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.KeyService;
import dev.statecraft.access.PlayerPass;
import dev.statecraft.access.RateLimitService;
import dev.statecraft.access.Scope;
import dev.statecraft.entry.FrameJson;
import dev.statecraft.entry.Json;
import dev.statecraft.entry.ProblemException;
import dev.statecraft.leaderboard.MovingClock;
import dev.statecraft.local.Meter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Frames in, frames out and news pushed, on real tables, with connections that are lists. */
class SocketResourceTest {

    private static final Caller CALLER = new Caller(GAME, "tester");

    /** Connections that keep what they are sent. */
    private static final class Wires implements Sockets {

        private final Map<String, List<JsonNode>> frames = new ConcurrentHashMap<>();
        private final Set<String> broken = ConcurrentHashMap.newKeySet();
        private final Map<String, Closing> closed = new ConcurrentHashMap<>();

        @Override
        public void close(String connectionId, Closing closing) {
            closed.put(connectionId, closing);
        }

        @Override
        public Delivery send(String connectionId, String frame) {
            List<JsonNode> wire = frames.get(connectionId);
            if (wire == null) {
                return Delivery.GONE;
            }
            if (broken.contains(connectionId)) {
                return Delivery.FAILED;
            }
            wire.add(Realm.json(frame.replace('\'', '’')));
            return Delivery.SENT;
        }
    }

    private final Wires wires = new Wires();
    private final Meter meter = new Meter();
    private final MovingClock clock = new MovingClock(Instant.now());
    private final Realm realm;
    private final ConnectionService connections;
    private final SocketResource sockets;
    private final SyncResource syncs;
    private final RateLimitService limits;
    private final String keyId;

    SocketResourceTest() {
        Map<String, String> settings = Map.of(
                "type-cache",
                "PT1M",
                "connection-cache",
                "PT1M",
                "frame-bytes",
                "20000",
                "connections-per-read",
                "3",
                "connections-per-player",
                "4");
        realm = new Realm(settings, meter, clock);
        ObjectMapper mapper = new ObjectMapper().registerModule(new JavaTimeModule());
        new Json().customize(mapper);
        FrameJson json = new FrameJson(mapper);
        AccessParts access = new AccessParts(
                realm.dynamo,
                realm.tables,
                realm.clock,
                Map.of("anonymous", "true", "limits.player-burst", "40", "limits.requests-per-second", "0"));
        limits = access.limits();
        keyId = access.keys().create(new KeyService.NewKey(GAME, "servers", Scope.ALL, false, null), "test")
                        instanceof KeyService.Created created
                ? created.key().id()
                : "";
        Frames frames = new Frames(json, realm.config);
        connections = new ConnectionService(
                new ConnectionStore(realm.dynamo, realm.tables),
                wires,
                realm.sync,
                frames,
                access.keys(),
                realm.config,
                realm.clock);
        realm.news.listen(connections::changed);
        syncs = new SyncResource(realm.sync, realm.config, limits, new CurrentCaller());
        sockets = new SocketResource(syncs, connections, frames, json, limits, realm.config);
    }

    @Test
    void whoSyncsIsToldWhatIsCommittedFromThenOn() {
        done(realm.create("a", "UI_STATE", "{'n': 1, 'text': 'so long that a step is shorter'}"));
        open("c1");
        JsonNode synced = sync("c1", "{'op': 'sync', 'id': 7, 'cursors': {'arena': ''}}");
        assertEquals("synced", synced.path("op").asText());
        assertEquals(7, synced.path("id").asInt());
        assertEquals(1, synced.at("/spaces/arena/snapshot/entities").size());

        done(realm.update("a", "{'set': {'n': 2}}", null));
        done(realm.update("a", "{'set': {'n': 3}}", null));
        List<JsonNode> pushed = wires.frames.get("c1");
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
    void updatesComeInOverTheSocketAndOthersAreTold() {
        done(realm.create("a", "UI_STATE", "{'n': 1, 'text': 'so long that a step is shorter'}"));
        open("c1");
        open("c2");
        sync("c1", "{'op': 'sync', 'id': 'x', 'cursors': {'arena': ''}}");
        sync("c2", "{'op': 'sync', 'id': 'x', 'cursors': {'arena': ''}}");
        JsonNode synced = sync(
                "c1",
                "{'op': 'sync', 'id': 'y', 'updates': [{'space': 'arena', 'entityId': 'a', 'increment': {'n': 5},"
                        + " 'mutationId': 'm'}, {'space': 'arena', 'entityId': 'nobody', 'set': {'n': 5}}]}");
        assertEquals(200, synced.at("/results/0/status").asInt());
        assertEquals(6, synced.at("/results/0/state/n").asInt());
        assertEquals(404, synced.at("/results/1/status").asInt());
        assertEquals(
                6,
                wires.frames
                        .get("c2")
                        .get(0)
                        .at("/spaces/arena/commits/0/changes/0/set/n")
                        .asInt());
    }

    @Test
    void connectionsThatAreGoneAreForgottenAndThoseThatAreClosedToo() {
        done(realm.create("a", "UI_STATE", "{'n': 1, 'text': 'so long that a step is shorter'}"));
        open("c1");
        open("c2");
        sync("c1", "{'op': 'sync', 'cursors': {'arena': ''}}");
        sync("c2", "{'op': 'sync', 'cursors': {'arena': ''}}");
        wires.frames.remove("c1");
        sockets.closed("c2");
        done(realm.update("a", "{'set': {'n': 2}}", null));
        assertEquals(0, stored());
        assertEquals(List.of(), wires.frames.get("c2"));
        assertEquals(
                "problem",
                sync("c2", "{'op': 'sync', 'cursors': {'arena': ''}}")
                        .path("op")
                        .asText());
    }

    @Test
    void whatIsCommittedHereIsToldFromMemoryAndWhatOthersCommitIsReadInBetween() {
        done(realm.create("a", "UI_STATE", "{'n': 1, 'text': 'so long that a step is shorter'}"));
        open("c1");
        sync("c1", "{'op': 'sync', 'cursors': {'arena': ''}}");
        done(realm.update("a", "{'set': {'n': 2}}", null));
        meter.take();
        done(realm.update("a", "{'set': {'n': 3}}", null));
        assertEquals(3, meter.take().requests(), "read, write, and how far the connection was told");

        Realm elsewhere = new Realm(realm.tables, Map.of(), new ExecutionInterceptor() {}, Clock.systemUTC());
        done(elsewhere.update("a", "{'set': {'n': 4}}", null));
        done(realm.update("a", "{'set': {'n': 5}}", null));
        List<JsonNode> pushed = wires.frames.get("c1");
        List<Long> numbers = new ArrayList<>();
        pushed.forEach(frame -> frame.at("/spaces/arena/commits")
                .forEach(commit -> numbers.add(commit.path("seq").asLong())));
        assertEquals(List.of(2L, 3L, 4L, 5L), numbers);
        JsonNode last = pushed.get(pushed.size() - 1);
        assertEquals(
                realm.head().checksum().toString(),
                last.at("/spaces/arena/checksum").asText());
        JsonNode again = sync(
                "c1",
                "{'op': 'sync', 'cursors': {'arena': '"
                        + last.at("/spaces/arena/cursor").asText() + "'}}");
        assertEquals(0, again.at("/spaces/arena/commits").size(), "the cursor of a frame is as good as that of a pull");
    }

    @Test
    void theStreamTellsWhomTheWriterDidNot() {
        done(realm.create("a", "UI_STATE", "{'n': 1, 'text': 'so long that a step is shorter'}"));
        open("c1");
        sync("c1", "{'op': 'sync', 'cursors': {'arena': ''}}");
        wires.broken.add("c1");
        done(realm.update("a", "{'set': {'n': 2}}", null));
        done(realm.update("a", "{'set': {'n': 3}}", null));
        assertEquals(List.of(), wires.frames.get("c1"));
        wires.broken.clear();
        assertTrue(connections.tellAll(realm.logStream.next()).isEmpty());
        assertEquals(1, wires.frames.get("c1").size());
        assertEquals(
                2, wires.frames.get("c1").get(0).at("/spaces/arena/commits").size());
        done(realm.update("a", "{'set': {'n': 4}}", null));
        assertTrue(connections.tellAll(realm.logStream.next()).isEmpty());
        assertEquals(2, wires.frames.get("c1").size(), "what the writer told is not told again");
    }

    @Test
    void aPlayerIsToldOfItsEntitiesAndOfNewOnesAtOnce() {
        done(realm.create("mine", "PLAYER_DATA", "{'n': 1}"));
        done(realm.create("other", "PLAYER_DATA", "{'n': 1}"));
        open("c1");
        JsonNode synced = sync("c1", "{'op': 'sync', 'id': 1, 'playerId': 'ada'}");
        assertTrue(synced.has("player"));
        realm.players.subscribe(GAME, "ada", SPACE, "mine");
        List<JsonNode> pushed = wires.frames.get("c1");
        assertEquals("mine", pushed.get(0).at("/player/snapshot/entities/0/id").asText());
        done(realm.update("other", "{'set': {'n': 2}}", null));
        done(realm.update("mine", "{'set': {'n': 2}}", null));
        JsonNode last = pushed.get(pushed.size() - 1);
        assertEquals("mine", last.at("/player/commits/0/changes/0/entityId").asText());
        assertEquals(2, pushed.size(), "what is not its own is not told");
    }

    @Test
    void newsThatDoNotFitIntoOneFrameComeInSeveralInOrder() {
        open("c1");
        sync("c1", "{'op': 'sync', 'cursors': {'arena': ''}}");
        wires.broken.add("c1");
        String text = "x".repeat(4_000);
        for (int i = 0; i < 12; i++) {
            done(realm.create("e" + i, "UI_STATE", "{'t': '" + text + "'}"));
        }
        wires.broken.clear();
        connections.tellAll(realm.logStream.next());
        List<JsonNode> pushed = wires.frames.get("c1");
        assertTrue(pushed.size() > 2, pushed.size() + " frames");
        List<Long> numbers = new ArrayList<>();
        pushed.forEach(frame -> frame.at("/spaces/arena/commits")
                .forEach(commit -> numbers.add(commit.path("seq").asLong())));
        assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L, 12L), numbers);
    }

    @Test
    void aChangeTooLargeForAFrameIsToBeFetched() {
        open("c1");
        sync("c1", "{'op': 'sync', 'cursors': {'arena': ''}}");
        ObjectNode state = Realm.json("{}");
        for (int i = 0; i < 3_000; i++) {
            state.put("k" + i, "value " + i);
        }
        done(realm.create("big", "UI_STATE", state.toString()));
        JsonNode pushed = wires.frames.get("c1").get(0);
        assertEquals("[\"arena\"]", pushed.path("fetch").toString());
        JsonNode synced = sync("c1", "{'op': 'sync', 'id': 1, 'cursors': {'arena': ''}}");
        assertEquals("[\"arena\"]", synced.path("fetch").toString());
    }

    @Test
    void anUpdateThatCannotBeReadIsItsOwnProblem() {
        done(realm.create("a", "UI_STATE", "{'n': 0}"));
        open("c1");
        String good = "{'entityId': 'a', 'space': 'arena', 'increment': {'n': 1.0}, 'source': []}";
        JsonNode answer = sync(
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
    void whatMakesNoSenseIsAProblemThatNamesTheField(String frame, int status, String field) {
        open("c1");
        JsonNode answer = sync("c1", frame);
        assertEquals("problem", answer.path("op").asText(), answer.toString());
        assertEquals(status, answer.at("/problem/status").asInt(), answer.toString());
        assertEquals(field == null ? "" : field, answer.at("/problem/field").asText(), answer.toString());
    }

    @Test
    void moreThanTheUpdatesThatMayBePendingAreRefused() {
        open("c1");
        String updates = "{'entityId': 'a', 'set': {'n': 1}},".repeat(51);
        JsonNode answer =
                sync("c1", "{'op': 'sync', 'id': 1, 'updates': [" + updates.substring(0, updates.length() - 1) + "]}");
        assertEquals(429, answer.at("/problem/status").asInt());
        assertEquals(1, answer.at("/problem/retryAfter").asInt());
        assertEquals(1, answer.path("id").asInt());
    }

    @Test
    void aConnectionFollowsSoManySpacesAndNoMore() {
        open("c1");
        Set<String> cursors = new HashSet<>();
        for (int i = 0; i < realm.config.spacesPerSync(); i++) {
            cursors.add("'s" + i + "': ''");
        }
        assertEquals(
                "synced",
                sync("c1", "{'op': 'sync', 'cursors': {" + String.join(",", cursors) + "}}")
                        .path("op")
                        .asText());
        assertEquals(
                "cursors",
                sync("c1", "{'op': 'sync', 'cursors': {'more': ''}}")
                        .at("/problem/field")
                        .asText());
    }

    /** A server that came with a token of so many seconds. */
    private Caller passing(int seconds) {
        return new Caller(
                GAME,
                "tester",
                Caller.ANONYMOUS,
                true,
                Scope.ALL,
                null,
                clock.instant().plusSeconds(seconds));
    }

    /** A player's client; what it may ask for is counted, unlike that of who needs no key. */
    private Caller player(String id) {
        return new Caller(GAME, id, keyId, true, Set.of(Scope.STATE_READ), new PlayerPass(id, Set.of(SPACE), Set.of()));
    }

    @Test
    void whenTheTokenHasEndedFramesAreRefusedAndTheConnectionForgotten() {
        done(realm.create("a", "UI_STATE", "{'n': 1}"));
        open("c1", passing(900));
        clock.move(Duration.ofSeconds(899));
        assertEquals(
                "synced",
                sync("c1", "{'op': 'sync', 'cursors': {'arena': ''}}")
                        .path("op")
                        .asText());
        clock.move(Duration.ofSeconds(1));
        JsonNode refused = sync(
                "c1",
                "{'op': 'sync', 'id': 2, 'cursors': {}, 'updates': [{'space': 'arena', 'entityId': 'a',"
                        + " 'set': {'n': 2}}]}");
        assertEquals("problem", refused.path("op").asText());
        assertEquals(2, refused.path("id").asInt());
        assertEquals("/problems/unauthorized", refused.at("/problem/type").asText());
        assertEquals(401, refused.at("/problem/status").asInt());
        assertEquals(1, realm.read("a").version());
        assertEquals(0, stored());
        SocketResource.Answer again = sockets.answer("c1", "{\"op\":\"sync\",\"cursors\":{}}");
        assertEquals(
                "/problems/connection-closed",
                Realm.json(again.frame().replace('\'', '’')).at("/problem/type").asText());
        assertEquals(Sockets.Closing.NOT_KNOWN, again.closing());
    }

    @Test
    void theAnswerToAFrameSaysWhetherTheConnectionGoesOn() {
        open("c1", passing(60));
        assertEquals(null, sockets.answer("c1", "{\"op\":\"sync\"}").closing());
        assertEquals(null, sockets.answer("c1", "nonsense").closing());
        clock.move(Duration.ofSeconds(60));
        SocketResource.Answer ended = sockets.answer("c1", "{\"op\":\"sync\"}");
        assertEquals(Sockets.Closing.CREDENTIAL_ENDED, ended.closing());
        for (Sockets.Closing closing : Sockets.Closing.values()) {
            assertTrue(closing.reason().getBytes(StandardCharsets.UTF_8).length <= 123, closing.toString());
        }
    }

    @Test
    void whenTheTokenHasEndedNothingIsToldButThat() {
        done(realm.create("a", "UI_STATE", "{'n': 1}"));
        open("c1", passing(60));
        open("c2");
        sync("c1", "{'op': 'sync', 'cursors': {'arena': ''}}");
        sync("c2", "{'op': 'sync', 'cursors': {'arena': ''}}");
        done(realm.update("a", "{'set': {'n': 2}}", null));
        assertEquals(1, wires.frames.get("c1").size());
        clock.move(Duration.ofSeconds(60));
        done(realm.update("a", "{'set': {'n': 3}}", null));
        done(realm.update("a", "{'set': {'n': 4}}", null));
        assertTrue(connections.tellAll(realm.logStream.next()).isEmpty());
        List<JsonNode> told = wires.frames.get("c1");
        assertEquals(2, told.size(), told.toString());
        assertEquals("/problems/unauthorized", told.get(1).at("/problem/type").asText());
        assertEquals(Map.of("c1", Sockets.Closing.CREDENTIAL_ENDED), wires.closed);
        assertEquals(3, wires.frames.get("c2").size());
    }

    @Test
    void openingAConnectionIsARequest() {
        Caller eve = player("eve");
        int opened = 0;
        int status = 0;
        while (status == 0 && opened <= 40) {
            try {
                open("e" + opened, eve);
                opened++;
            } catch (ProblemException e) {
                status = e.problem().status();
            }
        }
        assertEquals(429, status);
        assertEquals(40, opened);
        open("b", player("bob"));
    }

    @Test
    void aPlayersFirstConnectionIsForgottenForOneTooMany() {
        done(realm.create("a", "UI_STATE", "{'n': 1}"));
        for (int i = 1; i <= 5; i++) {
            open("c" + i, player("eve"));
            open("server" + i);
            clock.move(Duration.ofMillis(1));
            sync("c" + i, "{'op': 'sync', 'cursors': {'arena': ''}}");
        }
        done(realm.update("a", "{'set': {'n': 2}}", null));
        assertEquals(0, wires.frames.get("c1").size());
        assertEquals(Map.of("c1", Sockets.Closing.REPLACED), wires.closed);
        for (int i = 2; i <= 5; i++) {
            assertEquals(1, wires.frames.get("c" + i).size());
        }
        assertEquals(
                "/problems/connection-closed",
                sync("c1", "{'op': 'sync', 'cursors': {}}").at("/problem/type").asText());
        for (int i = 1; i <= 5; i++) {
            sockets.closed("c" + i);
            sockets.closed("server" + i);
        }
        assertEquals(0, stored());
    }

    /** More than are told by whoever commits, and more than are read at a time. */
    @Test
    void theStreamTellsAllWhoFollowASpace() {
        done(realm.create("a", "UI_STATE", "{'n': 1}"));
        int many = realm.config.directPushes() + 5;
        for (int i = 0; i < many; i++) {
            open("c" + i);
            sync("c" + i, "{'op': 'sync', 'cursors': {'arena': ''}}");
        }
        done(realm.update("a", "{'set': {'n': 2}}", null));
        assertTrue(connections.tellAll(realm.logStream.next()).isEmpty());
        for (int i = 0; i < many; i++) {
            assertEquals(1, wires.frames.get("c" + i).size(), "c" + i);
        }
    }

    @Test
    void aPlayerWhoseTokensAreUsedUpWaitsNoLonger() {
        done(realm.create("a", "UI_STATE", "{'n': 1}"));
        Caller ada = player("ada");
        String cursor = syncs.sync(ada, request("", 0L), 10_000)
                .answer()
                .spaces()
                .get(SPACE)
                .cursor();
        int seconds = 0;
        while (limits.passWaiting(ada)) {
            seconds++;
        }
        assertEquals(40, seconds);
        long begun = System.nanoTime();
        SyncResource.Synced synced = syncs.sync(ada, request(cursor, 15_000L), 10_000);
        long waitedSeconds = Duration.ofNanos(System.nanoTime() - begun).toSeconds();
        assertTrue(synced.news().isEmpty());
        assertTrue(waitedSeconds < 10, "waited for " + waitedSeconds + " s");
    }

    private static SyncResource.SyncRequest request(String cursor, long waitMillis) {
        return new SyncResource.SyncRequest("test", null, Map.of(SPACE, cursor), null, null, null, waitMillis);
    }

    private void open(String id) {
        open(id, CALLER);
    }

    private void open(String id, Caller caller) {
        wires.frames.put(id, new CopyOnWriteArrayList<>());
        sockets.opened(id, caller);
    }

    private JsonNode sync(String id, String frame) {
        return Realm.json(sockets.received(id, frame.replace('\'', '"')).replace('\'', '’'));
    }

    private int stored() {
        return realm.dynamo
                .scan(scan -> scan.tableName(realm.tables.connections()))
                .count();
    }
}
