package dev.statecraft.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Random;

/**
 * An EventBridge server that the application finds by the settings of the SDK. It fails every fourth call and rejects
 * some events of the others. {@code GET} of {@link #ADDRESS} returns the accepted events, because Quarkus loads test
 * resources and tests in separate class loaders.
 */
public final class FaultyBus implements QuarkusTestResourceLifecycleManager {

    /** The system property with the address of the server. */
    public static final String ADDRESS = "aws.endpointUrlEventBridge";

    private static final Map<String, String> SETTINGS =
            Map.of("aws.region", "eu-central-1", "aws.accessKeyId", "local", "aws.secretAccessKey", "local");

    private static final ObjectMapper JSON = new ObjectMapper();

    private final ArrayNode taken = JSON.createArrayNode();
    private final Random random = new Random(4);
    private HttpServer server;

    @Override
    public Map<String, String> start() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::answer);
        server.start();
        SETTINGS.forEach(System::setProperty);
        System.setProperty(ADDRESS, "http://localhost:" + server.getAddress().getPort());
        return Map.of("statecraft.integration.bus", "faulty");
    }

    private synchronized void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (exchange.getRequestMethod().equals("GET")) {
                send(exchange, 200, taken);
            } else if (random.nextInt(4) == 0) {
                send(exchange, 500, JSON.createObjectNode());
            } else {
                send(exchange, 200, put(JSON.readTree(exchange.getRequestBody())));
            }
        }
    }

    private ObjectNode put(JsonNode request) throws IOException {
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode results = answer.putArray("Entries");
        int failed = 0;
        for (JsonNode entry : request.path("Entries")) {
            if (random.nextInt(10) == 0) {
                failed++;
                results.addObject().put("ErrorCode", "ThrottlingException");
            } else {
                taken.add(JSON.readTree(entry.path("Detail").asText()));
                results.addObject().put("EventId", String.valueOf(taken.size()));
            }
        }
        return answer.put("FailedEntryCount", failed);
    }

    private static void send(HttpExchange exchange, int status, JsonNode body) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(body);
        exchange.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.1");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void stop() {
        SETTINGS.keySet().forEach(System::clearProperty);
        System.clearProperty(ADDRESS);
        if (server != null) {
            server.stop(0);
        }
    }
}
