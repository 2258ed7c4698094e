package dev.statecraft.replication;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SERVER;
import static dev.statecraft.replication.Realm.SPACE;
import static dev.statecraft.replication.Realm.done;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.statecraft.access.AccessParts;
import dev.statecraft.access.Caller;
import dev.statecraft.access.CurrentCaller;
import dev.statecraft.http.FailureProblems;
import dev.statecraft.http.json.FrameJson;
import dev.statecraft.http.json.Json;
import dev.statecraft.replication.command.EntityUpdate;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.command.SessionUse;
import dev.statecraft.replication.entity.EntityService;
import dev.statecraft.replication.entity.EntityService.NewEntity;
import dev.statecraft.replication.entity.EntityView;
import dev.statecraft.replication.feed.FeedCursor;
import dev.statecraft.replication.feed.FeedCursors;
import dev.statecraft.replication.feed.SyncRequest;
import dev.statecraft.replication.feed.SyncResource;
import dev.statecraft.replication.feed.SyncService;
import dev.statecraft.replication.feed.SyncSessions;
import dev.statecraft.replication.guard.Guard;
import dev.statecraft.replication.guard.GuardReader;
import dev.statecraft.replication.socket.Frames;
import dev.statecraft.replication.state.AnswerBudget;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.bench.Bench;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What commits and pulls consume, what writers in each other's way get through, and what goes over the wire. */
@Tag("bench")
public class ReplicationBench {

    private static final int COMMITS = 100;
    private static final int ENTITIES = 50;

    @RegisterExtension
    final Bench bench = new Bench();

    private final TableNames tables = bench.tables();
    private final Realm realm = instance();
    private final Random random = new Random(1);
    private final AtomicInteger sequence = new AtomicInteger();

    @Test
    void capacityOfACommit() {
        for (int i = 0; i < ENTITIES; i++) {
            create(SPACE, "plain" + i, gameState(random, 1_000));
            create(SPACE, "guarded" + i, gameState(random, 1_000));
            create(SPACE, "noise" + i, noise(random, 750));
        }
        Bench.print("commits of updates of one number, states of 1,000 bytes of JSON");
        for (int size : new int[] {1, 10, 50}) {
            commits("a game's state", "plain", size, ENTITIES, true);
        }
        for (int size : new int[] {1, 10, 50}) {
            commits("no mutation ids", "plain", size, ENTITIES, false);
        }
        Guard guard = ((GuardReader.Read) GuardReader.parse("guard", Realm.json("{'score': {'min': 0}}"), 20)).guard();
        bench.measure("a game's state with a guard, 1 a commit", COMMITS, i -> {
            SyncService.Update update = update(SPACE, "guarded" + i % ENTITIES, true);
            EntityUpdate.Edit edit = update.update().edit();
            EntityUpdate guarded =
                    new EntityUpdate(edit, null, null, new TreeMap<>(), null, guard, SessionUse.NONE, null);
            Mutation mutation = realm.entities.mutation(GAME, update.entityId(), guarded, SERVER, update.identity());
            done(realm.commits.commit(GAME, SPACE, mutation));
        });
        Bench.print("the same with states of 750 bytes that do not compress");
        for (int size : new int[] {1, 10, 50}) {
            commits("noise", "noise", size, ENTITIES, true);
        }
        Bench.print("one entity, updated continuously");
        for (int i = 0; i < 3; i++) {
            commits("commits " + i * COMMITS + " to " + (i * COMMITS + COMMITS - 1), "plain", 1, 1, true);
        }
    }

    @Test
    void capacityOfAPullWithNothingNew() {
        create(SPACE, "a", gameState(random, 1_000));
        Realm instance = instance();
        SyncService.SyncCursors nothingNew = upToDate(instance);
        Bench.print("pull with nothing new");
        Realm fresh = instance();
        bench.measure(
                "first of an instance in a second",
                1,
                i -> assertTrue(fresh.sync
                        .pull(GAME, nothingNew, SyncService.Wait.NONE, 1_000_000)
                        .isEmpty()));
        int pulls = 200;
        bench.measure(
                "all others",
                pulls,
                i -> instance.feeds.pull(GAME, SPACE, nothingNew.spaces().get(SPACE), new AnswerBudget(1_000_000)));
        bench.measure(
                "as they come, 200 in a row",
                pulls,
                i -> assertTrue(instance.sync
                        .pull(GAME, nothingNew, SyncService.Wait.NONE, 1_000_000)
                        .isEmpty()));
    }

    /** A sync sends one update and receives it and the update that another client has made since the last sync. */
    @Test
    void syncsOfTwoClients() {
        create(SPACE, "own", gameState(random, 1_000));
        create(SPACE, "others", gameState(random, 1_000));
        Realm other = instance();
        AccessParts access =
                new AccessParts(realm.machine, realm.dynamo, realm.tables, Map.of("limits.requests-per-second", "0"));
        SyncResource syncs = new SyncResource(
                realm.sync,
                realm.config,
                new SyncSessions(realm.heartbeats, realm.sessionConfig),
                realm.answers,
                access.limits(),
                new CurrentCaller());
        Caller caller = new Caller(GAME, "bench");
        String[] cursor = {FeedCursors.write(upToDate(realm).spaces().get(SPACE))};
        long[] nanos = new long[COMMITS];
        bench.start();
        for (int i = 0; i < COMMITS; i++) {
            other.sync.push(GAME, List.of(update(SPACE, "others", true)));
            SyncRequest request = PackedJson.MAPPER.convertValue(
                    Realm.json("{'cursors': {'arena': '" + cursor[0] + "'}, 'updates': [{'space': 'arena', 'entityId':"
                            + " 'own', 'mutationId': 'own" + i + "', 'set': {'score': " + i + "}}]}"),
                    SyncRequest.class);
            long started = bench.nanos();
            SyncResource.SyncResult synced = syncs.sync(caller, request, realm.config.answerBytes(), null);
            nanos[i] = bench.nanos() - started;
            assertEquals(2, synced.answer().spaces().get(SPACE).commits().size());
            cursor[0] = FeedCursors.write(
                    Objects.requireNonNull(synced.feeds().spaces().get(SPACE)).cursor());
        }
        Bench.print(
                "sync of one update and the changes of two clients; throughput and capacity include the other's commit");
        bench.report("sync", nanos);
    }

