package dev.statecraft.openapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.statecraft.http.NodeProject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The types of the JavaScript client. The tests are skipped without Node.js and npm. */
class JavaScriptTypesTest {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Path COMMITTED = Path.of("src", "main", "js", "api.d.ts");
    private static final NodeProject PROJECT = new NodeProject(Path.of("src", "test", "js"), Path.of("target", "js"));

    @BeforeAll
    static void install() throws Exception {
        assumeTrue(NodeProject.isPossible(), "The types are not tested: there is no Node.js with npm.");
        NodeProject.Outcome installed = PROJECT.install();
        assumeTrue(installed.code() == 0, "The types are not tested: npm failed: " + installed.output());
    }

    /** With {@code -Dopenapi.write} the test updates the file instead. */
    @Test
    void generatedTypes_areThoseOfTheDocument() throws Exception {
        Path generated = Path.of("target", "js", "api.d.ts").toAbsolutePath();
        NodeProject.Outcome outcome = PROJECT.run(
                PATIENCE,
                "node",
                "node_modules/openapi-typescript/bin/cli.js",
                ApiDocument.COMMITTED.toAbsolutePath().toString(),
                "--default-non-nullable=false",
                "--output",
                generated.toString());
        assertEquals(0, outcome.code(), outcome::output);
        if (System.getProperty("openapi.write") != null) {
            Files.writeString(COMMITTED, Files.readString(generated));
        }
        assertEquals(
                -1,
                Files.mismatch(COMMITTED, generated),
                COMMITTED + " is behind the document: ./mvnw test -Dtest=JavaScriptTypesTest -Dopenapi.write");
    }

    @Test
    void types_acceptWhatTheClientAcceptsAndRejectTheRest() throws Exception {
        NodeProject.Outcome outcome =
                PROJECT.run(PATIENCE, "node", "node_modules/typescript/bin/tsc", "--project", "tsconfig.json");
        assertEquals(0, outcome.code(), outcome::output);
    }
}
