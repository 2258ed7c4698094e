package dev.statecraft.lambda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpServer;
import dev.statecraft.integration.event.Event;
import dev.statecraft.integration.event.EventType;
import dev.statecraft.integration.event.IntegrationConfig;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.eventbridge.EventBridgeClient;

/** The SDK calls a local server that rejects the entries that a test chooses. */
class EventBridgeSinkTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<JsonNode> taken = new ArrayList<>();
    private HttpServer server;
    private EventBridgeSink sink;

    /** Number of entries that are accepted before the server rejects the next, and whether the server responds. */
    private int capacity = Integer.MAX_VALUE;

    private boolean down;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            JsonNode request = JSON.readTree(exchange.getRequestBody());
            StringBuilder entries = new StringBuilder();
            for (JsonNode entry : request.path("Entries")) {
                boolean fits = taken.size() < capacity;
                if (fits) {
                    taken.add(entry);
                }
                entries.append(entries.isEmpty() ? "" : ",")
                        .append(fits ? "{\"EventId\":\"1\"}" : "{\"ErrorCode\":\"ThrottlingException\"}");
            }
            byte[] answer = ("{\"FailedEntryCount\":0,\"Entries\":[" + entries + "]}").getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.1");
            exchange.sendResponseHeaders(down ? 500 : 200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        sink = new EventBridgeSink(
                config("bus"),
                EventBridgeClient.builder()
                        .endpointOverride(URI.create(
                                "http://localhost:" + server.getAddress().getPort()))
                        .region(Region.US_EAST_1)
                        .credentialsProvider(
                                StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
                        .httpClient(ApacheHttpClient.create())
                        .overrideConfiguration(client -> client.retryStrategy(DefaultRetryStrategy.doNotRetry()))
                        .build());
    }

    @AfterEach
    void stop() {
        sink.close();
        server.stop(0);
    }

    @Test
    void events_arePutInOrderWithAllFields() throws IOException {
        assertEquals(25, sink.put("default", events(25)));
        assertEquals(25, taken.size());
        JsonNode first = taken.get(0);
        assertEquals("bus", first.path("EventBusName").asText());
        assertEquals("statecraft", first.path("Source").asText());
        assertEquals("SEASON_RESET", first.path("DetailType").asText());
        JsonNode detail = JSON.readTree(taken.get(24).path("Detail").asText());
        assertEquals("e25", detail.path("id").asText());
        assertEquals("default", detail.path("game").asText());
        assertEquals("2026-01-01T00:00:00.000Z", detail.path("timestamp").asText());
    }

    @Test
    void rejectedEvents_arePutAgain() {
        capacity = 13;
        assertEquals(13, sink.put("default", events(25)));
    }

    @Test
    void unreachableBus_acceptsNothingWithoutException() {
        down = true;
        assertEquals(0, sink.put("default", events(3)));
    }

    @Test
    void withoutABus_eventsAreDiscarded() {
        EventBridgeSink none = new EventBridgeSink(config(""));
        assertEquals(3, none.put("default", events(3)));
        assertTrue(taken.isEmpty());
    }

    private static List<Event> events(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> new Event(
                        "e" + i,
                        i,
                        EventType.SEASON_RESET,
                        Instant.parse("2026-01-01T00:00:00Z"),
                        JsonNodeFactory.instance.objectNode().put("board", "b")))
                .toList();
    }

    private static IntegrationConfig config(String bus) {
        return new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 200, new DurationConverter())
                .withMapping(IntegrationConfig.class)
                .withDefaultValue("statecraft.integration.bus", bus)
                .build()
                .getConfigMapping(IntegrationConfig.class);
    }
}