    @Test
    void bytesOnTheWire() throws IOException {
        ObjectMapper mapper = new ObjectMapper().registerModule(new JavaTimeModule());
        new Json().customize(mapper);
        create(SPACE, "a", gameState(random, 2_000));
        SyncService.SyncCursors wanted = upToDate(realm);
        SyncRequest request = new SyncRequest(
                "bench",
                null,
                Map.of(SPACE, FeedCursors.write(wanted.spaces().get(SPACE))),
                null,
                null,
                null,
                null,
                null,
                null);
        Entity entity = done(realm.update("a", "{'set': {'score': 4711}}", "m1"));
        SyncResource.SyncResult synced = new SyncResource(
                        realm.sync,
                        realm.config,
                        new SyncSessions(realm.heartbeats, realm.sessionConfig),
                        realm.answers,
                        new AccessParts(realm.dynamo, realm.tables, realm.clock, Map.of()).limits(),
                        new CurrentCaller())
                .sync(new Caller(GAME, "bench"), request, realm.config.answerBytes(), null);
        assertEquals(1, synced.answer().spaces().get(SPACE).commits().size());
        Frames frames = new Frames(new FrameJson(mapper, new FailureProblems(realm.machine.random())), realm.config);
        Bench.print("an entity of 2,000 bytes of JSON, one number changed");
        bytes(
                "the change within the answer",
                mapper.writeValueAsString(synced.answer().spaces().get(SPACE).commits()));
        bytes("the whole answer of a sync", mapper.writeValueAsString(synced.answer()));
        bytes("the frame of a socket", frames.changes(synced.feeds()).text());
        bytes("the entity, state and all", mapper.writeValueAsString(EntityView.of(entity, false)));
    }

    private void bytes(String what, String json) throws IOException {
        byte[] plain = json.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(plain);
        }
        Bench.print("  %-34s %5d bytes, %5d gzipped", what, plain.length, packed.size());
    }

    private SyncService.SyncCursors upToDate(Realm instance) {
        FeedCursor cursor = instance.feeds
                .pull(GAME, SPACE, null, new AnswerBudget(1_000_000))
                .cursor();
        return new SyncService.SyncCursors(Map.of(SPACE, cursor), null, null);
    }

    private void commits(String name, String prefix, int size, int entities, boolean repeatable) {
        bench.measure(name + ", " + size + " a commit", COMMITS, i -> {
            List<SyncService.Update> updates = IntStream.range(0, size)
                    .mapToObj(k -> update(SPACE, prefix + (i * size + k) % entities, repeatable))
                    .toList();
            realm.sync.push(GAME, updates).forEach(updated -> done(((EntityService.Decided) updated).result()));
        });
    }

    private SyncService.Update update(String space, String id, boolean repeatable) {
        int number = sequence.incrementAndGet();
        String body = "{'set': {'score': " + number + "}}";
        IdempotencyKey identity = new IdempotencyKey(repeatable ? "m" + number : null, body);
        return new SyncService.Update(space, id, Realm.operations(body), SERVER, identity);
    }

    private Realm instance() {
        return new Realm(bench.machine(), bench.client(), bench::streams, tables, Map.of());
    }

    private void create(String space, String id, ObjectNode state) {
        done(realm.entities.create(
                GAME, space, new NewEntity(id, "UI_STATE", state, null), SERVER, new IdempotencyKey(null, "")));
    }

    /** What a game keeps of a player: numbers, words that come again, a list of things. */
    public static ObjectNode gameState(Random random, int bytes) {
        ObjectNode state = PackedJson.MAPPER.createObjectNode();
        state.put("score", 0).put("name", "player-" + random.nextInt(100_000)).put("alive", true);
        state.putObject("position")
                .put("x", random.nextInt(100_000) / 100.0)
                .put("y", random.nextInt(100_000) / 100.0)
                .put("z", random.nextInt(100_000) / 100.0);
        ArrayNode items = state.putArray("inventory");
        String[] kinds = {"sword", "shield", "potion", "arrow", "rope", "torch", "amulet"};
        while (state.toString().length() < bytes) {
            items.addObject()
                    .put("item", kinds[random.nextInt(kinds.length)])
                    .put("count", random.nextInt(100))
                    .put("quality", random.nextInt(1_000) / 1_000.0);
        }
        return state;
    }

    private static ObjectNode noise(Random random, int bytes) {
        StringBuilder text = new StringBuilder();
        while (text.length() < bytes - 30) {
            text.append((char) ('#' + random.nextInt(56)));
        }
        return PackedJson.MAPPER.createObjectNode().put("score", 0).put("noise", text.toString());
    }
}
