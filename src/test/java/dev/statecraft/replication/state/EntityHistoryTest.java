package dev.statecraft.replication.state;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.replication.Linearizability;
import dev.statecraft.replication.Linearizability.Call;
import dev.statecraft.replication.Linearizability.Stepped;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Concurrent clients write and read the same entities over HTTP (invariants E1 to E4, C5). */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class EntityHistoryTest {

    private static final int CLIENTS = 4;
    private static final int CALLS = 14;

    /** A version and the number in its state. */
    private record Value(long version, long n) {}

    /**
     * A request of a client: adds {@code by}, or reads if it is 0. The precondition is version {@code expected}, 0 for
     * none. A repeated mutation must be recognized.
     */
    private record Ask(long by, long expected, boolean repeated) {}

    /** A response; {@code refused} if the precondition failed. */
    private record Answer(Value value, boolean refused) {}

    private static Stepped<Value> register(Value state, Call<Ask, Answer> call) {
        Ask ask = call.input();
        Answer answer = call.output();
        if (answer == null) {
            return new Stepped<>(false, state);
        }
        if (ask.by() == 0) {
            return new Stepped<>(answer.value().equals(state), state);
        }
        if (ask.repeated()) {
            return new Stepped<>(answer.value().version() <= state.version(), state);
        }
        if (ask.expected() != 0 && ask.expected() != state.version()) {
            return new Stepped<>(answer.refused() && answer.value().equals(state), state);
        }
        Value next = new Value(state.version() + 1, state.n() + ask.by());
        return new Stepped<>(!answer.refused() && answer.value().equals(next), next);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void concurrentRequestsAreLinearizablePerEntity(long seed) throws Exception {
        String space = "history" + seed;
        for (String id : List.of("x", "y")) {
            json("{'id': '" + id + "', 'space': '" + space + "', 'type': 'UI_STATE', 'state': {'n': 0}}")
                    .post("/v1/entities")
                    .then()
                    .statusCode(201);
        }
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS + 1);
        List<Future<List<Call<Ask, Answer>>>> clients = new ArrayList<>();
        for (int c = 0; c < CLIENTS; c++) {
            int client = c;
            clients.add(threads.submit(
                    (Callable<List<Call<Ask, Answer>>>) () -> client(space, client, new Random(seed * 100 + client))));
        }
        Future<Map<String, Value>> reader = threads.submit((Callable<Map<String, Value>>) () -> reader(space));
        List<Call<Ask, Answer>> history = new ArrayList<>();
        for (Future<List<Call<Ask, Answer>>> client : clients) {
            history.addAll(client.get());
        }
        String context = "seed " + seed + ": " + history;
        assertNull(Linearizability.violation(history, new Value(1, 0), EntityHistoryTest::register), context);
        Map<String, Value> read = reader.get();
        threads.shutdown();
        for (String id : List.of("x", "y")) {
            long added = history.stream()
                    .filter(call -> call.key().equals(id))
                    .filter(call -> call.output() != null && !call.output().refused())
                    .filter(call -> !call.input().repeated())
                    .mapToLong(call -> call.input().by())
                    .sum();
            Value last =
                    value(given().get("/v1/entities/" + id + "?space=" + space).jsonPath());
            assertEquals(added, last.n(), context);
            assertTrue(read.get(id).version() <= last.version(), context);
        }
    }

    private static List<Call<Ask, Answer>> client(String space, int client, Random random) {
        List<Call<Ask, Answer>> calls = new ArrayList<>();
        long seen = 1;
        for (int i = 0; i < CALLS; i++) {
            String id = random.nextBoolean() ? "x" : "y";
            String path = "/v1/entities/" + id + "?space=" + space;
            int dice = random.nextInt(4);
            long by = dice == 0 ? 0 : 1 + random.nextInt(5);
            long expected = dice == 1 ? seen : 0;
            String body = "{'increment': {'n': " + by + "}, 'mutationId': '" + client + "-" + i + "'}";
            int times = by > 0 && random.nextInt(4) == 0 ? 2 : 1;
            for (int time = 0; time < times; time++) {
                long sent = System.nanoTime();
                Response response = by == 0
                        ? given().get(path)
                        : expected == 0
                                ? json(body).patch(path)
                                : json(body)
                                        .header("If-Match", "\"" + expected + "\"")
                                        .patch(path);
                long answered = System.nanoTime();
                boolean refused = response.statusCode() == 412;
                assertTrue(refused || response.statusCode() == 200, response.asString());
                Value value = value(refused ? response.jsonPath().setRootPath("current") : response.jsonPath());
                seen = value.version();
                boolean repeated = Boolean.TRUE.equals(response.jsonPath().get("replayed"));
                calls.add(new Call<>(id, sent, answered, new Ask(by, expected, repeated), new Answer(value, refused)));
            }
        }
        return calls;
    }

    /** Reads the space feed from the start: versions and sequence numbers increase without gaps. */
    private static Map<String, Value> reader(String space) {
        Map<String, Value> held = new TreeMap<>();
        String cursor = "";
        long seq = -1;
        for (int quiet = 0; quiet < 4; ) {
            JsonPath feed = json("{'cursors': {'" + space + "': '" + cursor + "'}, 'waitMillis': 300}")
                    .post("/v1/sync")
                    .jsonPath()
                    .setRootPath("spaces." + space);
            cursor = feed.getString("cursor");
            List<Map<String, Object>> entities = feed.getList("snapshot.entities");
            if (entities != null) {
                for (int i = 0; i < entities.size(); i++) {
                    held.put(
                            feed.getString("snapshot.entities[" + i + "].id"),
                            new Value(
                                    feed.getLong("snapshot.entities[" + i + "].version"),
                                    feed.getLong("snapshot.entities[" + i + "].state.n")));
                }
            }
            int commits = feed.getList("commits").size();
            quiet = commits == 0 ? quiet + 1 : 0;
            for (int i = 0; i < commits; i++) {
                long next = feed.getLong("commits[" + i + "].seq");
                assertTrue(seq < 0 || next == seq + 1, "a gap between " + seq + " and " + next);
                seq = next;
                int changes = feed.getList("commits[" + i + "].changes").size();
                for (int j = 0; j < changes; j++) {
                    String at = "commits[" + i + "].changes[" + j + "].";
                    String id = feed.getString(at + "entityId");
                    long version = feed.getLong(at + "version");
                    assertEquals(held.get(id).version() + 1, version, "versions of " + id);
                    boolean whole = feed.get(at + "state") != null;
                    held.put(id, new Value(version, feed.getLong(at + (whole ? "state.n" : "set.n"))));
                }
            }
        }
        return held;
    }

    private static Value value(JsonPath entity) {
        return new Value(entity.getLong("version"), entity.getLong("state.n"));
    }

    private static RequestSpecification json(String body) {
        return given().contentType("application/json").body(body.replace('\'', '"'));
    }
}
