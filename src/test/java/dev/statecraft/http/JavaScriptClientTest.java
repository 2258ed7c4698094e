package dev.statecraft.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.statecraft.local.DynamoDbLocalResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URL;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The JavaScript client in Node.js against the running application, with faults: {@code src/test/js/client.mjs}. The
 * test is skipped without Node.js.
 */
@Tag("application")
@QuarkusTest
@WithTestResource(DynamoDbLocalResource.class)
class JavaScriptClientTest {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TestHTTPResource
    URL application;

    @Test
    void client_worksInNode() throws Exception {
        assumeTrue(NodeProject.arePresent("node"), "The JavaScript client is not tested: there is no Node.js.");
        NodeProject.Outcome outcome = new NodeProject(Path.of("src/test/js"), Path.of("target/js"))
                .run(
                        PATIENCE,
                        "node",
                        "--experimental-websocket",
                        Path.of("src/test/js/client.mjs").toAbsolutePath().toString(),
                        application.toString(),
                        Path.of("src/main/js").toAbsolutePath().toString());
        System.out.println(outcome.output());
        assertEquals(0, outcome.code(), outcome::output);
    }
}
