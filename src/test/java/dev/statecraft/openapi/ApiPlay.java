package dev.statecraft.openapi;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.erasure.RobloxSignatureTest;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Calls every operation of the OpenAPI document with its example, in an order in which the examples make sense. */
public final class ApiPlay {

    /** Operations that no HTTP client calls: a socket is opened with a handshake of its own. */
    private static final Set<String> NOT_CALLED = Set.of("socket");

    private final ApiWorld world;

    public ApiPlay(ApiWorld world) {
        this.world = world;
    }

    /** Calls every operation; fails if a request is rejected, or if an operation of the document was not called. */
    public void run() {
        leaderboards();
        entities();
        migrations();
        system();
        assertEquals(List.of(), world.rejected());
        Set<String> left = new TreeSet<>();
        world.document().calls().forEach(call -> left.add(call.id()));
        world.answers().forEach((id, answer) -> {
            if (answer.statusCode() < 300) {
                left.remove(id);
            }
        });
        assertEquals(NOT_CALLED, left, "operations that were not called with success");
    }

    private void leaderboards() {
        world.call("createLeaderboard");
        world.call("updatePlayerScore");
        world.call("updatePlayerScores");
        world.call("planLeaderboard");
        world.call("putLeaderboard");
        world.call("changeLeaderboard");
        world.post(
                "/v1/leaderboards/arena/scores",
                "{'playerId':'eve','value':5000000,'submissionId':'match-17-eve'}",
                202);
        world.call("listReviews");
        world.call("decideReview");
        world.rest();
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
            world.call(read);
        }
        world.call("rankOfScore", "?value=1500");
        world.call("scoreAtRank", "?rank=1");
        world.call("resetLeaderboard");
        world.rest();
        for (String read : List.of("listSeasons", "listAwards", "getLeaderboardHistory", "getPlayerHistory")) {
            world.call(read);
        }
        world.parameters()
                .put("snapshot", world.answers().get("getLeaderboardHistory").path("snapshots[0].id"));
        world.call("getLeaderboardSnapshot");
        world.post("/v1/leaderboards/arena/scores", "{'playerId':'ada','value':1}", 200);
        world.call("removePlayer");
        world.post("/v1/leaderboards", "{'id':'duels','rankingType':'RATING'}", 201);
        world.parameters().put("board", "duels");
        world.call("rateMatch");
        world.parameters().put("board", "arena");
    }

    private void entities() {
        world.call("createEntity");
        world.call("planEntityType");
        world.call("putEntityType");
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
                "applyTransaction",
                "startSession",
                "getSession",
                "listSessions",
                "sendMessage",
                "stopReplicatingToPlayer",
                "listEntityTypes",
                "getEntityType",
                "previewMerge")) {
            world.call(each);
        }
        world.call("endSession", "?fence=1");
        world.put("/v1/entity-types/TRADE", "{'strategy':'MANUAL'}");
        world.post("/v1/entities", "{'id':'market','type':'TRADE','state':{'price':1}}", 201);
        world.patch("/v1/entities/market", "{'set':{'price':2}}", 200);
        world.parameters()
                .put(
                        "conflict",
                        world.patch("/v1/entities/market", "{'set':{'price':3},'baseVersion':1,'was':{'price':1}}", 202)
                                .path("conflictId"));
        world.call("listConflicts");
        world.call("resolveConflict");
        world.post("/v1/entities", "{'id':'doomed','type':'UI_STATE','state':{}}", 201);
        world.parameters().put("entity", "doomed");
        world.call("deleteEntity");
        world.parameters().put("entity", "player_ada");
    }

    private void migrations() {
        world.call("baselineMigrations");
        world.call("registerMigration");
        world.call("planMigration");
        world.call("applyPendingMigrations", "?waitMillis=20000");
        world.parameters()
                .put("run", world.answers().get("applyPendingMigrations").path("runs[0]"));
        for (String each : List.of(
                "listMigrations",
                "getMigration",
                "repairMigration",
                "listMigrationRuns",
                "getMigrationRun",
                "listMigrationHistory")) {
            world.call(each);
        }
        world.call("rollbackMigration", "?waitMillis=20000");
        world.call("forceMigration", "?waitMillis=20000");
        world.post(
                "/v1/migrations",
                "{'version':'1.2.0','description':'By game servers','target':{'entityType':'PLAYER_DATA'},"
                        + "'up':{'worker':true},'down':{'worker':true}}",
                201);
        String run = world.post("/v1/migrations/apply?waitMillis=0", "{}", 200).path("runs[0]");
        world.parameters().put("version", "1.2.0");
        world.parameters().put("run", run);
        world.call("throttleMigrationRun");
        world.call("pauseMigrationRun");
        world.call("resumeMigrationRun");
        lease();
        world.call("cancelMigrationRun");
        world.post(
                "/v1/migrations",
                "{'version':'1.3.0','description':'Too early','target':{'entityType':'PLAYER_DATA'},"
                        + "'up':{'worker':true},'down':{'worker':true}}",
                201);
        world.parameters().put("version", "1.3.0");
        world.call("withdrawMigration");
        script();
        world.parameters().put("version", "1.1.0");
    }

    /** A script is applied, and rolled back. */
    private void script() {
        world.post("/v1/migrations", "{'version':'1.4.0','description':'Weekly boards','script':true}", 201);
        world.parameters().put("version", "1.4.0");
        String lease = null;
        for (int i = 0; i < 100 && lease == null; i++) {
            // The rollback of the run before may not have ended.
            world.rest();
            world.post("/v1/migrations/apply?waitMillis=0", "{}", 200);
            lease = world.call("leaseMigrationScript").path("lease");
        }
        if (lease == null) {
            throw new AssertionError("There was no attempt to lease");
        }
        world.send(
                world.document().call("storeMigrationScriptBackup"),
                Map.of("lease", lease, "part", 0, "data", Map.of("boards", List.of("daily"))),
                "");
        world.call("readMigrationScriptBackup", "?lease=" + lease);
        world.send(
                world.document().call("completeMigrationScript"),
                Map.of("lease", lease, "success", true, "message", "2 boards created"),
                "");
    }

    /** Requests a lease until there is a record page, and completes it. */
    private void lease() {
        for (int i = 0; i < 100; i++) {
            Response leased = world.call("leaseMigrationWork");
            if (leased.path("lease") != null) {
                List<Map<String, Object>> records = leased.path("records");
                List<Map<String, Object>> migrated = records.stream()
                        .map(record -> Map.of(
                                "id", record.get("id"), "space", record.get("space"), "state", record.get("state")))
                        .toList();
                world.send(
                        world.document().call("completeMigrationWork"),
                        Map.of("lease", leased.<Object>path("lease"), "records", migrated),
                        "");
                world.answers().remove("leaseMigrationWork");
                world.answers().put("leaseMigrationWork", leased);
                return;
            }
            world.rest();
        }
        throw new AssertionError("There was no record page to lease");
    }

    private void system() {
        world.rest();
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
            world.call(each);
        }
        world.parameters().put("key", world.answers().get("createKey").path("id"));
        world.call("revokeKey");
        world.call("listAuditRecords");
        world.call("deleteLeaderboard");
        world.call("createErasure");
        world.call("erasePlayer");
        world.parameters().put("erasure", world.answers().get("erasePlayer").path("id"));
        world.call("getErasure");
        ApiDocument.Call webhook = world.document().call("receiveRobloxWebhook");
        // Other worlds of the same system send the example too, and a notification is accepted once.
        ObjectNode notification = world.document().requestExample(webhook).deepCopy();
        String body = notification.put("NotificationId", world.game()).toString();
        world.answers()
                .put(
                        webhook.id(),
                        given().contentType("application/json")
                                .header(
                                        "roblox-signature",
                                        RobloxSignatureTest.signed(
                                                Instant.now(), body.getBytes(StandardCharsets.UTF_8), "test-secret"))
                                .body(body)
                                .post(webhook.path()));
        for (String each : List.of("health", "liveness", "readiness", "startup", "openapi", "dashboard")) {
            world.call(each);
        }
    }
}
