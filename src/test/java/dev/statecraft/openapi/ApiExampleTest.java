package dev.statecraft.openapi;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalRuntime;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Calls every operation of the OpenAPI document with its example; the responses match the document. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class ApiExampleTest {

    /** Parameters that an operation requires. */
    private static final Map<String, String> NEEDED = Map.of(
            "endSession",
            "fence=1",
            "rankOfScore",
            "value=100",
            "scoreAtRank",
            "rank=1",
            "readMigrationScriptBackup",
            "lease=run-00000001:1");

    /** The valid scores depend on the decimals of the board. */
    private static final Set<String> BY_THE_BOARD = Set.of("value", "subscore");

    /** The world, played once for all tests of the class. */
    private static @Nullable ApiWorld world;

    @Inject
    LocalRuntime local;

    private ApiWorld played(ApiDocument document) {
        if (world == null) {
            world = new ApiWorld(document, local, "examples");
            new ApiPlay(world).run();
        }
        return world;
    }

    /** With {@code -Dopenapi.write} the responses are written to target, as a source of examples. */
    @Test
    void everyExample_succeeds() throws Exception {
        ApiDocument document = ApiDocument.committed();
        ApiWorld world = played(document);
        if (System.getProperty("openapi.write") != null) {
            ObjectMapper mapper = new ObjectMapper();
            ObjectNode all = mapper.createObjectNode();
            for (var answer : world.answers().entrySet()) {
                if (answer.getValue().contentType().startsWith("application/json")) {
                    all.set(answer.getKey(), mapper.readTree(answer.getValue().asByteArray()));
                }
            }
            Files.writeString(
                    Path.of("target", "answers.json"),
                    mapper.writerWithDefaultPrettyPrinter().writeValueAsString(all));
        }
    }

    /** A parameter accepts the values of its schema, and the problem of any other value names the parameter. */
    @Test
    void everyParameter_acceptsExactlyItsSchema() {
        ApiDocument document = ApiDocument.committed();
        ApiWorld world = played(document);
        // Create the board and the entity again that the play deleted at its end.
        for (String id : List.of("createLeaderboard", "updatePlayerScore", "resetLeaderboard", "createEntity")) {
            ApiDocument.Call call = document.call(id);
            world.request(call, document.requestExample(call).toString(), "");
        }
        List<String> faults = new ArrayList<>();
        int sent = 0;
        for (ApiDocument.Call call : document.calls()) {
            JsonNode example = document.requestExample(call);
            String body = example.isMissingNode() ? null : example.toString();
            for (JsonNode reference : call.node().path("parameters")) {
                JsonNode parameter = document.resolve(reference);
                if (!parameter.path("in").asText().equals("query")) {
                    continue;
                }
                String name = parameter.path("name").asText();
                ParameterValues values = ParameterValues.of(document.resolve(parameter.get("schema")));
                for (String value : values.rejected()) {
                    sent++;
                    Response answer = world.request(call, body, query(call, name, value));
                    if (answer.statusCode() != 400 || !name.equals(answer.path("field"))) {
                        faults.add(call + " with " + name + "=" + value + ": " + answer.asString());
                    }
                }
                // What may be written is not: the world of the other parameters stays as it is.
                boolean reads = call.method().equals("GET") && !BY_THE_BOARD.contains(name);
                for (String value : reads ? values.accepted() : List.<String>of()) {
                    sent++;
                    Response answer = world.request(call, body, query(call, name, value));
                    boolean refused = answer.statusCode() == 400 && name.equals(answer.path("field"));
                    if (refused || answer.statusCode() >= 500) {
                        faults.add(call + " with " + name + "=" + value + ": " + answer.asString());
                    }
                }
            }
        }
        assertTrue(sent > 200, "Only " + sent + " requests were sent");
        assertEquals("", String.join("\n", faults));
    }

    private static String query(ApiDocument.Call call, String name, String value) {
        String needed = NEEDED.getOrDefault(call.id(), "");
        boolean given = needed.isEmpty() || needed.startsWith(name + "=") || name.equals("percentile");
        return "?" + name + "=" + value + (given ? "" : "&" + needed);
    }

    @Test
    void everyResponse_hasAValidExample() {
        ApiDocument document = ApiDocument.committed();
        assertAll(document.calls().stream()
                .filter(call -> call.path().startsWith("/v1/"))
                .flatMap(call -> call.node().get("responses").properties().stream()
                        .filter(response -> response.getKey().startsWith("2"))
                        .map(response -> document.resolve(response.getValue())
                                .path("content")
                                .path("application/json"))
                        .filter(content -> !content.isMissingNode())
                        .map(content -> () -> {
                            JsonNode example = document.resolve(
                                            content.path("examples").path("answer"))
                                    .path("value");
                            assertFalse(example.isMissingNode(), call + " has no example of an answer");
                            assertEquals(
                                    Set.of(), document.faultsOfAnswer(content.get("schema"), example), call.toString());
                        })));
    }
}
