package dev.statecraft.replication.entity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.local.DynamoDbLocalResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Hand-over of a session over HTTP: a request waits until the holder ends its session. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class SessionHandOverTest {

    private static final String SESSION = "/v1/entities/handed-over/session";

    @TestHTTPResource
    URI root;

    private final HttpClient http = HttpClient.newHttpClient();

    private CompletableFuture<HttpResponse<String>> send(String method, String path, String body) {
        HttpRequest request = HttpRequest.newBuilder(root.resolve(path))
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body.replace('\'', '"')))
                .build();
        return http.sendAsync(request, BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> response, int status) throws Exception {
        assertEquals(status, response.statusCode(), response.body());
        return new ObjectMapper().readTree(response.body());
    }

    @Test
    void waitingRequestReceivesTheSessionThatItsHolderEnds() throws Exception {
        String first = "{'holder': 'one', 'type': 'PLAYER_DATA', 'state': {'coins': 1}}";
        assertEquals(
                1, json(send("POST", SESSION, first).get(), 201).path("fence").asInt());
        CompletableFuture<HttpResponse<String>> waiting =
                send("POST", SESSION, "{'holder': 'two', 'waitMillis': 20000}");
        String wantedBy = "";
        while (wantedBy.isEmpty() && !waiting.isDone()) {
            JsonNode answer = json(
                    send("POST", "/v1/sync", "{'sessions': [{'entityId': 'handed-over', 'fence': 1}]}")
                            .get(),
                    200);
            wantedBy = answer.at("/sessions/0/wantedBy").asText();
        }
        assertEquals("two", wantedBy);
        assertEquals(204, send("DELETE", SESSION + "?fence=1", "").get().statusCode());
        JsonNode handedOver = json(waiting.get(), 200);
        assertEquals(2, handedOver.path("fence").asInt());
        assertEquals("two", handedOver.path("holder").asText());
        assertEquals(1, handedOver.at("/state/coins").asInt());
    }
}
