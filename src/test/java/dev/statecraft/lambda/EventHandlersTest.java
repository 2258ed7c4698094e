package dev.statecraft.lambda;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalHandlers;
import dev.statecraft.table.TableNames;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The handlers that create events and put them on the bus, called with recorded Lambda events. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class EventHandlersTest {

    private static final String NOTHING_FAILED = "{\"batchItemFailures\":[]}";
    private static final ObjectMapper JSON = new ObjectMapper();

    @Inject
    LocalHandlers handlers;

    @Inject
    TableNames tables;

    private String event(String name) throws IOException {
        return Files.readString(Path.of("infra/events/" + name + ".json"))
                .replace("table/statecraft-", "table/" + tables.prefix());
    }

    private String invoke(String handler, String event) throws Exception {
        return String.valueOf(handlers.find(handler).orElseThrow().invoke(event));
    }

    @Test
    void repeatedDelivery_createsOneEvent() throws Exception {
        String scores = event("leaderboard-stream").replace("high_scores", "delivered_twice");
        assertEquals(NOTHING_FAILED, invoke("event-stream", scores));
        assertEquals(NOTHING_FAILED, invoke("event-stream", scores));
        List<Integer> changes = given().get("/v1/events?type=LEADERBOARD_UPDATED&limit=1000")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getList("events.findAll { it.data.board == 'delivered_twice' }.data.changes");
        // The fourth record removes an entry, which is not a score.
        assertEquals(List.of(3), changes);
    }

    @Test
    void unreadableRecord_isReportedAsFirstFailure() throws Exception {
        for (String handler : List.of("event-stream", "event-bus")) {
            ObjectNode event =
                    (ObjectNode) JSON.readTree(event(handler.equals("event-bus") ? "event-bus" : "leaderboard-stream"));
            JsonNode first = event.at("/Records/0/dynamodb");
            ((ObjectNode) first.get("NewImage")).removeAll();
            assertEquals(
                    "{\"batchItemFailures\":[{\"itemIdentifier\":\""
                            + first.get("SequenceNumber").asText() + "\"}]}",
                    invoke(handler, event.toString()),
                    handler);
        }
    }

    @Test
    void withoutABus_eventsAreAcceptedAndDiscarded() throws Exception {
        assertEquals(NOTHING_FAILED, invoke("event-bus", event("event-bus")));
    }

    @Test
    void emptyBatchOrUnknownTable_isIgnored() throws Exception {
        for (String handler : List.of("event-stream", "event-bus")) {
            assertEquals(NOTHING_FAILED, invoke(handler, "{\"Records\":[]}"), handler);
            assertEquals(NOTHING_FAILED, invoke(handler, "{}"), handler);
        }
        assertEquals(
                NOTHING_FAILED,
                invoke("event-stream", event("leaderboard-stream").replace(tables.prefix() + "entries", "unknown")));
    }
}
