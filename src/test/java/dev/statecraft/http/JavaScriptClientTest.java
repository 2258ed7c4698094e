package dev.statecraft.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.statecraft.local.DynamoDbLocalResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The JavaScript client in Node.js against the running application, with faults: {@code src/test/js}. The
 * test is skipped without Node.js.
 */
@Tag("application")
@QuarkusTest
@WithTestResource(DynamoDbLocalResource.class)
class JavaScriptClientTest {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Path TESTS = Path.of("src/test/js");

    @TestHTTPResource
    URL application;

    @Test
    void client_worksInNode() throws Exception {
        assumeTrue(NodeProject.arePresent("node"), "The JavaScript client is not tested: there is no Node.js.");
        run("node", "--experimental-websocket", "client.mjs");
    }

    /** The list of steps in {@code src/test/conformance}, which each client runs. */
    @Test
    void client_conforms() throws Exception {
        assumeTrue(NodeProject.arePresent("node"), "The JavaScript client is not tested: there is no Node.js.");
        run("node", "--no-warnings", "conformance.mjs");
    }

    /** The oldest version that the client supports; it has no WebSocket, and Web Crypto in a module only. */
    @Test
    void client_worksInNode18() throws Exception {
        assumeTrue(NodeProject.isPossible(), "Node.js 18 is not tested: there is no npm.");
        Path work = Path.of("target/node18").toAbsolutePath();
        NodeProject.Outcome installed = new NodeProject(Path.of("src/test/node18"), work).install();
        assumeTrue(installed.code() == 0, "Node.js 18 is not tested: npm failed: " + installed.output());
        Path modules = work.resolve("node_modules");
        assumeTrue(Files.isDirectory(modules), "Node.js 18 is not tested: npm has none for this machine.");
        try (Stream<Path> packages = Files.list(modules)) {
            Path node = packages.map(folder -> folder.resolve("bin/node"))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElse(null);
            assumeTrue(node != null, "Node.js 18 is not tested: npm has none for this machine.");
            run(String.valueOf(node), "--no-warnings", "client.mjs");
        }
    }

    private void run(String node, String option, String script) throws IOException, InterruptedException {
        NodeProject.Outcome outcome = new NodeProject(TESTS, Path.of("target/js"))
                .run(
                        PATIENCE,
                        node,
                        option,
                        TESTS.resolve(script).toAbsolutePath().toString(),
                        application.toString(),
                        Path.of("src/main/js").toAbsolutePath().toString());
        System.out.println(outcome.output());
        assertEquals(0, outcome.code(), outcome::output);
    }
}
