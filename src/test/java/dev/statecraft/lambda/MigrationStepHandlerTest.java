package dev.statecraft.lambda;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalHandlers;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The step handler called as a state machine calls it. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class MigrationStepHandlerTest {

    private final ObjectMapper mapper = new ObjectMapper();

    @Inject
    LocalHandlers handlers;

    @Test
    void gameWithoutRuns_isDone() throws Exception {
        ObjectNode event = event("migration-advance");
        JsonNode answer = answer(event.put("game", "idle"));
        assertTrue(answer.path("done").asBoolean(), answer.toString());
        assertEquals("idle", answer.path("game").asText());
        assertEquals(0, answer.path("work").size());
    }

    @Test
    void unknownRun_isDone() throws Exception {
        ObjectNode event = event("migration-step");
        JsonNode answer = answer(event.put("run", "run-99999999"));
        assertTrue(answer.path("done").asBoolean(), answer.toString());
        assertEquals(0, answer.path("segment").asInt(-1));
    }

    @Test
    void pausedRun_isDoneAndResumedRunCompletesStepByStep() throws Exception {
        for (int i = 0; i < 5; i++) {
            post("/v1/entities", "{'id': 'stepped" + i + "', 'type': 'STEPPED', 'state': {'hp': " + i + "}}", 201);
        }
        post(
                "/v1/migrations",
                "{'version': '0.50.0', 'description': 'd', 'outOfOrder': true, 'target': {'entityType': 'STEPPED'},"
                        + " 'up': {'operations': [{'op': 'rename', 'from': 'hp', 'path': 'health'}]}}",
                201);
        // The request applies nothing; this test drives the run concurrently with the driver of the process.
        String run = post("/v1/migrations/0.50.0/force?waitMillis=0", "{'reason': 'test'}", 200)
                .path("id")
                .asText();
        for (JsonNode next = answer(event("migration-advance"));
                !next.path("done").asBoolean();
                next = answer(event("migration-advance"))) {
            for (JsonNode work : next.path("work")) {
                assertEquals(run, work.path("run").asText());
                JsonNode answer = answer(work);
                for (int tries = 0; !answer.path("done").asBoolean() && tries < 3; tries++) {
                    assertTrue(answer.path("waitSeconds").asInt() >= 0);
                    assertFalse(answer.has("work"), answer.toString());
                    answer = answer(answer);
                }
            }
        }
        assertEquals(
                "APPLIED",
                mapper.readTree(given().get("/v1/migrations/runs/" + run)
                                .then()
                                .statusCode(200)
                                .extract()
                                .asString())
                        .path("status")
                        .asText());
    }

    private JsonNode post(String path, String body, int status) throws Exception {
        return mapper.readTree(given().contentType("application/json")
                .body(body.replace('\'', '"'))
                .post(path)
                .then()
                .statusCode(status)
                .extract()
                .asString());
    }

    private ObjectNode event(String name) throws Exception {
        return (ObjectNode) mapper.readTree(Files.readString(Path.of("infra/events/" + name + ".json")));
    }

    private JsonNode answer(JsonNode event) throws Exception {
        return mapper.readTree(handlers.find("migration-step").orElseThrow().invoke(event.toString()));
    }
}
