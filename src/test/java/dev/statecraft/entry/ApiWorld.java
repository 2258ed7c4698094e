package dev.statecraft.entry;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.access.Keyring;
import dev.statecraft.access.Scope;
import dev.statecraft.erasure.RobloxSignatureTest;
import dev.statecraft.local.LocalRuntime;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A game of its own in which the OpenAPI document's examples make sense, played by calling them in a good order. */
final class ApiWorld {

    /** What no HTTP client calls: a socket is opened with a handshake of its own. */
    private static final Set<String> NOT_CALLED = Set.of("socket");

    private final ApiDocument document;
    private final Runnable rest;
    private final String game;
    private final String key;
    private final Map<String, String> parameters = new TreeMap<>(Map.of(
            "board",
            "arena",
            "entity",
            "player_ada",
            "player",
            "ada",
            "type",
            "PLAYER_DATA",
            "version",
            "1.1.0",
            "season",
            "1",
            "submissionId",
            "match-17-eve"));
    private final Map<String, Response> answers = new TreeMap<>();
    private final List<String> refused = new ArrayList<>();

    ApiWorld(ApiDocument document, LocalRuntime local, String game) {
        this(
                document,
                () -> local.pump().drain(Duration.ofSeconds(30)),
                game,
                Keyring.key(game, List.copyOf(Scope.ALL)));
    }

    /**
     * A world elsewhere.
     *
     * @param rest has everything handled that goes on behind the API
     * @param key of the game, with all scopes
     */
    ApiWorld(ApiDocument document, Runnable rest, String game, String key) {
        this.document = document;
        this.rest = rest;
        this.game = game;
        this.key = key;
    }

    /** What each operation answered first, by its id. */
    Map<String, Response> answers() {
        return answers;
    }

    /** The parameters of paths, by name, as they are at the end. */
    Map<String, String> parameters() {
        return parameters;
    }

    /** Calls everything there is; fails if anything is refused, or an operation of the document was not called. */
    void play() {
        leaderboards();
        entities();
        migrations();
        system();
        assertEquals(List.of(), refused);
        Set<String> left = new TreeSet<>();
        document.calls().forEach(call -> left.add(call.id()));
        answers.forEach((id, answer) -> {
            if (answer.statusCode() < 300) {
                left.remove(id);
            }
        });
        assertEquals(NOT_CALLED, left, "operations that were not called with success");
    }

    private void leaderboards() {
        call("createLeaderboard");
        call("updatePlayerScore");
        call("updatePlayerScores");
        call("changeLeaderboard");
        post("/v1/leaderboards/arena/scores", "{'playerId':'eve','value':5000000,'submissionId':'match-17-eve'}", 202);
        call("listReviews");
        call("decideReview");
        rest();
        for (String read : List.of(
                "listLeaderboards",
                "getLeaderboardSettings",
                "getLeaderboard",
                "getTopPlayers",
                "getPlayerRank",
                "changeEntry",
                "queryEntries",
                "getPlayerLeaderboards",
                "scoreDistribution",
                "auditLeaderboard",
                "mendLeaderboard")) {
            call(read);
        }
        call("rankOfScore", "?value=1500");
        call("scoreAtRank", "?rank=1");
        call("resetLeaderboard");
        rest();
        for (String read : List.of("listSeasons", "listAwards", "getLeaderboardHistory", "getPlayerHistory")) {
            call(read);
        }
        parameters.put("snapshot", answers.get("getLeaderboardHistory").path("snapshots[0].id"));
        call("getLeaderboardSnapshot");
        post("/v1/leaderboards/arena/scores", "{'playerId':'ada','value':1}", 200);
        call("removePlayer");
        post("/v1/leaderboards", "{'id':'duels','rankingType':'RATING'}", 201);
        parameters.put("board", "duels");
        call("rateMatch");
        parameters.put("board", "arena");
    }

    private void entities() {
        call("createEntity");
        call("putEntityType");
        for (String each : List.of(
                "updateEntity",
                "getEntityState",
                "listEntities",
                "getEntityHistory",
                "revertEntity",
                "replicateToPlayer",
                "getPlayerEntities",
                "forceSynchronization",
                "sync",
                "stopReplicatingToPlayer",
                "listEntityTypes",
                "getEntityType",
                "previewMerge")) {
            call(each);
        }
        put("/v1/entity-types/TRADE", "{'strategy':'MANUAL'}");
        post("/v1/entities", "{'id':'market','type':'TRADE','state':{'price':1}}", 201);
        patch("/v1/entities/market", "{'set':{'price':2}}", 200);
        parameters.put(
                "conflict",
                patch("/v1/entities/market", "{'set':{'price':3},'baseVersion':1,'was':{'price':1}}", 202)
                        .path("conflictId"));
        call("listConflicts");
        call("resolveConflict");
        post("/v1/entities", "{'id':'doomed','type':'UI_STATE','state':{}}", 201);
        parameters.put("entity", "doomed");
        call("deleteEntity");
        parameters.put("entity", "player_ada");
    }

