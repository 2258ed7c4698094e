package dev.statecraft.entry;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalRuntime;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every operation of the OpenAPI document is called with its example, and answers what the document says. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class ApiExampleTest {

    /** What no HTTP client calls. */
    private static final Set<String> NOT_CALLED = Set.of("socket");

    @Inject
    LocalRuntime local;

    /** With {@code -Dopenapi.write} what was answered is left in target, to be made examples of. */
    @Test
    void everyExampleWorks() throws Exception {
        ApiDocument document = ApiDocument.committed();
        ApiWorld world = new ApiWorld(document, local, "examples");
        world.play();
        Set<String> left = new TreeSet<>();
        document.calls().forEach(call -> left.add(call.id()));
        left.removeAll(world.answers().keySet());
        assertEquals(NOT_CALLED, left);
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

    @Test
    void everyAnswerHasAnExampleThatIsOne() {
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
