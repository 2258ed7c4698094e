package dev.statecraft.integration.synchronization;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalRuntime;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Tests the automatic migration trigger and the resync of clients after a migration. Each test has a game of its own.
 */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class MigrationTriggerTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @Inject
    MigrationTriggerService trigger;

    @Inject
    LocalRuntime local;

    private String game = "";
    private String key = "";

    private void createGame() {
        game = "triggered" + System.nanoTime();
        key = given("sk_dev_local")
                .contentType("application/json")
                .body("{\"name\": \"test\", \"game\": \"" + game + "\", \"scopes\": [\"state:read\", \"state:write\","
                        + " \"migrate:read\", \"migrate:run\", \"system:read\"]}")
                .post("/v1/keys")
                .then()
                .statusCode(201)
                .extract()
                .path("key");
    }

    @Test
    void pendingMigrationIsAppliedOnceAndClientsResync() {
        createGame();
        post("/v1/entities", "{\"id\": \"p1\", \"space\": \"arena\", \"type\": \"UI_STATE\", \"state\": {\"hp\": 1}}");
        String before = sync("").path("spaces.arena.cursor");
        register("1.0.0", "");
        assertTrue(trigger.nextDue(game).isPresent(), "pending");
        trigger.run(game);
        trigger.run(game);
        assertEquals("APPLIED", finalStatus("1.0.0"));
        assertEquals(MaintenanceResult.NOTHING, trigger.run(game));
        assertEquals(Optional.empty(), trigger.nextDue(game));
        assertEquals(1, events("MIGRATION_STARTED").size());
        assertEquals(1, events("MIGRATION_COMPLETED").size());
        given(key)
                .get("/v1/events?type=MIGRATION_STARTED")
                .then()
                .body("events[0].data.by", equalTo(MigrationTriggerService.BY));

        Response resync = sync(before);
        resync.then()
                .body("spaces.arena.resync", equalTo(true))
                .body("spaces.arena.snapshot.entities[0].state.health", equalTo(1));
        String after = resync.path("spaces.arena.cursor");
        sync(after).then().body("spaces.arena.resync", equalTo(false)).body("spaces.arena.commits", hasSize(0));
    }

    @Test
    void failedMigrationIsSkippedWithOneEvent() {
        createGame();
        post("/v1/entities", "{\"id\": \"p1\", \"space\": \"arena\", \"type\": \"UI_STATE\", \"state\": {\"hp\": 1}}");
        register("1.0.0", ", \"validation\": [{\"expression\": \"state.health > 5\", \"message\": \"too weak\"}]");
        trigger.run(game);
        assertEquals("ROLLED_BACK", finalStatus("1.0.0"));
        assertEquals(Optional.empty(), trigger.nextDue(game), "a failed migration is applied on request only");
        for (int i = 0; i < 3; i++) {
            trigger.run(game);
        }
        assertEquals("ROLLED_BACK", finalStatus("1.0.0"));
        assertEquals(1, events("MIGRATION_STARTED").size());
        assertEquals(1, events("MIGRATION_TRIGGER_SKIPPED").size());
        given(key)
                .get("/v1/events?type=MIGRATION_TRIGGER_SKIPPED")
                .then()
                .body("events[-1].data.version", equalTo("1.0.0"))
                .body("events[-1].data.reason", notNullValue());
        post("/v1/migrations/apply?waitMillis=10000", "{\"reason\": \"again\"}");
        for (int i = 0; i < 2; i++) {
            trigger.run(game);
        }
        assertEquals(2, events("MIGRATION_TRIGGER_SKIPPED").size(), "one event for each failed run");
    }

    private void register(String version, String more) {
        post(
                "/v1/migrations",
                "{\"version\": \"" + version + "\", \"description\": \"health\", \"target\": {\"entityType\":"
                        + " \"UI_STATE\"}, \"up\": {\"operations\": [{\"op\": \"rename\", \"from\": \"hp\", \"path\":"
                        + " \"health\"}]}" + more + "}");
    }

    /** Waits until no run of the migration is active and returns its status. */
    private String finalStatus(String version) {
        long until = System.nanoTime() + TIMEOUT.toNanos();
        String status;
        do {
            LockSupport.parkNanos(50_000_000);
            status = given(key).get("/v1/migrations/" + version).path("status");
        } while (List.of("PENDING", "RUNNING", "VALIDATING", "ROLLING_BACK").contains(status)
                && System.nanoTime() < until);
        return status;
    }

    /** Returns the events of version 1.0.0; the migration that is defined in Java code has events too. */
    private List<Object> events(String type) {
        local.pump().drain(TIMEOUT);
        return given(key)
                .get("/v1/events?type=" + type)
                .jsonPath()
                .getList("events.findAll { it.data.version == '1.0.0' }");
    }

    private Response sync(String cursor) {
        return post("/v1/sync", "{\"clientId\": \"c\", \"cursors\": {\"arena\": \"" + cursor + "\"}}");
    }

    private Response post(String path, String body) {
        Response response =
                given(key).contentType("application/json").body(body).post(path);
        response.then().statusCode(lessThan(400));
        return response;
    }

    private static RequestSpecification given(String key) {
        return RestAssured.given().header("Authorization", "Bearer " + key);
    }
}
