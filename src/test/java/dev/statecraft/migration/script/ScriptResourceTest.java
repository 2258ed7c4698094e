package dev.statecraft.migration.script;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.migration.MigrationGame;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Scripts over HTTP: the seed's {@code up}, {@code down} and rules, performed by a game server. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class ScriptResourceTest {

    private static final String SCRIPT = "/v1/migrations/1.0.0/script";

    private MigrationGame game = MigrationGame.ofDeveloper();

    private void play(String name) {
        game = MigrationGame.create(name, "'state:read'");
    }

    private void start() {
        game.post("/v1/migrations", "{'version': '1.0.0', 'description': 'Everything', 'script': true}")
                .statusCode(201)
                .body("kind", equalTo("SCRIPT"))
                .body("details.hasDown", equalTo(true))
                .body("details.reversible", equalTo(false));
        game.post(SCRIPT + "/lease", "{'holder': 'one'}")
                .statusCode(200)
                .body("done", equalTo(true))
                .body("status", equalTo("PENDING"));
        game.post("/v1/migrations/1.0.0/plan", "")
                .statusCode(200)
                .body("matching", equalTo(0))
                .body("warnings[0].code", equalTo("NOT_PLANNED"));
        game.post("/v1/migrations/apply?waitMillis=0", "{}").statusCode(200).body("totalPending", equalTo(1));
    }

    private String lease(String holder, String direction, int attempt) {
        ValidatableResponse response = game.post(SCRIPT + "/lease", "{'holder': '" + holder + "'}");
        return response.statusCode(200)
                .body("direction", equalTo(direction))
                .body("attempt", equalTo(attempt))
                .body("leaseMillis", equalTo(300_000))
                .extract()
                .path("lease");
    }

    private ValidatableResponse complete(String lease, String more) {
        return game.post(SCRIPT + "/complete", "{'lease': '" + lease + "', " + more + "}");
    }

    @Test
    void scriptIsAppliedAndRolledBackWithItsBackup() {
        play("script-applied");
        start();
        String lease = lease("one", "UP", 1);
        game.post(SCRIPT + "/lease", "{'holder': 'two'}")
                .statusCode(200)
                .body("waitMillis", equalTo(5_000))
                .body("seen", notNullValue())
                .body("lease", nullValue());
        game.post(SCRIPT + "/backup", "{'lease': '" + lease + "', 'part': 0, 'data': {'boards': ['daily']}}")
                .statusCode(200)
                .body("parts", equalTo(1))
                .body("sizeBytes", equalTo(20))
                .body("kept", equalTo(true));
        String run = game.get("/v1/migrations/runs?limit=1").extract().path("runs[0].runId");
        game.get("/v1/migrations/runs/" + run)
                .body("status", equalTo("RUNNING"))
                .body("script.holder", equalTo("one"))
                .body("script.attempt", equalTo(1))
                .body("script.backupBytes", equalTo(20));
        complete(lease, "'success': true, 'message': 'fine', 'rules': [{'ok': true, 'message': 'x'}]")
                .statusCode(200)
                .body("status", equalTo("APPLIED"))
                .body("success", equalTo(true))
                .body("replayed", nullValue());
        complete(lease, "'success': false")
                .statusCode(200)
                .body("success", equalTo(true))
                .body("replayed", equalTo(true));
        game.get("/v1/migrations/runs/" + run)
                .body("done", equalTo(1))
                .body("total", equalTo(1))
                .body("script.message", equalTo("fine"));
        game.get("/v1/migrations/1.0.0").body("status", equalTo("APPLIED")).body("hasRollbackData", equalTo(true));
        game.get("/v1/stats/migrations").body("backupCount", equalTo(1)).body("currentVersion", equalTo("1.0.0"));

        game.post("/v1/migrations/1.0.0/rollback?waitMillis=0", "{'reason': 'oops'}")
                .statusCode(200)
                .body("direction", equalTo("DOWN"));
        String down = game.post(SCRIPT + "/lease", "{'holder': 'two'}")
                .statusCode(200)
                .body("direction", equalTo("DOWN"))
                .body("backup.boards[0]", equalTo("daily"))
                .body("backupParts", equalTo(1))
                .extract()
                .path("lease");
        game.authorized()
                .queryParam("lease", down)
                .queryParam("part", 0)
                .get(SCRIPT + "/backup")
                .then()
                .statusCode(200)
                .body("parts", equalTo(1))
                .body("data.boards[0]", equalTo("daily"));
        game.authorized()
                .queryParam("lease", down)
                .queryParam("part", 1)
                .get(SCRIPT + "/backup")
                .then()
                .statusCode(404)
                .body("type", equalTo("/problems/script-backup-not-found"));
        game.post(SCRIPT + "/backup", "{'lease': '" + down + "', 'part': 0, 'data': 1}")
                .statusCode(409)
                .body("type", equalTo("/problems/script-rolling-back"));
        complete(down, "'success': true").statusCode(200).body("status", equalTo("ROLLED_BACK"));
        game.get("/v1/migrations/history").body("history.action", hasItem("ROLLED_BACK"));
        game.get("/v1/stats/migrations").body("backupCount", equalTo(0)).body("currentVersion", equalTo("0.1.0"));
    }

    @Test
    void failedRuleFailsTheAttemptAndTheNextAttemptWaits() {
        play("script-failing");
        start();
        String lease = lease("one", "UP", 1);
        complete(lease, "'success': true, 'rules': [{'ok': false, 'message': 'no boards'}]")
                .statusCode(200)
                .body("success", equalTo(false))
                .body("error", equalTo("a rule failed: no boards"))
                .body("status", equalTo("RUNNING"));
        String seen = game.post(SCRIPT + "/lease", "{'holder': 'two'}")
                .statusCode(200)
                .body("waitMillis", greaterThan(0))
                .extract()
                .path("seen");
        game.post(SCRIPT + "/lease", "{'holder': 'two', 'seen': '" + seen + "'}")
                .statusCode(200)
                .body("attempt", equalTo(2));
        complete(lease, "'success': true").statusCode(200).body("replayed", equalTo(true));
        game.post(SCRIPT + "/backup", "{'lease': '" + lease + "', 'part': 0, 'data': 'x'}")
                .statusCode(409)
                .body("type", equalTo("/problems/script-lease-lost"));
    }

    @Test
    void malformedRequestsAreRejected() {
        play("script-malformed");
        for (Map.Entry<String, String> bad : Map.of(
                        "'script': false", "script",
                        "'script': 'yes'", "script",
                        "'script': true, 'target': {'entityType': 'X'}", "target",
                        "'script': true, 'up': {'worker': true}", "up")
                .entrySet()) {
            game.post("/v1/migrations", "{'version': '3.0.0', 'description': 'd', " + bad.getKey() + "}")
                    .statusCode(400)
                    .body("field", equalTo(bad.getValue()));
        }
        start();
        game.post(SCRIPT + "/lease", "{}").statusCode(400).body("field", equalTo("holder"));
        game.post(SCRIPT + "/lease", "{'holder': 'a b'}").statusCode(400).body("field", equalTo("holder"));
        game.post(SCRIPT + "/lease", "{'holder': 'x', 'more': 1}").statusCode(400);
        String lease = lease("one", "UP", 1);
        String begin = "{'lease': '" + lease + "', ";
        game.post(SCRIPT + "/backup", begin + "'part': 0}").statusCode(400).body("field", equalTo("data"));
        game.post(SCRIPT + "/backup", begin + "'part': -1, 'data': 1}")
                .statusCode(400)
                .body("field", equalTo("part"));
        game.post(SCRIPT + "/backup", begin + "'part': 7, 'data': 'x'}")
                .statusCode(400)
                .body("field", equalTo("part"));
        game.post(SCRIPT + "/backup", begin + "'part': 0, 'data': '" + "x".repeat(350_001) + "'}")
                .statusCode(413);
        complete(lease, "'message': 'x'").statusCode(400).body("field", equalTo("success"));
        complete(lease, "'success': true, 'rules': [{}]").statusCode(400).body("field", equalTo("rules[0].ok"));
        complete(lease, "'success': true, 'message': '" + "x".repeat(1_025) + "'")
                .statusCode(400)
                .body("field", equalTo("message"));
        game.post(SCRIPT + "/complete", "{'success': true}").statusCode(400).body("field", equalTo("lease"));
        game.post("/v1/migrations/9.0.0/script/lease", "{'holder': 'x'}")
                .statusCode(404)
                .body("type", equalTo("/problems/migration-not-found"));
        game.post(
                        "/v1/migrations",
                        "{'version': '4.0.0', 'description': 'd', 'target': {'entityType': 'X'}, 'up': {'worker': true}}")
                .statusCode(201);
        game.post("/v1/migrations/4.0.0/script/lease", "{'holder': 'x'}")
                .statusCode(409)
                .body("type", equalTo("/problems/migration-not-a-script"));
        game.post("/v1/migrations/1.0.0/work/lease", "{}")
                .statusCode(409)
                .body("type", equalTo("/problems/migration-not-for-workers"));
    }
}
