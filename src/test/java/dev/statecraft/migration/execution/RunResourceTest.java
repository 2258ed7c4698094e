package dev.statecraft.migration.execution;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.oneOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.migration.DoubledCoins;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Runs over HTTP: apply, read, pause, cancel, roll back. The versions are low and out of order, because other tests use the
 * same game.
 */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class RunResourceTest {

    private static final String RENAME = "{'operations': [{'op': 'rename', 'from': 'hp', 'path': 'health'}]}";

    @Test
    void forcedMigrationIsAppliedAndRolledBack() {
        ships("SHIP_A", 3);
        register("0.40.1", "SHIP_A", "");
        String run = post("/v1/migrations/0.40.1/force?waitMillis=20000", "{'reason': 'now'}")
                .statusCode(200)
                .body("version", equalTo("0.40.1"))
                .body("direction", equalTo("UP"))
                .body("status", equalTo("APPLIED"))
                .body("phase", equalTo("FINISHED"))
                .body("done", equalTo(3))
                .body("skipped", equalTo(0))
                .body("failed", equalTo(0))
                .body("total", equalTo(3))
                .body("attempts", equalTo(1))
                .body("itemsPerSecond", greaterThan(0f))
                .body("etaSeconds", equalTo(0))
                .body("startedAt", notNullValue())
                .body("finishedAt", notNullValue())
                .body("error", nullValue())
                .body("forced", equalTo(true))
                .body("reason", equalTo("now"))
                .extract()
                .path("id");
        given().get("/v1/entities/SHIP_A-1")
                .then()
                .body("state.health", equalTo(1))
                .body("schemaVersion", equalTo("0.40.1"));
        given().get("/v1/migrations/0.40.1")
                .then()
                .body("status", equalTo("APPLIED"))
                .body("hasRollbackData", equalTo(true))
                .body("appliedAt", notNullValue());
        given().get("/v1/migrations/runs").then().statusCode(200).body("runs.id", hasItem(run));
        given().get("/v1/migrations/runs?limit=1").then().statusCode(200).body("runs", hasSize(1));
        given().get("/v1/migrations/history")
                .then()
                .body("history.find { it.action == 'FORCED' && it.run == '" + run + "' }.reason", equalTo("now"));
        post("/v1/migrations/0.40.1/force", "{'reason': 'again'}")
                .statusCode(200)
                .body("id", equalTo(run));

        post("/v1/migrations/0.40.1/rollback?waitMillis=20000", "{'reason': 'back', 'mode': 'SMART'}")
                .statusCode(200)
                .body("direction", equalTo("DOWN"))
                .body("status", equalTo("ROLLED_BACK"))
                .body("done", equalTo(3))
                .body("total", equalTo(3));
        given().get("/v1/entities/SHIP_A-1")
                .then()
                .body("state.hp", equalTo(1))
                .body("schemaVersion", equalTo("0.0.0"));
        post("/v1/migrations/0.40.1/rollback", "{'reason': 'again'}")
                .statusCode(409)
                .body("type", equalTo("/problems/migration-not-applied"));
        post("/v1/migrations/runs/" + run + "/pause", "{}")
                .statusCode(409)
                .body("type", equalTo("/problems/run-ended"))
                .body("current.status", equalTo("APPLIED"));
    }

    @Test
    void applyReportsAppliedAndFailedMigrations() {
        post("/v1/migrations/apply?waitMillis=25000", "{'target': '" + DoubledCoins.VERSION + "'}")
                .statusCode(200);
        ships("SHIP_B", 2);
        register("0.41.1", "SHIP_B", "");
        register(
                "0.41.2",
                "SHIP_B",
                ", 'validation': [{'expression': 'state.health == 7', 'message': 'Only seven is allowed.'}]");
        register("0.41.3", "SHIP_B", "");
        post("/v1/migrations/apply?waitMillis=25000", "{'target': '0.41.2', 'reason': 'release'}")
                .statusCode(200)
                .body("applied", equalTo(1))
                .body("failed", hasSize(1))
                .body("failed[0].version", equalTo("0.41.2"))
                .body("failed[0].error", notNullValue())
                .body("totalPending", equalTo(2))
                .body("runs", hasSize(2));
        given().get("/v1/migrations/0.41.2").then().body("status", equalTo("ROLLED_BACK"));
        given().get("/v1/entities/SHIP_B-0").then().body("state.health", equalTo(0));
        given().get("/v1/migrations/0.41.3").then().body("status", equalTo("PENDING"));
        given().get("/v1/stats/migrations").then().body("backupCount", greaterThan(0));
    }

    @Test
    void runContinuesInTheBackgroundAndCanBeControlled() {
        ships("SHIP_C", 30);
        register("0.42.1", "SHIP_C", ", 'options': {'pageSize': 1, 'segments': 1, 'maxCapacity': 20}");
        String run = post("/v1/migrations/0.42.1/force?waitMillis=0", "{'reason': 'slow'}")
                .statusCode(200)
                .extract()
                .path("id");
        post("/v1/migrations/runs/" + run + "/pause", "{}").statusCode(200).body("status", equalTo("PAUSED"));
        post("/v1/migrations/0.40.9/force", "{'reason': 'r'}").statusCode(404);
        post("/v1/migrations/0.42.1/force", "{'reason': 'r'}")
                .statusCode(409)
                .body("type", equalTo("/problems/run-active"))
                .body("current.run", equalTo(run));
        post("/v1/migrations/runs/" + run + "/throttle", "{'maxCapacity': 30}")
                .statusCode(200)
                .body("maxCapacity", equalTo(30));
        post("/v1/migrations/runs/" + run + "/resume", "{}")
                .statusCode(200)
                .body("status", oneOf("PENDING", "RUNNING"));
        int before = 0;
        for (int looks = 0; looks < 5; looks++) {
            int done =
                    given().get("/v1/migrations/runs/" + run).then().extract().path("done");
            assertTrue(done >= before, done + " after " + before);
            before = done;
        }
        post("/v1/migrations/runs/" + run + "/cancel", "{}").statusCode(200);
        post("/v1/migrations/runs/" + run + "/throttle", "{'maxCapacity': 0}").statusCode(oneOf(200, 409));
        await(run, "CANCELLED");
        given().get("/v1/entities/SHIP_C-3").then().body("state.hp", equalTo(3)).body("state.health", nullValue());
        given().get("/v1/migrations/0.42.1").then().body("status", equalTo("CANCELLED"));
    }

    @ParameterizedTest(name = "{0} {1} -> {2} {3}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "/v1/migrations/apply?waitMillis=soon | {} | 400 | waitMillis",
                "/v1/migrations/apply?waitMillis=-1 | {} | 400 | waitMillis",
                "/v1/migrations/apply?waitMillis=90000 | {} | 400 | waitMillis",
                "/v1/migrations/apply | {'target': 'latest'} | 400 | target",
                "/v1/migrations/apply | {'target': '99.99.99'} | 404 | ",
                "/v1/migrations/apply | {'all': true} | 400 | all",
                "/v1/migrations/apply | {'reason': 1} | 400 | reason",
                "/v1/migrations/latest/force | {'reason': 'r'} | 400 | version",
                "/v1/migrations/99.9.9/force | {'reason': 'r'} | 404 | ",
                "/v1/migrations/99.9.9/force | {} | 400 | reason",
                "/v1/migrations/99.9.9/force | {'reason': ' '} | 400 | reason",
                "/v1/migrations/99.9.9/rollback | {'reason': 'r'} | 404 | ",
                "/v1/migrations/99.9.9/rollback | {} | 400 | reason",
                "/v1/migrations/99.9.9/rollback | {'reason': 'r', 'mode': 'FAST'} | 400 | mode",
                "/v1/migrations/runs/nope/pause | {} | 404 | ",
                "/v1/migrations/runs/nope/resume | {} | 404 | ",
                "/v1/migrations/runs/nope/cancel | {} | 404 | ",
                "/v1/migrations/runs/a b/cancel | {} | 404 | ",
                "/v1/migrations/runs/nope/throttle | {'maxCapacity': 5} | 404 | ",
                "/v1/migrations/runs/nope/throttle | {} | 400 | maxCapacity",
                "/v1/migrations/runs/nope/throttle | {'maxCapacity': -5} | 400 | maxCapacity",
                "/v1/migrations/runs/nope/throttle | {'maxCapacity': 1.5} | 400 | maxCapacity",
            })
    void malformedRequestsReturn4xxWithTheField(String path, String body, int status, String field) {
        post(path, body).statusCode(status).body("field", equalTo(field));
    }

    @Test
    void unknownRunReturns404AndInvalidCursorReturns400() {
        given().get("/v1/migrations/runs/nope").then().statusCode(404).body("type", equalTo("/problems/run-not-found"));
        given().get("/v1/migrations/runs?cursor=nonsense").then().statusCode(400);
        given().get("/v1/migrations/runs?limit=0").then().statusCode(400).body("field", equalTo("limit"));
        given().post("/v1/migrations/runs").then().statusCode(405);
    }

    @Test
    void applyWithoutPendingMigrationsChangesNothing() {
        String body = "{'target': '" + DoubledCoins.VERSION + "'}";
        post("/v1/migrations/apply?waitMillis=25000", body).statusCode(200);
        post("/v1/migrations/apply", body)
                .statusCode(200)
                .body("applied", equalTo(0))
                .body("failed", empty())
                .body("totalPending", equalTo(0))
                .body("runs", empty());
    }

    private static void await(String run, String status) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        String now = "";
        while (!now.equals(status) && System.nanoTime() < until) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            now = given().get("/v1/migrations/runs/" + run).then().extract().path("status");
        }
        given().get("/v1/migrations/runs/" + run).then().body("status", equalTo(status));
    }

    private static void ships(String type, int count) {
        for (int i = 0; i < count; i++) {
            post("/v1/entities", "{'id': '" + type + "-" + i + "', 'type': '" + type + "', 'state': {'hp': " + i + "}}")
                    .statusCode(201);
        }
    }

    private static void register(String version, String type, String more) {
        post(
                        "/v1/migrations",
                        "{'version': '" + version + "', 'description': 'd', 'outOfOrder': true, 'target':"
                                + " {'entityType': '" + type + "'}, 'up': " + (version.endsWith(".1") ? RENAME : SAME)
                                + more + "}")
                .statusCode(201);
    }

    private static final String SAME = "{'operations': [{'op': 'default', 'path': 'armour', 'value': 1}]}";

    private static ValidatableResponse post(String path, String body) {
        return given().contentType("application/json")
                .body(body.replace('\'', '"'))
                .post(path)
                .then();
    }
}
