package dev.statecraft.lambda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.access.Keyring;
import dev.statecraft.access.Scope;
import dev.statecraft.local.LocalDynamoDb;
import dev.statecraft.openapi.ApiDocument;
import dev.statecraft.openapi.ApiPlay;
import dev.statecraft.openapi.ApiWorld;
import dev.statecraft.openapi.DocumentedAnswers;
import io.restassured.RestAssured;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packaged artifact on DynamoDB Local, called like on Lambda. It tests the content of {@code target/function.zip}:
 * the JVM artifact, or the native executable if one has been built. Linux only, because the runtime interface client
 * has no native library for other systems.
 */
@EnabledOnOs(OS.LINUX)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PackagedLambdaIT {

    private static final Path ZIP = Path.of(System.getProperty("statecraft.packaged", "target/function.zip"));

    private static final Path PAGE = Path.of("src/main/resources/META-INF/resources");

    /** The classes that the api function has loaded. */
    private static final Path LOADED =
            Path.of("target", "packaged-api-classes.log").toAbsolutePath();

    private final ObjectMapper mapper = new ObjectMapper();
    private final Map<String, String> open = new TreeMap<>();
    private final Path unpacked;
    private final Map<String, PackagedFunction> functions = new TreeMap<>();
    private final PackagedFunction api;
    private final PackagedSystem system;

    /** Starts all functions side by side, because the start takes most of the time. */
    PackagedLambdaIT(@TempDir Path directory) throws Exception {
        unpacked = directory;
        PackagedFunction.unpack(ZIP, unpacked);
        open.put("STATECRAFT_ACCESS_ANONYMOUS", "true");
        open.put("QUARKUS_DYNAMODB_ENDPOINT_OVERRIDE", LocalDynamoDb.endpoint().toString());
        open.put("STATECRAFT_TABLES_PREFIX", LocalDynamoDb.lastingTables().prefix());
        open.put("STATECRAFT_METRICS_ENABLED", "true");
        Map<String, String> watched = new TreeMap<>(open);
        watched.put("JDK_JAVA_OPTIONS", "-Xlog:class+load:file=" + LOADED);
        api = start("api", "api", watched);
        for (String handler : List.of("leaderboard-stream", "state-stream", "socket", "schedule")) {
            start(handler, handler, open);
        }
        Map<String, String> closed = new TreeMap<>(open);
        closed.remove("STATECRAFT_ACCESS_ANONYMOUS");
        start("api-closed", "api", closed);
        system = new PackagedSystem(
                unpacked,
                Map.of(
                        "STATECRAFT_MIGRATION_SETTLE_AFTER", "0s",
                        "STATECRAFT_ERASURE_ROBLOX_SECRET", "test-secret",
                        "STATECRAFT_ERASURE_SECOND_LOOK_AFTER", "0s",
                        "STATECRAFT_LEADERBOARD_BOARD_CACHE", "0s",
                        "STATECRAFT_LEADERBOARD_SETTLE_AFTER", "0s",
                        "STATECRAFT_REPLICATION_TYPE_CACHE", "0s",
                        "STATECRAFT_INTEGRATION_LEADERBOARD_REPLICATION", "false",
                        "STATECRAFT_INTEGRATION_SYNCHRONIZATION_TIME", "5s",
                        "QUARKUS_DYNAMODB_ENDPOINT_OVERRIDE",
                                LocalDynamoDb.endpoint().toString()));
    }

    @AfterAll
    void stop() {
        functions.values().forEach(PackagedFunction::close);
        system.close();
    }

    private PackagedFunction start(String name, String handler, Map<String, String> environment) throws Exception {
        PackagedFunction function =
                new PackagedFunction(unpacked, handler, environment, Path.of("target", "packaged-" + name + ".log"));
        functions.put(name, function);
        return function;
    }

    private PackagedFunction function(String name) {
        return Objects.requireNonNull(functions.get(name), name);
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
    void artifact_containsNoDevModeClassesOrGameScripts() throws Exception {
        try (ZipFile zip = new ZipFile(ZIP.toFile())) {
            List<String> foreign = zip.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.startsWith("dev/statecraft/local/")
                            || name.toLowerCase(Locale.ROOT).matches(".*(dynamodblocal|sqlite|junit|testcontainers).*")
                            || name.endsWith(".luau"))
                    .toList();
            assertEquals(List.of(), foreign);
        }
    }

    @Test
    void healthCheck_returns200() throws Exception {
        assertEquals("UP", call("api-get-health", 200).get("status").asText());
    }

    @Test
    void eachCall_writesItsMetricsInOneLogLine() throws Exception {
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
    void dashboard_isServed() throws Exception {
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
    void unknownRoute_isAProblem() throws Exception {
        JsonNode problem = call("api-get-unknown-route", 404);
        assertEquals("/problems/route-not-found", problem.get("type").asText());
    }

    @Test
    void malformedEvent_doesNotEndTheFunction() throws Exception {
        assertEquals(400, answer(api, "{}").get("statusCode").asInt());
        healthCheck_returns200();
    }

    @Test
    void board_isCreatedAndScored() throws Exception {
        assertEquals("high_scores", call("api-create-board", 201).get("id").asText());
        call("api-submit-score", 200);
        assertEquals("high_scores", call("api-create-board", 200).get("id").asText());
        JsonNode failures = answer(function("leaderboard-stream"), firstRecord("leaderboard-stream"))
                .get("batchItemFailures");
        assertTrue(failures.isArray(), failures::toString);
        assertTrue(failures.isEmpty(), failures::toString);
        assertEquals(1, call("api-get-rank", 200).get("rank").asInt());
        assertEquals("ada", call("api-top", 200).at("/entries/0/playerId").asText());
    }

    @Test
    void entity_isCreatedSyncedAndRecorded() throws Exception {
        assertEquals(1, call("api-create-entity", 201).get("version").asInt());
        JsonNode synced = call("api-sync", 200);
        assertEquals(200, synced.at("/results/0/status").asInt(), synced::toString);
        assertEquals(2, synced.at("/results/0/version").asInt(), synced::toString);
        assertEquals(80, synced.at("/results/0/state/health").asInt(), synced::toString);
        JsonNode failures =
                answer(function("state-stream"), event("state-stream")).get("batchItemFailures");
        assertTrue(failures.isEmpty(), failures::toString);
    }

    @Test
    void socket_isOpenedAndClosed() throws Exception {
        JsonNode opened = answer(function("socket"), event("socket-connect"));
        assertEquals(200, opened.get("statusCode").asInt(), opened::toString);
        JsonNode closed = answer(function("socket"), event("socket-disconnect"));
        assertEquals(200, closed.get("statusCode").asInt(), closed::toString);
    }

    @Test
    void schedule_runs() throws Exception {
        assertTrue(answer(function("schedule"), event("schedule")).isObject());
    }

    /** JVM or native: every operation responds as the document describes. */
    @Test
    void everyOperation_matchesTheDocument() throws Exception {
        try {
            ApiDocument document = ApiDocument.committed();
            RestAssured.port = system.port();
            RestAssured.replaceFiltersWith(new DocumentedAnswers(document));
            String game = "packaged";
            String key = Keyring.with(PackagedSystem.BOOTSTRAP_KEY)
                    .contentType("application/json")
                    .body(Map.of(
                            "name",
                            "everything",
                            "game",
                            game,
                            "scopes",
                            Scope.ALL.stream().map(Scope::text).toList()))
                    .post("/v1/keys")
                    .then()
                    .statusCode(201)
                    .extract()
                    .path("key");
            new ApiPlay(new ApiWorld(document, () -> system.rest(game), game, key)).run();
        } finally {
            RestAssured.reset();
        }
    }

    @Test
    void openApiDocument_isServedWithoutParsing() throws Exception {
        // The order of keys differs from the committed document, which a test served.
        JsonNode committed = ApiDocument.committed().root();
        assertEquals(committed, ApiDocument.read(openApi("", "*/*")).root());
        assertEquals(committed, ApiDocument.read(openApi("format=yaml", "*/*")).root());
        assertEquals(
                committed, ApiDocument.read(openApi("", "application/json")).root());
        assertEquals(committed, ApiDocument.read(openApi("format=JSON", "*/*")).root());
        assertTrue(openApi("", "application/json").startsWith("{"));
        if (!PackagedFunction.isNative(unpacked)) {
            String loaded = Files.readString(LOADED);
            assertTrue(loaded.contains("dev.statecraft.lambda.ApiHandler"), "there is a list of what was loaded");
            assertFalse(loaded.contains("io.smallrye.openapi.runtime.io.OpenApiParser "), "the document was parsed");
            assertFalse(loaded.contains("io.smallrye.openapi.internal.models."), "the document was parsed");
        }
    }

    private String openApi(String query, String accept) throws Exception {
        ObjectNode event = (ObjectNode) mapper.readTree(event("api-get-page"));
        event.put("rawPath", "/openapi").put("rawQueryString", query);
        event.putObject("headers").put("accept", accept);
        JsonNode response = answer(api, event.toString());
        assertEquals(200, response.get("statusCode").asInt());
        String type = response.at("/headers/content-type").asText();
        boolean json = accept.contains("json") || query.endsWith("JSON");
        assertEquals(json ? "application/json;charset=UTF-8" : "application/yaml;charset=UTF-8", type);
        return response.get("body").asText();
    }

    @Test
    void anonymousCalls_areRejectedByDefault() throws Exception {
        PackagedFunction closed = function("api-closed");
        assertEquals(
                401, answer(closed, event("api-get-rank")).get("statusCode").asInt());
        assertEquals(
                200, answer(closed, event("api-get-health")).get("statusCode").asInt());
        ObjectNode developers = (ObjectNode) mapper.readTree(event("api-get-rank"));
        ((ObjectNode) developers.get("headers")).put("authorization", "Bearer sk_dev_local");
        assertEquals(
                401, answer(closed, developers.toString()).get("statusCode").asInt());
    }
}
