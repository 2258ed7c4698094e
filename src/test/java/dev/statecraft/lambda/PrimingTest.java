package dev.statecraft.lambda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalRuntime;
import dev.statecraft.local.template.Template;
import dev.statecraft.table.Counters;
import dev.statecraft.table.TableNames;
import io.quarkus.amazon.lambda.runtime.AmazonLambdaMapperRecorder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.literal.NamedLiteral;
import jakarta.inject.Inject;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What a function does before its first event has no effect, for every handler. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class PrimingTest {

    private static final Set<String> HANDLERS = Set.of(
            "api",
            "event-bus",
            "event-stream",
            "leaderboard-stream",
            "migration-step",
            "schedule",
            "socket",
            "state-stream");

    @Any
    @Inject
    Instance<RequestHandler<?, ?>> handlers;

    @Inject
    Priming priming;

    @Inject
    DynamoDbClient dynamo;

    @Inject
    TableNames tables;

    @Inject
    Counters counters;

    @Inject
    LocalRuntime local;

    private static <I> JsonNode primed(PrimedHandler<I, ?> handler) throws JsonProcessingException {
        var json = AmazonLambdaMapperRecorder.objectMapper;
        I event = json.readValue(handler.primingEvent(), handler.eventType());
        return new JsonMapper().readTree(json.writeValueAsString(handler.prime(event)));
    }

    private JsonNode primed(String name) throws JsonProcessingException {
        return primed(
                (PrimedHandler<?, ?>) handlers.select(NamedLiteral.of(name)).get());
    }

    private Set<Map<String, AttributeValue>> items() {
        Set<Map<String, AttributeValue>> items = new HashSet<>();
        Template.ofProject().tables().forEach(table -> dynamo.scanPaginator(
                        scan -> scan.tableName(tables.prefix() + table.name()))
                .items()
                .forEach(items::add));
        return items;
    }

    /** The streams rest meanwhile: they may still have records of earlier tests. */
    @Test
    void everyHandler_isPrimedWithoutEffects() {
        local.pump().pause();
        try {
            counters.take();
            Set<Map<String, AttributeValue>> before = items();
            HANDLERS.forEach(priming::prime);
            Set<Map<String, AttributeValue>> after = items();
            assertEquals(Set.of(), without(before, after), "removed or changed");
            assertEquals(Set.of(), without(after, before), "added or changed");
            assertEquals(Map.of(), counters.take());
        } finally {
            local.pump().resume();
        }
    }

    private static <T> Set<T> without(Set<T> all, Set<T> some) {
        Set<T> others = new HashSet<>(all);
        others.removeAll(some);
        return others;
    }

    @Test
    void everyNamedHandler_isListed() {
        long named = handlers.stream().count();
        assertEquals(HANDLERS.size(), named);
        HANDLERS.forEach(name -> assertTrue(
                handlers.select(NamedLiteral.of(name)).get() instanceof PrimedHandler, name + " prepares nothing"));
    }

    /** The request has passed the HTTP server and the authentication, which looks the key up. */
    @Test
    void request_isRefusedByItsKey() throws Exception {
        JsonNode response = primed("api");
        assertEquals(401, response.path("statusCode").asInt(), response::toString);
        JsonNode problem = new JsonMapper().readTree(response.path("body").asText());
        assertEquals(
                "The API key is unknown, revoked or expired.",
                problem.path("detail").asText());
        assertEquals(401, primed("socket").path("statusCode").asInt());
    }

    @Test
    void records_areRead() throws Exception {
        for (String name : Set.of("event-bus", "event-stream", "leaderboard-stream", "state-stream")) {
            assertEquals(
                    "{\"batchItemFailures\":[{\"itemIdentifier\":\"0\"}]}",
                    primed(name).toString(),
                    name);
        }
    }

    @Test
    void runOfAStep_doesNotExist() throws Exception {
        assertTrue(primed("migration-step").path("done").asBoolean());
        assertTrue(primed("schedule").path("leaderboards").path("complete").asBoolean());
    }
}
