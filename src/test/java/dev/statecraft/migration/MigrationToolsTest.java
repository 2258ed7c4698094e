package dev.statecraft.migration;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.local.DynamoDbLocalResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands around runs, against a running server: the command, older schema versions, work for game servers. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class MigrationToolsTest {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    @TempDir
    Path folder;

    private MigrationGame game = MigrationGame.ofDeveloper();

    private void play(String name) {
        game = MigrationGame.create(name, "'state:read', 'state:write'");
    }

    private void create(int count) {
        for (int i = 0; i < count; i++) {
            game.post("/v1/entities", "{'id': 'p" + i + "', 'type': 'PLAYER_DATA', 'state': {'coins': " + i + "}}")
                    .statusCode(201);
        }
    }

    @Test
    void theCommandAppliesAndTakesBackAndOlderServersAreShownTheOldForm() throws Exception {
        play("tools-command");
        create(12);
        Path file = Files.writeString(folder.resolve("rename.json"), """
            {"version": "1.1.0", "description": "coins become gold", "target": {"entityType": "PLAYER_DATA"},
             "up": {"operations": [{"op": "rename", "from": "coins", "path": "gold"}]}}\
            """);
        MigrateCommandTest.Ended applied = migrate(file.toString());
        assertEquals(0, applied.code(), applied.out());
        assertTrue(applied.out().contains("plan 1.1.0: 12 of 12 records change"), applied.out());
        assertTrue(applied.out().contains("current version: 1.1.0"), applied.out());

        game.get("/v1/migrations")
                .body("currentVersion", equalTo("1.1.0"))
                .body("migrations", hasSize(2))
                .body("migrations[1].version", equalTo("1.1.0"))
                .body("migrations[1].description", equalTo("coins become gold"))
                .body("migrations[1].kind", equalTo("OPERATIONS"))
                .body("migrations[1].status", equalTo("APPLIED"))
                .body("migrations[1].appliedAt", notNullValue())
                .body("migrations[1].hasRollbackData", equalTo(true))
                .body("migrations[1].checksum.length()", equalTo(64));
        game.get("/v1/stats/migrations")
                .body("currentVersion", equalTo("1.1.0"))
                .body("totalMigrations", equalTo(2))
                .body("appliedMigrations", equalTo(2))
                .body("failedMigrations", equalTo(0))
                .body("pendingMigrations", equalTo(0))
                .body("migrationHistorySize", equalTo(5))
                .body("backupCount", equalTo(1));
        game.get("/v1/entities/p7")
                .body("state.gold", equalTo(7))
                .body("schemaVersion", equalTo("1.1.0"))
                .body("version", equalTo(2));
        game.get("/v1/entities/p7?schemaVersion=1.0.0")
                .statusCode(200)
                .header("ETag", equalTo("\"2\""))
                .body("state.coins", equalTo(7))
                .body("state.gold", nullValue())
                .body("version", equalTo(2));
        game.get("/v1/entities?schemaVersion=1.0.0").body("entities.state.coins", hasSize(12));
        game.get("/v1/entities?schemaVersion=one").statusCode(400).body("field", equalTo("schemaVersion"));
        game.get("/v1/players/ada/entities?schemaVersion=1.0.0").statusCode(200);

        MigrateCommandTest.Ended back = migrate("--rollback", "1.1.0", "--reason", "too early");
        assertEquals(0, back.code(), back.out());
        game.get("/v1/entities/p7").body("state.coins", equalTo(7)).body("schemaVersion", equalTo("0.0.0"));
    }

    @Test
    void olderServerReceivesProblemWithoutDowngrade() {
        play("tools-lossy");
        create(1);
        game.post(
                        "/v1/migrations",
                        "{'version': '1.0.0', 'description': 'd', 'target': {'entityType': 'PLAYER_DATA'},"
                                + " 'up': {'expression': '{\\u0022gold\\u0022: state.coins}'}}")
                .statusCode(201);
        game.post("/v1/migrations/apply?waitMillis=20000", "{}").body("applied", equalTo(1));
        game.get("/v1/entities/p0?schemaVersion=0.9.0")
                .statusCode(409)
                .body("type", equalTo("/problems/schema-unavailable"))
                .body("current.schemaVersion", equalTo("1.0.0"))
                .body("detail", startsWith("The entity p0 cannot be downgraded to 0.9.0"));
    }

    @Test
    void gameServersMigrateWithFunctionsOfTheirOwn() {
        play("tools-worker");
        create(9);
        game.post(
                        "/v1/migrations",
                        "{'version': '2.0.0', 'description': 'd', 'target': {'entityType': 'PLAYER_DATA'},"
                                + " 'up': {'worker': true}}")
                .statusCode(201)
                .body("kind", equalTo("WORKER"));
        String work = "/v1/migrations/2.0.0/work";
        game.post(work + "/lease", "{}")
                .statusCode(200)
                .body("done", equalTo(true))
                .body("status", equalTo("PENDING"));
        game.post("/v1/migrations/apply?waitMillis=0", "{}").statusCode(200);
        int migrated = 0;
        long until = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            var page =
                    game.post(work + "/lease", "{'limit': 5}").statusCode(200).extract();
            if (page.<Boolean>path("done")) {
                break;
            }
            assertTrue(System.nanoTime() < until, page.asString());
            String lease = page.path("lease");
            if (lease == null) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
                continue;
            }
            List<Map<String, Object>> leased = page.path("records");
            List<Map<String, Object>> records = leased.stream()
                    .map(record -> Map.of(
                            "id", record.get("id"),
                            "space", record.get("space"),
                            "state",
                                    Map.of(
                                            "gold",
                                            ((Number) page.path("records.find { it.id == '" + record.get("id")
                                                                    + "' }.state.coins"))
                                                            .intValue()
                                                    * 2)))
                    .toList();
            game.post(work + "/complete", "{'lease': '" + lease + "', 'records': []}")
                    .statusCode(400)
                    .body("field", equalTo("records"));
            game.post(work + "/complete", "{'lease': '" + lease + "', 'records': [{'id': 'x', 'state': {}}]}")
                    .statusCode(400)
                    .body("field", equalTo("records[0]"));
            migrated += game.post(work + "/complete", Map.of("lease", lease, "records", records))
                    .statusCode(200)
                    .body("failed", equalTo(0))
                    .extract()
                    .<Integer>path("done");
            game.post(work + "/complete", Map.of("lease", lease, "records", records))
                    .statusCode(200)
                    .body("replayed", equalTo(true));
        }
        assertEquals(9, migrated);
        game.get("/v1/migrations/2.0.0").body("status", equalTo("APPLIED"));
        game.get("/v1/entities/p8").body("state.gold", equalTo(16)).body("version", equalTo(2));
    }

    @Test
    void aRecordThatCannotBeReadFailsAloneAndTheOthersAreDone() {
        play("tools-unreadable");
        create(4);
        game.post(
                        "/v1/migrations",
                        "{'version': '2.0.0', 'description': 'd', 'target': {'entityType': 'PLAYER_DATA'},"
                                + " 'up': {'worker': true},"
                                + " 'options': {'failureThreshold': {'count': 100.0, 'percent': 1e2}, 'segments': 1.0}}")
                .statusCode(201);
        String work = "/v1/migrations/2.0.0/work";
        game.post("/v1/migrations/apply?waitMillis=0", "{}").statusCode(200);
        List<String> bad = List.of(
                "'state': {'gold': 1e400}", "'state': 5", "'state': {}, 'extra': 1", "'state': {'a': 1, 'a': 2}");
        int done = 0;
        long until = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            var page =
                    game.post(work + "/lease", "{'limit': 5.0}").statusCode(200).extract();
            if (page.<Boolean>path("done")) {
                break;
            }
            assertTrue(System.nanoTime() < until, page.asString());
            String lease = page.path("lease");
            if (lease == null) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
                continue;
            }
            List<String> ids = page.path("records.id");
            String records = ids.stream()
                    .map(id -> "{'id': '" + id + "', "
                            + (id.equals("p0") ? "'state': {'gold': 1}" : bad.get(id.charAt(1) - '0')) + "}")
                    .collect(Collectors.joining(","));
            var answer = game.post(work + "/complete", "{'lease': '" + lease + "', 'records': [" + records + "]}")
                    .statusCode(200)
                    .extract();
            int good = ids.contains("p0") ? 1 : 0;
            assertEquals(good, answer.<Integer>path("done"), answer.asString());
            assertEquals(ids.size() - good, answer.<Integer>path("failed"), answer.asString());
            done += good;
        }
        assertEquals(1, done);
        game.get("/v1/entities/p0").body("state.gold", equalTo(1)).body("version", equalTo(2));
        game.get("/v1/entities/p1").body("state.coins", equalTo(1)).body("version", equalTo(1));
    }

    @Test
    void workThatMakesNoSenseIsRefused() {
        play("tools-refused");
        String work = "/v1/migrations/2.0.0/work";
        game.post(work + "/lease", "{}").statusCode(404).body("type", equalTo("/problems/migration-not-found"));
        game.post(
                        "/v1/migrations",
                        "{'version': '1.0.0', 'description': 'd', 'target': {'entityType': 'PLAYER_DATA'},"
                                + " 'up': {'operations': [{'op': 'default', 'path': 'a', 'value': 1}]}}")
                .statusCode(201);
        game.post("/v1/migrations/1.0.0/work/lease", "{}")
                .statusCode(409)
                .body("type", equalTo("/problems/migration-not-for-workers"));
        game.post(
                        "/v1/migrations",
                        "{'version': '2.0.0', 'description': 'd', 'target': {'entityType': 'PLAYER_DATA'},"
                                + " 'up': {'worker': true}}")
                .statusCode(201);
        game.post(work + "/lease", "{'limit': 0}").statusCode(400).body("field", equalTo("limit"));
        game.post(work + "/lease", "{'seen': {'x': 1}}").statusCode(400).body("field", equalTo("seen"));
        game.post(work + "/lease", "{'page': 1}").statusCode(400);
        game.post(work + "/complete", "{}").statusCode(400).body("field", equalTo("lease"));
        game.post(work + "/complete", "{'lease': 'x'}").statusCode(400).body("field", equalTo("records"));
        game.post(work + "/complete", "{'lease': 'x', 'records': [null]}").statusCode(400);
        game.post(work + "/complete", "{'lease': 'x', 'records': [{'id': 'p0'}]}")
                .statusCode(400)
                .body("field", equalTo("records[0].state"));
        game.post(work + "/complete", "{'lease': 'x', 'records': [{'id': 'p0', 'state': 5}]}")
                .statusCode(400)
                .body("field", equalTo("records[0].state"));
        game.post(work + "/complete", "{'lease': 'run-00000001:0:1', 'records': []}")
                .statusCode(409)
                .body("type", equalTo("/problems/work-lease-lost"));
    }

    private MigrateCommandTest.Ended migrate(String... options) throws Exception {
        return MigrateCommandTest.forked("migrate", "http://localhost:" + RestAssured.port, game.key(), options);
    }
}
