package dev.statecraft.http.json;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.access.Keyring;
import dev.statecraft.access.Scope;
import dev.statecraft.http.Problem;
import dev.statecraft.lambda.ApiHandler;
import dev.statecraft.local.DynamoDbLocalResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A response that cannot be serialized is one failure with the same problem as any other. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class ResponseBodyTest {

    private final String game = "unwritable" + System.nanoTime();
    private final Queue<LogRecord> errors = new ConcurrentLinkedQueue<>();
    private final Handler handler = new Handler() {

        @Override
        public void publish(LogRecord record) {
            if (record.getLevel().intValue() >= Level.SEVERE.intValue()) {
                errors.add(record);
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @Inject
    ObjectMapper mapper;

    @Inject
    @Named("api")
    ApiHandler api;

    @BeforeEach
    void listen() {
        Logger.getLogger("").addHandler(handler);
    }

    @AfterEach
    void stopListening() {
        Logger.getLogger("").removeHandler(handler);
    }

    @ParameterizedTest
    @ValueSource(strings = {"unwritable/unknown-type", "unwritable/endless", "unwritable/failing", "refusing"})
    void unserializableResponse_isLoggedAndAuditedOnce(String path) {
        String key = Keyring.key(game, List.of(Scope.SYSTEM_READ, Scope.SYSTEM_ADMIN));
        Keyring.with(key)
                .contentType("application/json")
                .post("/v1/echo/" + path)
                .then()
                .statusCode(500)
                .contentType(Problem.MEDIA_TYPE)
                .body("type", equalTo("/problems/internal"))
                .body("status", equalTo(500))
                .body("incident", notNullValue())
                .body("instance", equalTo("/v1/echo/" + path))
                .body("detail", nullValue())
                .header("Location", nullValue())
                .header("ETag", nullValue())
                .header("Cache-Control", "no-store");
        assertEquals(1, errors.size(), errors::toString);
        Keyring.with(key).get("/v1/audit").then().statusCode(200).body("records.status", equalTo(List.of(500, 201)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"unwritable/unknown-type", "unwritable/failing", "refusing"})
    void unserializableResponse_isAProblemOnLambda(String path) throws Exception {
        String key = Keyring.key(game, List.of(Scope.SYSTEM_READ, Scope.SYSTEM_ADMIN));
        APIGatewayV2HTTPEvent event = mapper.readValue(
                Files.readString(Path.of("infra/events/api-get-health.json")), APIGatewayV2HTTPEvent.class);
        event.setRawPath("/v1/echo/" + path);
        event.getRequestContext().getHttp().setMethod("POST");
        event.setHeaders(new HashMap<>(Map.of("authorization", "Bearer " + key)));
        APIGatewayV2HTTPResponse response = api.handleRequest(event, null);
        assertEquals(500, response.getStatusCode());
        assertFalse(response.getHeaders().containsKey("location"), () -> "" + response.getHeaders());
        JsonNode problem = mapper.readTree(response.getBody());
        assertEquals("/problems/internal", problem.path("type").asText());
        assertTrue(problem.has("incident"));
        assertEquals(1, errors.size(), errors::toString);
    }
}