    private void migrations() {
        call("baselineMigrations");
        call("registerMigration");
        call("planMigration");
        call("applyPendingMigrations", "?waitMillis=20000");
        parameters.put("run", answers.get("applyPendingMigrations").path("runs[0]"));
        for (String each : List.of(
                "listMigrations",
                "getMigration",
                "repairMigration",
                "listMigrationRuns",
                "getMigrationRun",
                "listMigrationHistory")) {
            call(each);
        }
        call("rollbackMigration", "?waitMillis=20000");
        call("forceMigration", "?waitMillis=20000");
        post(
                "/v1/migrations",
                "{'version':'1.2.0','description':'By game servers','target':{'entityType':'PLAYER_DATA'},"
                        + "'up':{'worker':true},'down':{'worker':true}}",
                201);
        String run = post("/v1/migrations/apply?waitMillis=0", "{}", 200).path("runs[0]");
        parameters.put("version", "1.2.0");
        parameters.put("run", run);
        call("throttleMigrationRun");
        call("pauseMigrationRun");
        call("resumeMigrationRun");
        lease();
        call("cancelMigrationRun");
        post(
                "/v1/migrations",
                "{'version':'1.3.0','description':'Too early','target':{'entityType':'PLAYER_DATA'},"
                        + "'up':{'worker':true},'down':{'worker':true}}",
                201);
        parameters.put("version", "1.3.0");
        call("withdrawMigration");
        parameters.put("version", "1.1.0");
    }

    /** Leases until there is a page, and hands it in. */
    private void lease() {
        for (int i = 0; i < 100; i++) {
            Response leased = call("leaseMigrationWork");
            if (leased.path("lease") != null) {
                List<Map<String, Object>> records = leased.path("records");
                List<Map<String, Object>> migrated = records.stream()
                        .map(record -> Map.of(
                                "id", record.get("id"), "space", record.get("space"), "state", record.get("state")))
                        .toList();
                send(
                        document.call("completeMigrationWork"),
                        Map.of("lease", leased.<Object>path("lease"), "records", migrated),
                        "");
                answers.remove("leaseMigrationWork");
                answers.put("leaseMigrationWork", leased);
                return;
            }
            rest();
        }
        throw new AssertionError("There was no page to lease");
    }

    private void system() {
        rest();
        for (String each : List.of(
                "createToken",
                "createPlayerToken",
                "createKey",
                "listKeys",
                "getUnifiedStats",
                "getReplicationStats",
                "getMigrationStats",
                "getLeaderboardStats",
                "getHealthReport",
                "forceSystemSynchronization",
                "listEvents",
                "listMonitoringPoints")) {
            call(each);
        }
        parameters.put("key", answers.get("createKey").path("id"));
        call("revokeKey");
        call("listAuditRecords");
        call("deleteLeaderboard");
        call("createErasure");
        call("erasePlayer");
        parameters.put("erasure", answers.get("erasePlayer").path("id"));
        call("getErasure");
        ApiDocument.Call webhook = document.call("receiveRobloxWebhook");
        // Other worlds of the same system take the example too, and a notification is taken once.
        ObjectNode notification = document.requestExample(webhook).deepCopy();
        String body = notification.put("NotificationId", game).toString();
        answers.put(
                webhook.id(),
                given().contentType("application/json")
                        .header(
                                "roblox-signature",
                                RobloxSignatureTest.signed(
                                        Instant.now(), body.getBytes(StandardCharsets.UTF_8), "test-secret"))
                        .body(body)
                        .post(webhook.path()));
        for (String each : List.of("health", "liveness", "readiness", "startup", "openapi", "dashboard")) {
            call(each);
        }
    }

    private Response call(String id) {
        return call(id, "");
    }

    private Response call(String id, String query) {
        ApiDocument.Call call = document.call(id);
        JsonNode example = document.requestExample(call);
        return send(call, example.isMissingNode() ? null : example.toString(), query);
    }

    private Response send(ApiDocument.Call call, Object body, String query) {
        Response answer;
        try {
            answer = request(call, body, query);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + " after " + refused, e);
        }
        if (answer.statusCode() >= 300) {
            refused.add("The example of " + call + " is answered " + answer.statusCode() + " " + answer.asString());
        }
        answers.putIfAbsent(call.id(), answer);
        return answer;
    }

    /** Calls an operation with the parameters of the world. */
    Response request(ApiDocument.Call call, Object body, String query) {
        RequestSpecification request = Keyring.with(key);
        if (body != null) {
            request.contentType("application/json").body(body);
        }
        return request.request(call.method(), path(call) + query);
    }

    private String path(ApiDocument.Call call) {
        String path = call.path();
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            path = path.replace("{" + parameter.getKey() + "}", parameter.getValue());
        }
        // What is made by a call that was not made yet.
        return path.replaceAll("\\{[^}]*\\}", "none");
    }

    String game() {
        return game;
    }

    void rest() {
        rest.run();
    }

    private Response post(String path, String body, int status) {
        return expect(
                Keyring.with(key)
                        .contentType("application/json")
                        .body(json(body))
                        .post(path),
                status);
    }

    private Response patch(String path, String body, int status) {
        return expect(
                Keyring.with(key)
                        .contentType("application/json")
                        .body(json(body))
                        .patch(path),
                status);
    }

    private void put(String path, String body) {
        expect(
                Keyring.with(key)
                        .contentType("application/json")
                        .body(json(body))
                        .put(path),
                200);
    }

    private static Response expect(Response answer, int status) {
        return answer.then().statusCode(status).extract().response();
    }

    private static String json(String body) {
        return body.replace('\'', '"');
    }
}
