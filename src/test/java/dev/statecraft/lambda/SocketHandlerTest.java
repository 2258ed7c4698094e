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
import dev.statecraft.replication.socket.ConnectionService;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events of a WebSocket API as API Gateway sends them. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class SocketHandlerTest {

    private static final String CONNECTION = "O1mXEd7uDoECIzQ=";

    private final ObjectMapper mapper = new ObjectMapper();

    @Inject
    LocalHandlers handlers;

    @Inject
    ConnectionService connections;

    @Test
    void connection_opensSyncsAndCloses() throws Exception {
        given().contentType("application/json")
                .body("{\"id\":\"door\",\"type\":\"UI_STATE\",\"state\":{\"open\":false}}")
                .post("/v1/entities")
                .then()
                .statusCode(201);
        assertEquals(200, answer(event("socket-connect")).path("statusCode").asInt());
        assertTrue(connections.find(CONNECTION).isPresent());

        JsonNode answer = answer(event("socket-frame"));
        assertEquals(200, answer.path("statusCode").asInt());
        JsonNode frame = mapper.readTree(answer.path("body").asText());
        assertEquals("synced", frame.path("op").asText(), frame.toString());
        assertEquals("1", frame.path("id").asText());
        assertEquals(200, frame.at("/results/0/status").asInt(), frame.toString());
        assertTrue(frame.at("/results/0/state/open").asBoolean(), frame.toString());
        // Other tests have entities in the default space.
        assertTrue(
                frame.at("/spaces/global/snapshot/entities")
                        .findValuesAsText("id")
                        .contains("door"),
                frame.toString());

        JsonNode again =
                mapper.readTree(answer(event("socket-frame")).path("body").asText());
        assertTrue(again.at("/results/0/replayed").asBoolean(), again.toString());

        assertEquals(200, answer(event("socket-disconnect")).path("statusCode").asInt());
        assertFalse(connections.find(CONNECTION).isPresent());
        JsonNode late =
                mapper.readTree(answer(event("socket-frame")).path("body").asText());
        assertEquals("/problems/connection-closed", late.at("/problem/type").asText());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Authorization", "authorization"})
    void unauthorizedCaller_isNotConnected(String header) throws Exception {
        ObjectNode event = event("socket-connect");
        event.withObject("/headers").put(header, "Bearer wrong");
        event.withObject("/requestContext").put("connectionId", "refused=");
        assertEquals(401, answer(event).path("statusCode").asInt());
        assertFalse(connections.find("refused=").isPresent());
    }

    @Test
    void base64Frame_isAccepted() throws Exception {
        assertEquals(200, answer(event("socket-connect")).path("statusCode").asInt());
        ObjectNode event = event("socket-frame");
        event.put("body", "eyJvcCI6InN5bmMiLCJpZCI6Mn0=").put("isBase64Encoded", true);
        assertEquals(
                2,
                mapper.readTree(answer(event).path("body").asText()).path("id").asInt());
        event.put("body", "%%%");
        assertEquals(400, answer(event).path("statusCode").asInt());
        answer(event("socket-disconnect"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"requestContext\":{}}", "{\"requestContext\":{\"routeKey\":\"$connect\"}}"})
    void malformedEvent_returns400(String event) throws Exception {
        assertEquals(400, answer(mapper.readTree(event)).path("statusCode").asInt());
    }

    @Test
    void emptyFrame_isAProblem() throws Exception {
        ObjectNode event = event("socket-frame");
        event.remove("body");
        JsonNode frame = mapper.readTree(answer(event).path("body").asText());
        assertEquals("problem", frame.path("op").asText());
        assertEquals(400, frame.at("/problem/status").asInt());
    }

    private ObjectNode event(String name) throws Exception {
        return (ObjectNode) mapper.readTree(Files.readString(Path.of("infra/events/" + name + ".json")));
    }

    private JsonNode answer(JsonNode event) throws Exception {
        return mapper.readTree(handlers.find("socket").orElseThrow().invoke(event.toString()));
    }
}
