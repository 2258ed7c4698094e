package dev.statecraft.local;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The socket of dev mode, with a real client. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class SocketEndpointTest {

    private static final long PATIENCE_SECONDS = 20;

    private final ObjectMapper mapper = new ObjectMapper();

    /** A client that collects the frames it receives. */
    private final class Client implements WebSocket.Listener, AutoCloseable {

        private final BlockingQueue<JsonNode> frames = new LinkedBlockingQueue<>();
        private final StringBuilder part = new StringBuilder();
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final WebSocket socket;

        Client(@Nullable String key) {
            int port = ConfigProvider.getConfig().getValue("quarkus.http.test-port", Integer.class);
            WebSocket.Builder builder = HttpClient.newHttpClient().newWebSocketBuilder();
            if (key != null) {
                builder.header("Authorization", "Bearer " + key);
            }
            socket = builder.buildAsync(URI.create("ws://localhost:" + port + "/v1/socket"), this)
                    .join();
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence text, boolean last) {
            part.append(text);
            if (last) {
                try {
                    frames.add(mapper.readTree(part.toString()));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                part.setLength(0);
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
            closed.complete(code);
            return null;
        }

        int closeCode() throws Exception {
            return closed.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }

        JsonNode sync(String frame) throws InterruptedException {
            socket.sendText(frame.replace('\'', '"'), true).join();
            return next();
        }

        JsonNode next() throws InterruptedException {
            JsonNode frame = frames.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertNotNull(frame, "no frame came");
            return frame;
        }

        @Override
        public void close() {
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
        }
    }

    @Test
    void commitOfOneConnection_isPushedToTheOther() throws Exception {
        create("cave", "torch");
        try (Client one = new Client("sk_dev_local");
                Client other = new Client(null)) {
            JsonNode synced = one.sync("{'op': 'sync', 'id': 1, 'cursors': {'cave': ''}}");
            assertEquals("synced", synced.path("op").asText(), synced.toString());
            assertEquals(
                    "torch", synced.at("/spaces/cave/snapshot/entities/0/id").asText());
            assertEquals(
                    2,
                    other.sync("{'op': 'sync', 'id': 2, 'cursors': {'cave': ''}}")
                            .path("id")
                            .asInt());
            one.socket
                    .sendText(
                            "{\"op\":\"sync\",\"id\":3,\"updates\":[{\"space\":\"cave\",\"entityId\":\"torch\","
                                    + "\"increment\":{\"oil\":-1}}]}",
                            true)
                    .join();
            JsonNode told = other.next();
            assertEquals("changes", told.path("op").asText(), told.toString());
            assertEquals(
                    "torch",
                    told.at("/spaces/cave/commits/0/changes/0/entityId").asText());
            boolean answered = false;
            for (int i = 0; i < 2 && !answered; i++) {
                JsonNode frame = one.next();
                answered = frame.path("id").asInt() == 3
                        && frame.at("/results/0/state/oil").asInt() == 9;
            }
            assertTrue(answered, "the sender receives its response, possibly after the changes");
        }
    }

    @Test
    void commitOverHttp_isPushed() throws Exception {
        create("hall", "lamp");
        try (Client client = new Client("sk_dev_local")) {
            client.sync("{'op': 'sync', 'id': 1, 'cursors': {'hall': ''}}");
            given().contentType("application/json")
                    .body("{\"set\":{\"lit\":true}}")
                    .patch("/v1/entities/lamp?space=hall")
                    .then()
                    .statusCode(200);
            JsonNode told = client.next();
            assertEquals(
                    "lamp", told.at("/spaces/hall/commits/0/changes/0/entityId").asText(), told.toString());
        }
    }

    @Test
    void malformedFrame_isAProblemAndTheConnectionStaysOpen() throws Exception {
        try (Client client = new Client("sk_dev_local")) {
            assertEquals("problem", client.sync("nonsense").path("op").asText());
            assertEquals(
                    "synced", client.sync("{'op': 'sync', 'id': 1}").path("op").asText());
        }
    }

    @Test
    void frameAbove128KiB_closesTheConnection() throws Exception {
        String most = "{'op': 'sync', 'id': 1" + " ".repeat(131_072 - 23) + "}";
        try (Client client = new Client("sk_dev_local")) {
            assertEquals("synced", client.sync(most).path("op").asText());
            client.socket
                    .sendText(most.substring(0, 70_000).replace('\'', '"'), false)
                    .join();
            assertEquals(
                    "synced", client.sync(most.substring(70_000)).path("op").asText());
        }
        for (int size : new int[] {131_073, 600_000, 3_000_000}) {
            Client client = new Client("sk_dev_local");
            client.socket
                    .sendText(most.replace('\'', '"') + " ".repeat(size - 131_072), true)
                    .join();
            assertEquals(1009, client.closeCode(), size + " bytes");
        }
        Client client = new Client("sk_dev_local");
        for (int part = 0; part < 3; part++) {
            client.socket.sendText(" ".repeat(500_000), part == 2).join();
        }
        assertEquals(1009, client.closeCode(), "in parts");
    }

    @Test
    void binaryFrame_isAProblemAndTheConnectionStaysOpen() throws Exception {
        try (Client client = new Client("sk_dev_local")) {
            for (byte[] frame : new byte[][] {{}, {0, 1, (byte) 0xff}, "{\"op\":\"sync\"}".getBytes(UTF_8)}) {
                client.socket.sendBinary(ByteBuffer.wrap(frame), true).join();
                JsonNode answer = client.next();
                assertEquals("problem", answer.path("op").asText(), answer.toString());
                assertEquals(400, answer.at("/problem/status").asInt(), answer.toString());
            }
            assertEquals("synced", client.sync("{'op': 'sync'}").path("op").asText());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'op': 'sync', 'id': 7, 'playerCursor': 1e400}",
                "{'cursors': {'a': 9007199254740993}, 'id': 7, 'op': 'sync'}",
                "{'id': 7, 'op': 'sync', 'op': 'sync'}",
                "{'id': 7, 'op': 'sync'",
                "{'id': 7, 'unknown': 1}",
                "{'id': 7, 'op': 'sync', 'cursors': {'..': ''}}",
                "{'op': 'sync', 'cursors': 5, 'id': 7}",
                "{'op': 'sync', 'deep': [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]], 'id': 7}"
            })
    void rejectedFrame_isAnsweredWithItsId(String frame) throws Exception {
        try (Client client = new Client("sk_dev_local")) {
            JsonNode answer = client.sync(frame);
            assertEquals("problem", answer.path("op").asText(), answer.toString());
            assertEquals(400, answer.at("/problem/status").asInt(), answer.toString());
            assertEquals(7, answer.path("id").asInt(), answer.toString());
        }
    }

    @Test
    void rejectedFrameWithoutReadableId_isAnsweredWithoutId() throws Exception {
        try (Client client = new Client("sk_dev_local")) {
            for (String frame : List.of("{'x': , 'id': 7}", "{'id': 1e400}", "{'id': {'a': 1}}", "{'id': [7]", "[7]")) {
                JsonNode answer = client.sync(frame);
                assertEquals("problem", answer.path("op").asText(), answer.toString());
                assertTrue(answer.path("id").isMissingNode(), answer.toString());
            }
        }
    }

    @Test
    void unauthorizedCaller_isNotConnected() {
        CompletionException refused = assertThrows(CompletionException.class, () -> new Client("wrong"));
        WebSocketHandshakeException handshake = (WebSocketHandshakeException) refused.getCause();
        assertEquals(401, handshake.getResponse().statusCode());
    }

    private static void create(String space, String id) {
        given().contentType("application/json")
                .body("{\"id\":\"" + id + "\",\"space\":\"" + space
                        + "\",\"type\":\"UI_STATE\",\"state\":{\"oil\":10}}")
                .post("/v1/entities")
                .then()
                .statusCode(201);
    }
}
