package dev.statecraft.openapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.statecraft.http.NodeProject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The committed OpenAPI document follows Spectral's rules for OpenAPI and those of OWASP's API security list. {@code
 * infra/openapi-rules.yaml} lists the disabled rules with their reasons. Skipped without Node.js and npm.
 */
class ApiLintTest {

    private static final Path RULES = Path.of("infra", "openapi-rules.yaml");
    private static final Path WORK = Path.of("target", "lint");
    private static final NodeProject PROJECT = new NodeProject(Path.of("src", "test", "lint"), WORK);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @Test
    void document_passesTheLinter() throws Exception {
        assumeTrue(NodeProject.isPossible(), "The OpenAPI document is not linted: there is no Node.js with npm.");
        NodeProject.Outcome installed = PROJECT.install();
        assumeTrue(installed.code() == 0, "The OpenAPI document is not linted: npm failed: " + installed.output());
        // Rules resolve their imports, and apply to files, relative to their own directory.
        for (Path file : List.of(RULES, ApiDocument.COMMITTED)) {
            Files.copy(file, WORK.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
        NodeProject.Outcome outcome = PROJECT.run(
                PATIENCE,
                "node",
                "node_modules/@stoplight/spectral-cli/dist/index.js",
                "lint",
                ApiDocument.COMMITTED.getFileName().toString(),
                "--ruleset",
                RULES.getFileName().toString(),
                "--fail-severity=warn");
        assertEquals(0, outcome.code(), outcome::output);
    }
}
