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
import dev.statecraft.local.Meter;
import dev.statecraft.replication.commit.CommitService;
import dev.statecraft.replication.commit.CommitService.Busy;
import dev.statecraft.replication.entity.EntityService;
import dev.statecraft.replication.entity.EntityService.NewEntity;
import dev.statecraft.replication.entity.EntityView;
import dev.statecraft.replication.entity.IdempotencyKey;
import dev.statecraft.replication.feed.FeedCursor;
import dev.statecraft.replication.feed.FeedCursors;
import dev.statecraft.replication.feed.SyncRequest;
import dev.statecraft.replication.feed.SyncResource;
import dev.statecraft.replication.feed.SyncService;
import dev.statecraft.replication.socket.Frames;
import dev.statecraft.replication.state.AnswerBudget;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.PackedJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What commits and pulls consume, what writers in each other's way get through, and what goes over the wire. */
@Tag("bench")
public class ReplicationBench {

    private static final int COMMITS = 20;
    private static final int ENTITIES = 50;
    private static final Duration WARM_UP = Duration.ofSeconds(2);
    private static final Duration MEASURED = Duration.ofSeconds(5);

    private final Meter meter = new Meter();
    private final Realm realm = new Realm(Map.of(), meter, Clock.systemUTC());
    private final Random random = new Random(1);
    private final AtomicInteger sequence = new AtomicInteger();

    @Test
    void capacityOfACommit() {
        for (int i = 0; i < ENTITIES; i++) {
            create(SPACE, "plain" + i, gameState(random, 1_000));
            create(SPACE, "noise" + i, noise(random, 750));
        }
        print("commits of updates of one number, states of 1,000 bytes of JSON");
        for (int size : new int[] {1, 10, 50}) {
            commits("a game's state", "plain", size, ENTITIES, true);
        }
        for (int size : new int[] {1, 10, 50}) {
            commits("no mutation ids", "plain", size, ENTITIES, false);
        }
        print("the same with states of 750 bytes that do not compress");
        for (int size : new int[] {1, 10, 50}) {
            commits("noise", "noise", size, ENTITIES, true);
        }
        print("one entity, updated continuously: 60 commits within a minute");
        for (int i = 0; i < 3; i++) {
            commits("commits " + i * COMMITS + " to " + (i * COMMITS + COMMITS - 1), "plain", 1, 1, true);
        }
    }

    @Test
    void capacityOfAPullWithNothingNew() {
        create(SPACE, "a", gameState(random, 1_000));
        Realm instance = new Realm(realm.tables, Map.of(), meter, Clock.systemUTC());
        SyncService.SyncCursors nothingNew = upToDate(instance);
        meter.take();
        print("pull with nothing new");
        Realm fresh = new Realm(realm.tables, Map.of(), meter, Clock.systemUTC());
        assertTrue(fresh.sync
                .pull(GAME, nothingNew, SyncService.Wait.NONE, 1_000_000)
                .isEmpty());
        print("  %-34s %s", "first of an instance in a second", meter.take().per(1));
        int pulls = 100;
        measure(
                "all others",
                pulls,
                i -> instance.feeds.pull(GAME, SPACE, nothingNew.spaces().get(SPACE), new AnswerBudget(1_000_000)));
        measure(
                "as they come, 100 in a row",
                pulls,
                i -> assertTrue(instance.sync
                        .pull(GAME, nothingNew, SyncService.Wait.NONE, 1_000_000)
                        .isEmpty()));
    }

    @Test
    void commitsOfWritersInEachOthersWay() throws Exception {
        print("commits of one update each, every writer with an entity of its own, %d s", MEASURED.toSeconds());
        for (boolean apart : new boolean[] {false, true}) {
            for (int spaces : new int[] {1, 16}) {
                for (int writers : new int[] {1, 4, 16}) {
                    contend(writers, spaces, apart);
                }
            }
        }
    }

