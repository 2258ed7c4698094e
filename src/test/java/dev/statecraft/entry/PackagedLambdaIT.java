package dev.statecraft.entry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.local.LocalDynamoDb;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packaged artifact, driven as Lambda drives it, on DynamoDB Local. Whatever {@code target/function.zip} holds is
 * what is tested: the JVM artifact, or the native executable when one has been built. Linux only, as Lambda is: the
 * runtime interface client comes with native code for nothing else.
 */
@EnabledOnOs(OS.LINUX)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PackagedLambdaIT {

    private static final Path ZIP = Path.of(System.getProperty("statecraft.packaged", "target/function.zip"));

    private static final Path PAGE = Path.of("src/main/resources/META-INF/resources");

    private final ObjectMapper mapper = new ObjectMapper();
    private final Map<String, String> open = new TreeMap<>();
    private final Path unpacked;
    private final PackagedFunction api;

    PackagedLambdaIT(@TempDir Path directory) throws Exception {
        unpacked = directory;
        PackagedFunction.unpack(ZIP, unpacked);
        open.put("STATECRAFT_ACCESS_ANONYMOUS", "true");
        open.put("QUARKUS_DYNAMODB_ENDPOINT_OVERRIDE", LocalDynamoDb.endpoint().toString());
        open.put("STATECRAFT_TABLES_PREFIX", LocalDynamoDb.lastingTables().prefix());
        open.put("STATECRAFT_METRICS_ENABLED", "true");
        api = start("api", open);
    }

    @AfterAll
    void stop() throws Exception {
        api.close();
    }

    private PackagedFunction start(String handler, Map<String, String> environment) throws Exception {
        String name = environment.equals(open) ? handler : handler + "-closed";
        return new PackagedFunction(unpacked, handler, environment, Path.of("target", "packaged-" + name + ".log"));
    }

    private static String event(String name) throws Exception {
        return Files.readString(Path.of("infra/events/" + name + ".json"));
    }

    /** The event cut down to its first record, which is the score that {@code api-submit-score} submits. */
    private String firstRecord(String name) throws Exception {
        ObjectNode event = (ObjectNode) mapper.readTree(event(name));
        event.putArray("Records").add(mapper.readTree(event(name)).at("/Records/0"));
        return event.toString();
    }

    private JsonNode answer(PackagedFunction function, String event) throws Exception {
        RuntimeApi.Answer answer = function.invoke(event);
        assertFalse(answer.failed(), answer::body);
        return mapper.readTree(answer.body());
    }

    private JsonNode call(String name, int status) throws Exception {
        JsonNode response = answer(api, event(name));
        assertEquals(status, response.get("statusCode").asInt(), response::toString);
        return mapper.readTree(response.get("body").asText());
    }

    @Test
    void theArtifactHoldsNothingThatPlaysAws() throws Exception {
        try (ZipFile zip = new ZipFile(ZIP.toFile())) {
            List<String> foreign = zip.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.startsWith("dev/statecraft/local/")
                            || name.toLowerCase(Locale.ROOT).matches(".*(dynamodblocal|sqlite|junit|testcontainers).*"))
                    .toList();
            assertEquals(List.of(), foreign);
        }
    }

    @Test
    void healthAnswers() throws Exception {
        assertEquals("UP", call("api-get-health", 200).get("status").asText());
    }

    @Test
    void eachCallTellsItsMetricsInOneLineOfTheLog() throws Exception {
        call("api-get-health", 200);
        String last = api.output()
                .lines()
                .filter(line -> line.startsWith("{\"_aws\""))
                .reduce((one, next) -> next)
                .orElseThrow();
        JsonNode line = new JsonMapper().readTree(last);
        assertEquals("statecraft-api", line.path("FunctionName").asText());
        assertEquals(1, line.path("Requests").asInt());
        assertEquals(0, line.path("Errors").asInt());
        assertTrue(line.path("LatencyMillis").asDouble() > 0, last);
    }

    @Test
    void theDashboardIsServedWithItsParts() throws Exception {
        for (String path : List.of("/", "/dashboard/app.js", "/dashboard/dashboard.css")) {
            ObjectNode event = (ObjectNode) mapper.readTree(event("api-get-page"));
            event.put("rawPath", path);
            JsonNode response = answer(api, event.toString());
            assertEquals(200, response.get("statusCode").asInt(), path);
            Path file = PAGE.resolve(path.equals("/") ? "index.html" : path.substring(1));
            assertEquals(Files.readString(file), response.get("body").asText(), path);
            String policy = response.at("/headers/content-security-policy").asText();
            assertTrue(policy.startsWith("default-src 'none'"), policy);
        }
    }

    @Test
    void anUnknownRouteIsAProblem() throws Exception {
        JsonNode problem = call("api-get-unknown-route", 404);
        assertEquals("/problems/route-not-found", problem.get("type").asText());
    }

    @Test
    void anEventThatMakesNoSenseDoesNotEndTheFunction() throws Exception {
        assertEquals(400, answer(api, "{}").get("statusCode").asInt());
        healthAnswers();
    }

    @Test
    void aBoardIsMadeAndScoredOn() throws Exception {
        assertEquals("high_scores", call("api-create-board", 201).get("id").asText());
        call("api-submit-score", 200);
        assertEquals(
                "/problems/board-exists",
                call("api-create-board", 409).get("type").asText());
        try (PackagedFunction stream = start("leaderboard-stream", open)) {
            JsonNode failures =
                    answer(stream, firstRecord("leaderboard-stream")).get("batchItemFailures");
            assertTrue(failures.isArray(), failures::toString);
            assertTrue(failures.isEmpty(), failures::toString);
        }
        assertEquals(1, call("api-get-rank", 200).get("rank").asInt());
        assertEquals("ada", call("api-top", 200).at("/entries/0/playerId").asText());
    }

    @Test
    void anEntityIsMadeSyncedAndRecorded() throws Exception {
        assertEquals(1, call("api-create-entity", 201).get("version").asInt());
        JsonNode synced = call("api-sync", 200);
        assertEquals(200, synced.at("/results/0/status").asInt(), synced::toString);
        assertEquals(2, synced.at("/results/0/version").asInt(), synced::toString);
        assertEquals(80, synced.at("/results/0/state/health").asInt(), synced::toString);
        try (PackagedFunction stream = start("state-stream", open)) {
            JsonNode failures = answer(stream, event("state-stream")).get("batchItemFailures");
            assertTrue(failures.isEmpty(), failures::toString);
        }
    }

    @Test
    void aSocketIsOpenedAndClosed() throws Exception {
        try (PackagedFunction socket = start("socket", open)) {
            JsonNode opened = answer(socket, event("socket-connect"));
            assertEquals(200, opened.get("statusCode").asInt(), opened::toString);
            JsonNode closed = answer(socket, event("socket-disconnect"));
            assertEquals(200, closed.get("statusCode").asInt(), closed::toString);
        }
    }

    @Test
    void aScheduleTicks() throws Exception {
        try (PackagedFunction schedule = start("schedule", open)) {
            assertTrue(answer(schedule, event("schedule")).isObject());
        }
    }

    @Test
    void withoutBeingToldToBeOpenItAsksForAKey() throws Exception {
        Map<String, String> closed = new TreeMap<>(open);
        closed.remove("STATECRAFT_ACCESS_ANONYMOUS");
        try (PackagedFunction function = start("api", closed)) {
            assertEquals(
                    401,
                    answer(function, event("api-get-rank")).get("statusCode").asInt());
            assertEquals(
                    200,
                    answer(function, event("api-get-health")).get("statusCode").asInt());
            ObjectNode developers = (ObjectNode) mapper.readTree(event("api-get-rank"));
            ((ObjectNode) developers.get("headers")).put("authorization", "Bearer sk_dev_local");
            assertEquals(
                    401,
                    answer(function, developers.toString()).get("statusCode").asInt());
        }
    }
}