    @Test
    void bytesOnTheWire() throws IOException {
        ObjectMapper mapper = new ObjectMapper().registerModule(new JavaTimeModule());
        new Json().customize(mapper);
        create(SPACE, "a", gameState(random, 2_000));
        SyncService.SyncCursors wanted = upToDate(realm);
        SyncRequest request = new SyncRequest(
                "bench", null, Map.of(SPACE, FeedCursors.write(wanted.spaces().get(SPACE))), null, null, null, null);
        Entity entity = done(realm.update("a", "{'set': {'score': 4711}}", "m1"));
        SyncResource.SyncResult synced = new SyncResource(
                        realm.sync,
                        realm.config,
                        new AccessParts(realm.dynamo, realm.tables, realm.clock, Map.of()).limits(),
                        new CurrentCaller())
                .sync(new Caller(GAME, "bench"), request, realm.config.answerBytes());
        assertEquals(1, synced.answer().spaces().get(SPACE).commits().size());
        Frames frames = new Frames(new FrameJson(mapper, new FailureProblems(realm.machine.random())), realm.config);
        print("an entity of 2,000 bytes of JSON, one number changed");
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
        print("  %-34s %5d bytes, %5d gzipped", what, plain.length, packed.size());
    }

    private SyncService.SyncCursors upToDate(Realm instance) {
        FeedCursor cursor = instance.feeds
                .pull(GAME, SPACE, null, new AnswerBudget(1_000_000))
                .cursor();
        return new SyncService.SyncCursors(Map.of(SPACE, cursor), null, null);
    }

    private void commits(String name, String prefix, int size, int entities, boolean repeatable) {
        measure(name + ", " + size + " a commit", COMMITS, i -> {
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

    private void contend(int writers, int spaces, boolean apart) throws Exception {
        String run = "c" + sequence.incrementAndGet();
        List<Realm> instances = new ArrayList<>();
        for (int writer = 0; writer < writers; writer++) {
            instances.add(apart ? new Realm(realm.tables, Map.of(), meter, Clock.systemUTC()) : realm);
            create(run + "s" + writer % spaces, "e" + writer, gameState(random, 1_000));
        }
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        try {
            AtomicInteger busy = new AtomicInteger();
            write(threads, instances, run, spaces, WARM_UP, busy);
            meter.take();
            busy.set(0);
            long started = System.nanoTime();
            long[] nanos = write(threads, instances, run, spaces, MEASURED, busy);
            double seconds = (System.nanoTime() - started) / 1e9;
            Arrays.sort(nanos);
            print(
                    "  %2d writers, %2d spaces, %-13s %6.0f commits/s p50 %6.1f ms p99 %7.1f ms %s, %d gave up",
                    writers,
                    spaces,
                    apart ? "an instance each" : "one instance",
                    nanos.length / seconds,
                    nanos[nanos.length / 2] / 1e6,
                    nanos[(int) (nanos.length * 0.99)] / 1e6,
                    meter.take().per(nanos.length),
                    busy.get());
        } finally {
            threads.shutdownNow();
        }
    }

    /** How long each commit took that was made. */
    private long[] write(
            ExecutorService threads, List<Realm> instances, String run, int spaces, Duration time, AtomicInteger busy)
            throws Exception {
        long until = System.nanoTime() + time.toNanos();
        List<Future<List<Long>>> futures = new ArrayList<>();
        for (int i = 0; i < instances.size(); i++) {
            int writer = i;
            futures.add(threads.submit(() -> {
                List<Long> nanos = new ArrayList<>();
                while (System.nanoTime() < until) {
                    long started = System.nanoTime();
                    SyncService.Update update = update(run + "s" + writer % spaces, "e" + writer, true);
                    CommitService.Result result = ((EntityService.Decided) instances
                                    .get(writer)
                                    .sync
                                    .push(GAME, List.of(update))
                                    .get(0))
                            .result();
                    if (result instanceof Busy) {
                        busy.incrementAndGet();
                    } else {
                        done(result);
                        nanos.add(System.nanoTime() - started);
                    }
                }
                return nanos;
            }));
        }
        List<Long> all = new ArrayList<>();
        for (Future<List<Long>> future : futures) {
            all.addAll(future.get());
        }
        return all.stream().mapToLong(Long::longValue).toArray();
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

    private interface Operation {
        void run(int number);
    }

    private void measure(String name, int times, Operation operation) {
        meter.take();
        long started = System.nanoTime();
        for (int i = 0; i < times; i++) {
            operation.run(i);
        }
        double millis = (System.nanoTime() - started) / 1e6 / times;
        print("  %-34s %s %8.1f ms", name, meter.take().per(times), millis);
    }

    private static void print(String format, Object... arguments) {
        System.out.println(String.format(Locale.ROOT, format, arguments));
    }
}
